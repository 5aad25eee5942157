// SPDX-License-Identifier: MIT

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// TestLogs: entries of transparency logs are judged by the logs of a policy, and demanded where it says so.
func TestLogs(t *testing.T) {
	logged, _ := written(t, releasetest.Hooks{Config: func(c *releasetest.Config) { c.Logged = true }})
	plain, _ := written(t, releasetest.Hooks{})
	temp := t.TempDir()
	file := func(name, text string) string {
		write(t, filepath.Join(temp, name), []byte(text))
		return filepath.Join(temp, name)
	}
	base := []string{"policy", "--key", file("key.pem", releasetest.PublicPEM(keys.Release)), "--reproducer", file("1.pem", releasetest.PublicPEM(keys.Reproducers[0])),
		"--reproducer", file("2.pem", releasetest.PublicPEM(keys.Reproducers[1]))}
	var logs []string
	for _, l := range keys.Logs {
		logs = append(logs, "--log", l.Origin+"="+file(l.Origin, l.PublicPEM()))
	}
	stranger := releasetest.NewLog(keys.Logs[0].Origin)
	for _, test := range []struct {
		name  string
		flags []string
		dir   string
		code  int
		words string
	}{
		{"two demanded", append(logs, "--need-log-entries", "2"), logged, 0, "VERIFIED"},
		{"none demanded", logs, plain, 0, "VERIFIED"},
		{"no log named", nil, logged, 0, "the policy names no log"},
		{"demanded and not there", append(logs, "--need-log-entries", "1"), plain, 3, "log-entry-missing"},
		{"one log named, two there", logs[:2], logged, 3, "log-untrusted"},
		{"another key", append(logs[2:4:4], "--log", stranger.Origin+"="+file("stranger", stranger.PublicPEM())), logged, 3, "log-untrusted"},
	} {
		out := filepath.Join(temp, "policy.json")
		if code, _, stderr := call(t, "", append(append(base[:len(base):len(base)], test.flags...), "--out", out)...); code != 0 {
			t.Fatalf("%s: %s", test.name, stderr)
		}
		if code, stdout, _ := call(t, "", "--policy", out, test.dir); code != test.code || !strings.Contains(stdout, test.words) {
			t.Errorf("%s: exit code %d\n%s", test.name, code, stdout)
		}
	}
	for _, test := range [][]string{{"--log", "x"}, {"--need-log-entries", "1"}, {"--log", "x=" + file("none", "x")}} {
		if code, _, _ := call(t, "", append(base[:len(base):len(base)], test...)...); code != 2 {
			t.Errorf("%v: exit code %d", test, code)
		}
	}
}

// TestVerifyBundleLogs: the command line of sigstore-conformance judges entries by the trusted root.
func TestVerifyBundleLogs(t *testing.T) {
	dir, _ := written(t, releasetest.Hooks{Config: func(c *releasetest.Config) { c.Logged = true }})
	temp := t.TempDir()
	key, root, other := filepath.Join(temp, "key.pem"), filepath.Join(temp, "root.json"), filepath.Join(temp, "other.json")
	write(t, key, []byte(releasetest.PublicPEM(keys.Release)))
	write(t, root, []byte(releasetest.TrustedRoot(keys, releasetest.Now, releasetest.Now)))
	strange := *keys
	strange.Logs[1] = releasetest.NewLog(keys.Logs[1].Origin)
	write(t, other, []byte(releasetest.TrustedRoot(&strange, releasetest.Now, releasetest.Now)))
	for _, test := range []struct {
		root string
		code int
	}{{root, 0}, {other, 3}} {
		args := []string{"verify-bundle", "--bundle", filepath.Join(dir, "manifest.json.sigstore.json"), "--key", key, "--trusted-root", test.root, filepath.Join(dir, "manifest.json")}
		if code, _, stderr := call(t, "", args...); code != test.code {
			t.Errorf("%s: exit code %d: %s", filepath.Base(test.root), code, stderr)
		}
	}
}
