// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	fill := strings.Repeat("\x00", 64)
	for _, test := range []struct {
		name, head string
		want       Format
		err        string
	}{
		{"ELF", "\x7fELF", ELF, ""},
		{"PE", "MZ", PE, ""},
		{"Mach-O", "\xcf\xfa\xed\xfe", MachO, ""},
		{"fat Mach-O", "\xca\xfe\xba\xbe", "", "fat Mach-O"},
		{"fat Mach-O of 64 bits", "\xca\xfe\xba\xbf", "", "fat Mach-O"},
		{"fat Mach-O in the other order", "\xbe\xba\xfe\xca", "", "fat Mach-O"},
		{"Mach-O of 32 bits", "\xce\xfa\xed\xfe", "", "32 bits"},
		{"archive", "!<arch>\n", "", "archive"},
		{"text", "#!/bin/sh\n", "", "neither"},
	} {
		t.Run(test.name, func(t *testing.T) {
			format, err := Detect([]byte(test.head + fill))
			if format != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("Detect = %q, %v", format, err)
			}
			if _, err := Detect([]byte(test.head)); err == nil {
				t.Error("a file of a few bytes is a program")
			}
		})
	}
}

// images are one of each kind.
func images(t testing.TB) map[string][]byte {
	out := map[string][]byte{}
	for _, k := range elfKinds {
		out["ELF "+k.name] = buildELF(t, k)
	}
	for _, k := range peKinds {
		out["PE "+k.name] = buildPE(t, k)
	}
	for _, k := range machoKinds {
		out["Mach-O "+k.name] = buildMachO(t, k)
	}
	return out
}

func TestStripTwice(t *testing.T) {
	for name, in := range images(t) {
		once, err := Strip(in)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := Strip(once); err != nil || !bytes.Equal(twice, once) {
			t.Errorf("%s: stripping it twice gives something else: %v", name, err)
		}
	}
}

// TestHostileInput changes each byte of the headers, and cuts the images off everywhere: nothing panics or grows.
func TestHostileInput(t *testing.T) {
	for name, in := range images(t) {
		t.Run(name, func(t *testing.T) {
			for i := range min(len(in), 1640) {
				if i > 1100 && i < 1536 { // behind the headers, and before the debug directory of PE
					continue
				}
				for _, b := range []byte{1, 0x80, 0xff} {
					changed := bytes.Clone(in)
					changed[i] = b
					exercise(t, changed)
				}
			}
			for n := 0; n < len(in); n += 1 + n/32 {
				exercise(t, in[:n])
			}
		})
	}
}

func exercise(t testing.TB, in []byte) {
	t.Helper()
	if out, err := Strip(in); err == nil && len(out) > 8*len(in)+4096 {
		t.Errorf("%d bytes became %d", len(in), len(out))
	}
	if set, err := SetIdentity(in); err == nil {
		if again, err := SetIdentity(set); err != nil || !bytes.Equal(again, set) {
			t.Errorf("setting it twice gives something else: %v", err)
		}
	}
}

func FuzzELF(f *testing.F) {
	for _, k := range elfKinds {
		f.Add(buildELF(f, k))
	}
	f.Fuzz(func(t *testing.T, in []byte) { exercise(t, in) })
}

func FuzzPE(f *testing.F) {
	for _, k := range peKinds {
		f.Add(buildPE(f, k))
	}
	f.Fuzz(func(t *testing.T, in []byte) { exercise(t, in) })
}

func FuzzMachO(f *testing.F) {
	for _, k := range machoKinds {
		f.Add(buildMachO(f, k))
	}
	f.Fuzz(func(t *testing.T, in []byte) { exercise(t, in) })
}

func TestReadFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(name); err != nil || string(data) != "text" {
		t.Errorf("ReadFile = %q, %v", data, err)
	}
	if _, err := ReadFile(filepath.Dir(name)); err == nil {
		t.Error("a folder was read")
	}
	if err := os.Truncate(name, MaxSize+1); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(name); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("ReadFile = %v", err)
	}
}

// TestHello is what the stripped copy of this test runs: a function that finds its own name, without symbols.
func TestHello(t *testing.T) {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name()
	if !strings.HasSuffix(name, ".TestHello") {
		t.Errorf("this function is %s", name)
	}
	t.Logf("hello from %s", name)
}

// TestStrippedTestRuns strips a copy of this very program and runs it.
func TestStrippedTestRuns(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Strip(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) > len(in) {
		t.Errorf("%d bytes became %d", len(in), len(out))
	}
	copied := filepath.Join(t.TempDir(), "stripped.exe")
	if err := os.WriteFile(copied, out, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-test.run=^TestHello$", "-test.v")
	cmd.Env = []string{} // nothing of what runs this test tells the copy what to do
	output, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(output, []byte("hello from ")) {
		t.Errorf("the stripped copy: %v\n%s", err, output)
	}
}
