// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// databaseKey makes a key, and returns what users have and the flags that publish with it.
func (d *desk) databaseKey(name string) (gosumdb string, flags []string) {
	d.Helper()
	secret := d.put(name+".secret", []byte("long enough\n"))
	if err := os.Chmod(secret, 0o600); err != nil {
		d.Fatal(err)
	}
	flags = []string{"--sumdb", "sum.example.test", "--sumdb-key", d.in(name), "--sumdb-secret", "file:" + secret}
	out := d.want(0, "GOSUMDB=sum.example.test+", append([]string{"sumdb", "key"}, flags...)...)
	return strings.TrimSpace(strings.TrimPrefix(out, "GOSUMDB=")), flags
}

// TestDatabase publishes with a checksum database, which grows with each version, and refuses to sign over another one.
func TestDatabase(t *testing.T) {
	d := newDesk(t)
	gosumdb, key := d.databaseKey("sumdb.pem")
	if info, err := os.Stat(d.in("sumdb.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	check := []string{"sumdb", "check", "--to", "file:" + d.in("tree"), "--gosumdb", gosumdb}
	one := d.release("one", "1.2.0", "", specimen.Spoil{})
	d.want(3, "has none", check...)
	d.want(0, "publishing v1.2.0", append(one, "--publish")...)
	d.want(3, "has none", check...)

	// The database begins with what is there already.
	two := d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{})
	d.want(0, "dry run", append(two, key...)...)
	if out := d.want(0, "publishing v1.3.0", append(append(two, key...), "--publish")...); !strings.Contains(out, "go/sumdb/sum.example.test/latest") {
		t.Errorf("plan:\n%s", out)
	}
	d.want(0, "nothing to do", append(append(two, key...), "--publish")...)
	d.want(0, "2 records", check...)
	for _, name := range []string{"supported", "tile/8/data/000.p/2", "lookup/github.com/gosqlite/gosqlite@v1.2.0"} {
		if _, err := os.Stat(d.in("tree", "current", "go", "sumdb", "sum.example.test", name)); err != nil {
			t.Error(err)
		}
	}
	before, err := os.Readlink(d.in("tree", "current"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(d.in("sumdb.pem.seen"), d.in("kept")); err != nil {
		t.Fatal(err)
	}
	three := d.release("three", "1.4.0", "v1.3.0", specimen.Spoil{})
	d.want(3, "not known", append(append(three, key...), "--publish")...)
	d.want(0, "2 records", append(check, "--sumdb-seen", d.in("sumdb.pem.seen"), "--adopt")...)
	d.want(1, "there already", append(check, "--sumdb-seen", d.in("sumdb.pem.seen"), "--adopt")...)

	d.want(2, "has to learn of this version", append(three, "--publish")...)
	_, other := d.databaseKey("other.pem")
	d.want(3, "no verifiable signatures", append(append(three, other...), "--publish")...)
	d.want(2, "is called sum.example.test", append(append(three, "--sumdb", "sum.example.org"), append(key[2:], "--publish")...)...)
	d.want(2, "not into a registry", append(append(three[:8:8], "--to", "oci://127.0.0.1:1/x"), key...)...)
	if after, err := os.Readlink(d.in("tree", "current")); after != before {
		t.Errorf("readers see another state: %s, %v", after, err)
	}
	seen, err := os.ReadFile(d.in("sumdb.pem.seen"))
	if err != nil {
		t.Fatal(err)
	}
	d.want(0, "publishing v1.4.0", append(append(three, key...), "--publish")...)
	// A run that ends before it remembers is made good by the next: what comes below would go unseen.
	if err := os.WriteFile(d.in("sumdb.pem.seen"), seen, 0o644); err != nil {
		t.Fatal(err)
	}
	d.want(0, "nothing to do", append(append(three, key...), "--publish")...)
	d.want(0, "3 records", append(check, "--sumdb-seen", d.in("sumdb.pem.seen"))...)

	// Somebody sets the folder back.
	if err := os.Remove(d.in("tree", "current")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(before, d.in("tree", "current")); err != nil {
		t.Fatal(err)
	}
	d.want(3, "set back", append(append(three, key...), "--publish")...)
	d.want(3, "set back", append(check, "--sumdb-seen", d.in("sumdb.pem.seen"))...)
}

func TestDatabaseUsage(t *testing.T) {
	d := newDesk(t)
	_, key := d.databaseKey("sumdb.pem")
	for name, test := range map[string]struct {
		words string
		args  []string
	}{
		"no name":        {"--sumdb", []string{"sumdb", "key", "--sumdb-key", d.in("x")}},
		"no key":         {"a key is needed", []string{"sumdb", "key", "--sumdb", "sum.example.test"}},
		"nothing":        {"are needed", []string{"sumdb", "key"}},
		"no folder":      {"file:FOLDER", []string{"sumdb", "check", "--to", "oci://x/y", "--gosumdb", "x"}},
		"no such key":    {"malformed", []string{"sumdb", "check", "--to", "file:x", "--gosumdb", "x"}},
		"adopt into air": {"--adopt", []string{"sumdb", "check", "--to", "file:x", "--gosumdb", "x", "--adopt"}},
	} {
		if code, _, said := d.run(test.args...); code != 2 {
			t.Errorf("%s: %d %s, want 2 and %q", name, code, said, test.words)
		}
	}
	d.want(1, "exists", append([]string{"sumdb", "key"}, key...)...)
	left, err := filepath.Glob(d.in("*.seen"))
	if len(left) != 1 || err != nil {
		t.Errorf("memories %v, %v", left, err)
	}
}
