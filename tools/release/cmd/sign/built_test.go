// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// What ./bazelw run //:sign -- ARGUMENTS does: flags sign what was built, commands and help are what they are elsewhere.
func TestBuilt(t *testing.T) {
	payload := signtest.Payload(t)
	s := newSession(t)
	s.good("--built", payload, "dev-ca", "--out", "ca")
	const keyFile = "ca/release.DEVELOPMENT.key.pem"
	s.good("--built", payload, "--key", keyFile, "--out", "one")
	s.good("--built", payload, "release", "--key", keyFile, "--out", "two")
	s.good("release", "--payload", payload, "--key", keyFile, "--out", "three")
	for _, dir := range []string{"two", "three"} {
		same(t, "one/manifest.json.sigstore.json", dir+"/manifest.json.sigstore.json")
	}
	s.good("--built", payload, "key", "make", "--ring", "keys.json", "--key", "new.pem", "--until", "2028-01-01T00:00:00Z")
	for _, help := range []string{"help", "-h", "-help", "--help"} {
		s.good("--built", payload, help)
		if !strings.HasPrefix(s.stdout.String(), "usage: sign COMMAND ") {
			t.Errorf("%s tells %.40q", help, &s.stdout)
		}
	}
	s.good("--built", payload, "release", "--help")
	if !strings.HasPrefix(s.stdout.String(), "usage: sign release ") {
		t.Errorf("release --help tells %.40q", &s.stdout)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--built"}, "--built needs a folder"},
		{[]string{"--built", ""}, "--built needs a folder"},
		{[]string{"--built", payload}, "--out"},
		{[]string{"--built", payload, "sing"}, `no command "sing"`},
		{[]string{"--built", payload, "--out", "four", "--kex", keyFile}, "kex"},
		{[]string{"--built", "gone", "key"}, `no command "key"`},
	} {
		if code := s.run(test.args...); code != 2 || !strings.Contains(s.stderr.String(), test.want) {
			t.Errorf("sign %q: exit code %d: %s", test.args, code, &s.stderr)
		}
	}
	if code := s.run("--built", "gone", "--key", keyFile, "--out", "four"); code != 1 || !strings.Contains(s.stderr.String(), "open gone") {
		t.Errorf("a payload that is not there: exit code %d: %s", code, &s.stderr)
	}
	if _, err := os.Lstat("four"); err == nil {
		t.Error("four was left behind")
	}
}
