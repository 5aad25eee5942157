// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// asProgram makes this test the program itself, in a process of its own.
const asProgram = "GOSQLITE_VERIFY_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		runMain()
	}
	os.Exit(m.Run())
}

var keys = releasetest.NewKeys()

// written is a release in a folder, and its policy in a file.
func written(t *testing.T, h releasetest.Hooks) (dir, policyFile string) {
	t.Helper()
	r := releasetest.Build(keys, h)
	temp := t.TempDir()
	dir, policyFile = filepath.Join(temp, "release"), filepath.Join(temp, "policy.json")
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r.Policy)
	if err != nil {
		t.Fatal(err)
	}
	write(t, policyFile, text)
	return dir, policyFile
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// self is this test's own file, from wherever it was started.
func self(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// call runs the program here.
func call(t *testing.T, config string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, talk bytes.Buffer
	p := &program{config: config, now: func() time.Time { return releasetest.Now }, stdout: &out, stderr: &talk}
	return p.run(context.Background(), args), out.String(), talk.String()
}

func TestExitCodes(t *testing.T) {
	dir, policyFile := written(t, releasetest.Hooks{})
	bad, _ := written(t, releasetest.Hooks{})
	write(t, filepath.Join(bad, "notes.md"), []byte("other"))
	inFolder := filepath.Join(bad, "policy.json")
	text, err := os.ReadFile(policyFile)
	if err != nil {
		t.Fatal(err)
	}
	write(t, inFolder, text)
	config := t.TempDir()
	broken := filepath.Join(t.TempDir(), "policy.json")
	write(t, broken, []byte(`{"schema":"gosqlite-policy/1","schema":"x"}`))
	for _, test := range []struct {
		name   string
		config string
		args   []string
		code   int
		want   string
	}{
		{"good", "", []string{"--policy", policyFile, dir}, 0, "MB/s"},
		{"good, folder first", "", []string{dir, "--policy=" + policyFile}, 0, "MB/s"},
		{"good, folder between", "", []string{"--json", dir, "--policy", policyFile}, 0, "MB/s"},
		{"bad", "", []string{"--policy", policyFile, bad}, 3, "digest-mismatch"},
		{"another version", "", []string{"--policy", policyFile, "--version", "v2.0.0", dir}, 3, "wrong-version"},
		{"a part", "", []string{"--policy", policyFile, "--platform", "linux_amd64", dir}, 0, ""},
		{"a part that there is none of", "", []string{"--policy", policyFile, "--platform", "plan9_amd64", dir}, 3, "missing-file"},
		{"the version", "", []string{"--policy", policyFile, "--version", "v1.2.0", dir}, 0, ""},
		{"no policy", config, []string{dir}, 2, "gosqlite-verify policy --key"},
		{"no configuration", "", []string{dir}, 2, "--policy"},
		{"a policy that is not there", config, []string{"--policy", policyFile + "x", dir}, 2, "policy"},
		{"a policy in the folder", "", []string{"--policy", inFolder, bad}, 2, "lies in the folder"},
		{"a broken policy", "", []string{"--policy", broken, dir}, 2, "stands twice"},
		{"no folder", "", []string{"--policy", policyFile}, 2, "name the folder"},
		{"two folders", "", []string{"--policy", policyFile, dir, dir}, 2, "unexpected argument"},
		{"unknown flag", "", []string{"--polcy", policyFile, dir}, 2, "polcy"},
		{"a folder that is not there", "", []string{"--policy", policyFile, dir + "x"}, 1, "no such file"},
		{"a go.sum that is not there", "", []string{"--policy", policyFile, "--gosum", dir + "/x", dir}, 1, "no such file"},
		{"help", "", []string{"--help"}, 0, ""},
		{"rules", "", []string{"rules"}, 0, ""},
	} {
		if code, _, stderr := call(t, test.config, test.args...); code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: exit code %d, want %d: %s", test.name, code, test.code, stderr)
		}
	}
}

func TestJSON(t *testing.T) {
	dir, policyFile := written(t, releasetest.Hooks{})
	write(t, filepath.Join(dir, "more"), nil)
	code, stdout, _ := call(t, "", "--policy", policyFile, "--json", dir)
	var r verify.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 3 || r.OK || r.Version != "1.2.0" || len(r.Faults) != 1 || r.Faults[0].Class != "unlisted-file" {
		t.Errorf("exit code %d, %v, report %+v", code, err, r.Faults)
	}
}

// TestPolicyIsMade: the command that exit code 2 names makes a policy, in the place where it is then found.
func TestPolicyIsMade(t *testing.T) {
	dir, _ := written(t, releasetest.Hooks{})
	temp := t.TempDir()
	file := func(name, text string) string {
		write(t, filepath.Join(temp, name), []byte(text))
		return filepath.Join(temp, name)
	}
	key, code := file("release.pem", releasetest.PublicPEM(keys.Release)), file("code.pem", keys.CodeRoot.PEM())
	tsa := [2]string{file("tsa1.pem", keys.TSARoot[0].PEM()), file("tsa2.pem", keys.TSARoot[1].PEM())}
	reproducer := file("reproducer.pem", releasetest.PublicPEM(keys.Reproducers[0]))
	second := file("reproducer2.pem", releasetest.PublicPEM(keys.Reproducers[1]))
	out := filepath.Join(temp, "gosqlite", "policy.json")
	made, _, stderr := call(t, temp, "policy", "--key", key, "--reproducer", reproducer, "--reproducer", second, "--code", code,
		"--timestamps", tsa[0], "--timestamps", tsa[1], "--need-timestamps", "2", "--reproduced", "2", "--minimum", "1.0.0", "--evidence", "sbom", "--out", out)
	if made != 0 {
		t.Fatalf("policy: exit code %d: %s", made, stderr)
	}
	if made, stdout, _ := call(t, temp, dir); made != 0 {
		t.Errorf("exit code %d:\n%s", made, stdout)
	}
	for _, args := range [][]string{{"policy"}, {"policy", "--key", code}, {"policy", "--key", key, "--need-timestamps", "1"}, {"policy", "--key", key, "--evidence", "x"}} {
		if made, _, _ := call(t, temp, args...); made != 2 {
			t.Errorf("%v: exit code %d", args, made)
		}
	}
}

// TestPolicyOfTrustedRoot: Sigstore's trusted root is enough for a release by certificate, within its windows and for its
// identities.
func TestPolicyOfTrustedRoot(t *testing.T) {
	dir, _ := written(t, releasetest.Hooks{Config: func(c *releasetest.Config) { c.Certificate = true }})
	for _, test := range []struct {
		name            string
		vouches, stamps time.Time
		identity        string
		issuer          string
		code            int
	}{
		{"good", releasetest.Now, releasetest.Now, releasetest.Identity, "", 0},
		{"the issuer", releasetest.Now, releasetest.Now, releasetest.Identity, releasetest.Issuer, 0},
		{"another issuer", releasetest.Now, releasetest.Now, releasetest.Identity, "https://example.org/another", 3},
		{"another identity", releasetest.Now, releasetest.Now, "https://example.org/another", "", 3},
		{"an authority that vouched until earlier", releasetest.Start, releasetest.Now, releasetest.Identity, "", 3},
		{"timestamp authorities that stamped until earlier", releasetest.Now, releasetest.Start, releasetest.Identity, "", 3},
	} {
		temp := t.TempDir()
		root, out := filepath.Join(temp, "root.json"), filepath.Join(temp, "policy.json")
		write(t, root, []byte(releasetest.TrustedRoot(keys, test.vouches, test.stamps)))
		if code, _, stderr := call(t, "", "policy", "--trusted-root", root, "--identity", test.identity, "--issuer", test.issuer, "--need-timestamps", "2", "--out", out); code != 0 {
			t.Fatalf("%s: %s", test.name, stderr)
		}
		if code, stdout, _ := call(t, "", "--policy", out, dir); code != test.code {
			t.Errorf("%s: exit code %d\n%s", test.name, code, stdout)
		}
	}
	broken := filepath.Join(t.TempDir(), "root.json")
	write(t, broken, []byte("{}{}"))
	if code, _, stderr := call(t, "", "policy", "--trusted-root", broken, "--identity", "x"); code != 2 || !strings.Contains(stderr, broken) {
		t.Errorf("a broken trusted root: exit code %d: %s", code, stderr)
	}
}

// TestPolicyTrustsNotEverybody: what a trusted root's authorities vouch for is not a release of ours.
func TestPolicyTrustsNotEverybody(t *testing.T) {
	temp := t.TempDir()
	root, key := filepath.Join(temp, "root.json"), filepath.Join(temp, "key.pem")
	write(t, root, []byte(releasetest.TrustedRoot(keys, releasetest.Now, releasetest.Now)))
	write(t, key, []byte(releasetest.PublicPEM(keys.Release)))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--trusted-root", root}, "--trusted-root needs --identity"},
		{[]string{"--trusted-root", root, "--identity", ""}, "empty value"},
		{[]string{"--trusted-root", root, "--issuer", releasetest.Issuer}, "--trusted-root needs --identity"},
		{[]string{"--key", key, "--issuer", releasetest.Issuer}, "--issuer goes with"},
	} {
		code, stdout, stderr := call(t, "", append([]string{"policy"}, test.args...)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit code %d, %q, %q", test.args, code, stdout, stderr)
		}
	}
}

// TestVerifyBundle: the command line of sigstore-conformance.
func TestVerifyBundle(t *testing.T) {
	dir, _ := written(t, releasetest.Hooks{})
	cert, _ := written(t, releasetest.Hooks{Config: func(c *releasetest.Config) { c.Certificate = true }})
	temp := t.TempDir()
	key, other, root := filepath.Join(temp, "key.pem"), filepath.Join(temp, "other.pem"), filepath.Join(temp, "root.json")
	write(t, key, []byte(releasetest.PublicPEM(keys.Release)))
	write(t, other, []byte(releasetest.PublicPEM(keys.Reproducers[0])))
	write(t, root, []byte(releasetest.TrustedRoot(keys, releasetest.Now, releasetest.Now)))
	vouched, stamped := filepath.Join(temp, "vouched.json"), filepath.Join(temp, "stamped.json")
	write(t, vouched, []byte(releasetest.TrustedRoot(keys, releasetest.Start, releasetest.Now)))
	write(t, stamped, []byte(releasetest.TrustedRoot(keys, releasetest.Now, releasetest.Start)))
	at := func(dir, name string) string { return filepath.Join(dir, name) }
	const manifest, provenance = "manifest.json", "provenance.intoto.json"
	sum := func(name string) string {
		data, err := os.ReadFile(at(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return "sha256:" + releasetest.HexSum(data)
	}
	identity := []string{"--certificate-identity", releasetest.Identity, "--certificate-oidc-issuer", releasetest.Issuer, "--trusted-root", root}
	for _, test := range []struct {
		name string
		code int
		args []string
	}{
		{"file by key", 0, []string{"--bundle", at(dir, manifest+".sigstore.json"), "--key", key, at(dir, manifest)}},
		{"digest by key", 0, []string{"--bundle", at(dir, manifest+".sigstore.json"), "--key", key, sum(manifest)}},
		{"statement by key", 0, []string{"--bundle", at(dir, provenance+".sigstore.json"), "--key", key, sum("notes.md")}},
		{"by certificate", 0, append([]string{"--bundle", at(cert, manifest+".sigstore.json"), at(cert, manifest)}, identity...)},
		{"another file", 3, []string{"--bundle", at(dir, manifest+".sigstore.json"), "--key", key, at(dir, "SHA256SUMS")}},
		{"another subject", 3, []string{"--bundle", at(dir, provenance+".sigstore.json"), "--key", key, sum(manifest)}},
		{"another key", 3, []string{"--bundle", at(dir, manifest+".sigstore.json"), "--key", other, at(dir, manifest)}},
		{"no bundle", 3, []string{"--bundle", at(dir, manifest), "--key", key, at(dir, manifest)}},
		{"a certificate where a key is asked for", 3, []string{"--bundle", at(cert, manifest+".sigstore.json"), "--key", key, at(cert, manifest)}},
		{"another identity", 3, append([]string{"--bundle", at(cert, manifest+".sigstore.json"), at(cert, manifest)}, append([]string{"--certificate-identity", "x"}, identity[2:]...)...)},
		{"an authority that vouched until earlier", 3, append([]string{"--bundle", at(cert, manifest+".sigstore.json"), at(cert, manifest)}, append(identity[:5:5], vouched)...)},
		{"timestamp authorities that stamped until earlier", 3, append([]string{"--bundle", at(cert, manifest+".sigstore.json"), at(cert, manifest)}, append(identity[:5:5], stamped)...)},
		{"usage", 2, []string{"--bundle", at(dir, manifest+".sigstore.json"), at(dir, manifest)}},
		{"a digest cut off", 2, []string{"--bundle", at(dir, manifest+".sigstore.json"), "--key", key, "sha256:00"}},
	} {
		if code, _, stderr := call(t, "", append([]string{"verify-bundle"}, test.args...)...); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %s", test.name, code, test.code, stderr)
		}
	}
}

// TestBazelRun: names are relative to where the user is, not to where bazel run starts the program.
func TestBazelRun(t *testing.T) {
	dir, policyFile := written(t, releasetest.Hooks{})
	c := exec.Command(self(t), "--policy", filepath.Base(policyFile), filepath.Base(dir))
	c.Env = []string{asProgram + "=1", "BUILD_WORKING_DIRECTORY=" + filepath.Dir(dir)}
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	c = exec.Command(self(t), "--policy", filepath.Base(policyFile), filepath.Base(dir))
	c.Env = []string{asProgram + "=1", "BUILD_WORKING_DIRECTORY=" + dir + "/none"}
	if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), "none") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestMemory: a large release is read in 64 MB, by the kernel's own count. The plant asks for more.
func TestMemory(t *testing.T) {
	const large, limit = 96 << 20, 64 << 20
	noise := make([]byte, large)
	if _, err := rand.Read(noise[:1<<20]); err != nil {
		t.Fatal(err)
	}
	for i := 1 << 20; i < large; i += 1 << 20 {
		copy(noise[i:], noise[:1<<20]) // too far apart for deflate to see
	}
	dir, policyFile := written(t, releasetest.Hooks{Tree: func(name string, tree *releasetest.Tree) {
		if strings.HasSuffix(name, "linux_amd64_debug.tar.gz") {
			e := tree.Find("bin/gosqlite")
			e.Data = append(e.Data, noise...)
		}
	}})
	for _, test := range []struct {
		plant string
		fits  bool
	}{{"", true}, {fmt.Sprint(2 * limit), false}} {
		c := exec.Command(self(t), "--policy", policyFile, dir)
		c.Env = []string{asProgram + "=1", hoard + "=" + test.plant}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, text, _ := strings.Cut(string(out), "peak ")
		peak, _ := strconv.Atoi(strings.Fields(text + " 0")[0])
		if peak == 0 {
			t.Fatalf("no peak in %s", out)
		}
		if (peak <= limit) != test.fits {
			t.Errorf("plant %q: %d bytes of memory, limit %d", test.plant, peak, limit)
		}
		t.Logf("plant %q: %d bytes", test.plant, peak)
	}
}
