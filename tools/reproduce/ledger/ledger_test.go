// SPDX-License-Identifier: MIT

package ledger_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
)

// spawns are a small build: a source and a file of a repository are compiled, the result is packed.
func spawns() []lt.Spawn {
	return []lt.Spawn{
		{Mnemonic: "Compile", Label: "//:a", Args: []string{"cc"}, Env: map[string]string{"PATH": "/none"}, Runner: "linux-sandbox",
			Inputs:  map[string]string{"a.c": "int a;", "external/sdk/a.h": "h", "bazel-out/k8-ST-1/bin/params": "-c"},
			Outputs: map[string]string{"bazel-out/k8-ST-1/bin/a.o": "object"}},
		{Mnemonic: "Pack", Label: "//:release", Args: []string{"pack"}, Runner: "linux-sandbox",
			Inputs: map[string]string{"bazel-out/cfg/bin/a.o": "object"}, Outputs: map[string]string{"bazel-out/cfg/bin/a.tgz": "packed"}},
	}
}

func log(t *testing.T, s ...lt.Spawn) *execlog.Log {
	t.Helper()
	l, err := execlog.Read(bytes.NewReader(lt.Log(s...)))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// archive is a file on disk: a tar.gz of one member.
func archive(t *testing.T, content string) map[string]string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "bin/x", Mode: 0o755, Size: int64(len(content)), Format: tar.FormatUSTAR}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{func() error { _, err := w.Write([]byte(content)); return err }, w.Close, z.Close} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "a.tgz")
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"a.tgz": name}
}

func build(t *testing.T, content string, s ...lt.Spawn) *ledger.Ledger {
	t.Helper()
	l, err := ledger.New(archive(t, content), []*execlog.Log{log(t, s...)}, ledger.Side{CPU: "one"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLedgerSaysWhatWasMadeAndReadAndNotSeen(t *testing.T) {
	l := build(t, "1", spawns()...)
	if len(l.Build.Files) != 1 || l.Build.Files[0].Parts[0].Name != "bin/x" || len(l.Build.Actions) != 2 || l.Build.Actions[0].Outputs[0].Path != "bazel-out/k8-ST-1/bin/a.o" {
		t.Errorf("build %+v", l.Build)
	}
	var kinds []string
	for _, i := range l.Build.Inputs {
		kinds = append(kinds, string(i.Kind)+" "+i.Name)
		if i.Files != 1 {
			t.Errorf("%d files in %s %s", i.Files, i.Kind, i.Name)
		}
	}
	// a.o was made by an action, though its reader names it without its configuration.
	if got := strings.Join(kinds, ","); got != "internal ,repository sdk,source " {
		t.Errorf("inputs that no action made: %q", got)
	}
	// As sha256sum prints it.
	line := sha256.Sum256([]byte("h"))
	want := sha256.Sum256([]byte(hex.EncodeToString(line[:]) + "  external/sdk/a.h\n"))
	if got := l.Build.Inputs[1].SHA256; got != hex.EncodeToString(want[:]) {
		t.Errorf("digest of the repository's files %s", got)
	}
	if l.Side.Runners["linux-sandbox"] != 2 || l.Side.Cached != 0 {
		t.Errorf("side %+v", l.Side)
	}
}

func TestDigestIsThatOfTheBuildAlone(t *testing.T) {
	a, b := build(t, "1", spawns()...), build(t, "1", spawns()...)
	b.Side = ledger.Side{CPU: "another", Kernel: "k"}
	x, err := a.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if y, err := b.Digest(); err != nil || x != y {
		t.Errorf("digests %s and %s, %v", x, y, err)
	}
	text, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Build json.RawMessage }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	canonical, err := jcs.Transform(file.Build)
	if err != nil || !bytes.Equal(canonical, file.Build) {
		t.Errorf("the build is not canonical: %v", err)
	}
	if s := sha256.Sum256(append(canonical, '\n')); hex.EncodeToString(s[:]) != x {
		t.Errorf("digest %s is not that of the text", x)
	}
	if c, err := build(t, "2", spawns()...).Digest(); err != nil || c == x {
		t.Errorf("another release has the digest %s, %v", c, err)
	}
}

func TestReadWhatWasWritten(t *testing.T) {
	l := build(t, "1", spawns()...)
	text, err := l.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ledger.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := got.Encode(); err != nil || !bytes.Equal(again, text) {
		t.Errorf("read and written again: %v\n%s\n%s", err, text, again)
	}
	for name, edit := range map[string]func(s string) string{
		"cut off":          func(s string) string { return s[:len(s)/2] },
		"another schema":   func(s string) string { return strings.Replace(s, "ledger/1", "ledger/2", 1) },
		"short digest":     func(s string) string { return strings.Replace(s, `"command":"`, `"command":"x`, 1) },
		"unknown field":    func(s string) string { return strings.Replace(s, `"command"`, `"commands"`, 1) },
		"other statement":  func(string) string { return `{"_type":"","predicateType":"https://example.org/x","predicate":{}}` },
		"something behind": func(s string) string { return s + "{}" },
		"absolute output":  func(s string) string { return strings.Replace(s, `"path":"`, `"path":"/`, 1) },
		"outside":          func(s string) string { return strings.Replace(s, `"path":"`, `"path":"../`, 1) },
		"empty":            func(string) string { return `{"schema":"gosqlite-ledger/1"}` },
		"too large":        func(string) string { return strings.Repeat(" ", ledger.MaxText+1) },
	} {
		if _, err := ledger.Read(strings.NewReader(edit(string(text)))); err == nil || !strings.Contains(err.Error(), "read ledger") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestSeveralLogs(t *testing.T) {
	s := spawns()
	l, err := ledger.New(archive(t, "1"), []*execlog.Log{log(t, s[1]), log(t, s[0], s[0])}, ledger.Side{})
	if err != nil || len(l.Build.Actions) != 2 || len(l.Build.Inputs) != 3 {
		t.Fatalf("%v: %+v", err, l)
	}
	again := s[0]
	again.Outputs = map[string]string{"bazel-out/k8-ST-1/bin/a.o": "other"}
	if _, err := ledger.New(nil, []*execlog.Log{log(t, s[0]), log(t, again)}, ledger.Side{}); !errors.Is(err, ledger.ErrUnstable) {
		t.Errorf("an action that made two things: %v", err)
	}
}

func TestTestsAndCachesAreCounted(t *testing.T) {
	s := append(spawns(), lt.Spawn{Mnemonic: "TestRunner", Label: "//:t", Runner: "local", Status: "1", Outputs: map[string]string{"test.xml": "12:30"}})
	s[0].CacheHit, s[0].Runner = true, "disk cache hit"
	l := build(t, "1", s...)
	if len(l.Build.Actions) != 2 || l.Side.Tests != 1 || l.Side.Cached != 1 || l.Side.Runners["disk cache hit"] != 1 {
		t.Errorf("%d actions, side %+v", len(l.Build.Actions), l.Side)
	}
	if !strings.Contains(l.Side.String(), "1 actions came from a cache") {
		t.Errorf("%s", l.Side)
	}
}

func TestBadLogs(t *testing.T) {
	failed := spawns()[0]
	failed.Status = "exit 1"
	failed.Missing = "bazel-out/k8-ST-1/bin/a.o"
	failed.Outputs = nil
	if l, err := ledger.New(nil, []*execlog.Log{log(t, failed, spawns()[0])}, ledger.Side{}); err != nil || len(l.Build.Actions) != 1 {
		t.Errorf("an action that succeeded at the second attempt: %v", err)
	}
	w := &lt.Writer{}
	w.Start("BLAKE3")
	w.Spawn(spawns()[0])
	blake, err := execlog.Read(bytes.NewReader(w.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*execlog.Log{"failed": log(t, failed), "no action": log(t), "another hash": blake} {
		if _, err := ledger.New(nil, []*execlog.Log{l}, ledger.Side{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := ledger.New(map[string]string{"x": "/none/x"}, nil, ledger.Side{}); err == nil {
		t.Error("a release file that is not there gave no error")
	}
}

func machine(id, boot, kernel, system string) ledger.Side {
	return ledger.ReadSide(fstest.MapFS{
		"etc/machine-id": {Data: []byte(id)}, "proc/sys/kernel/random/boot_id": {Data: []byte(boot)}, "proc/sys/kernel/osrelease": {Data: []byte(kernel)},
		"etc/os-release": {Data: []byte("NAME=x\nPRETTY_NAME=\"" + system + "\"\n")}, "proc/cpuinfo": {Data: []byte("processor\t: 0\nmodel name\t: CPU 1\n")},
	}, 2)
}

func TestSides(t *testing.T) {
	home := machine("id1", "boot1", "6.1", "Debian 12")
	if home.CPU != "CPU 1" || home.Cores != 2 || home.Distribution != "Debian 12" || strings.Contains(home.Machine+home.Boot, "1\n") || len(home.Machine) != 64 {
		t.Errorf("side %+v", home)
	}
	for _, c := range []struct {
		name  string
		other ledger.Side
		want  ledger.Relation
	}{
		{"itself", machine("id1", "boot1", "6.1", "Debian 12"), ledger.SameRoot},
		{"after a restart", machine("id1", "boot2", "6.1", "Debian 12"), ledger.SameRoot},
		{"after a new kernel", machine("id1", "boot2", "6.2", "Debian 12"), ledger.SameRoot},
		{"another distribution's root", machine("id2", "boot1", "6.1", "Fedora 40"), ledger.OtherRoot},
		{"a root without a machine id", machine("", "boot1", "6.1", "Debian 12"), ledger.OtherRoot},
		{"another machine with the same kernel", machine("id3", "boot3", "6.1", "Debian 12"), ledger.OtherMachine},
		{"a side without ids", machine("", "", "6.1", "Debian 12"), ledger.Unknown},
	} {
		if got := ledger.Relate(home, c.other); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if s := ledger.ReadSide(fstest.MapFS{}, 1); s.Machine != "" || s.Kernel != "" {
		t.Errorf("a system without any of it: %+v", s)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"build":{"actions":[{"command":"00","inputs":"00","label":"//:x","mnemonic":"Link","outputs":[{"path":"x","sha256":"00","size":1}]}],"files":[],"inputs":[]},"schema":"gosqlite-ledger/1","side":{}}`))
	f.Add([]byte(`{"_type":"","predicate":{},"predicateType":"` + ledger.StatementType + `"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := ledger.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		if _, err := l.Encode(); err != nil {
			t.Error(err)
		}
		ledger.Compare(&l.Build, &l.Build, true)
	})
}
