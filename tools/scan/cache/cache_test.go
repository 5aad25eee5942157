// SPDX-License-Identifier: MIT

package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

type said struct {
	Findings []string `json:"findings"`
}

func TestKeys(t *testing.T) {
	seen := map[Key]string{}
	for _, parts := range [][]string{{"a", "b"}, {"ab"}, {"a", "", "b"}, {"b", "a"}, {"1:a"}, {"a"}, {}} {
		k := KeyOf(parts...)
		if other, ok := seen[k]; ok {
			t.Errorf("%q has the key of %s", parts, other)
		}
		seen[k] = fmt.Sprintf("%q", parts)
	}
}

// TestCache: a result comes back under its scanner and its key alone, and not when anything of its file changed.
func TestCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	c, key := Open(dir, true), KeyOf("a")
	get := func(c *Cache, scanner string, key Key) []string {
		var s said
		if !c.Get(scanner, key, &s) {
			return nil
		}
		return s.Findings
	}
	if got := get(c, "gosec", key); got != nil {
		t.Errorf("an empty cache has %q", got)
	}
	if err := c.Put("gosec", key, said{[]string{"x"}}); err != nil {
		t.Fatal(err)
	}
	if got := get(c, "gosec", key); len(got) != 1 || got[0] != "x" {
		t.Errorf("%q", got)
	}
	for name, got := range map[string][]string{
		"another scanner": get(c, "vet", key), "another key": get(c, "gosec", KeyOf("b")), "a cache that is not read": get(Open(dir, false), "gosec", key),
		"no cache": get(Open("", true), "gosec", key),
	} {
		if got != nil {
			t.Errorf("%s has %q", name, got)
		}
	}
	if err := Open("", true).Put("gosec", key, said{}); err != nil {
		t.Error(err)
	}
	file := c.file("gosec", key)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		damaged := append([]byte{}, whole...)
		damaged[i] ^= 1
		for name, text := range map[string][]byte{"a changed": damaged, "a missing end from": whole[:i]} {
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := get(c, "gosec", key); got != nil {
				t.Fatalf("%s byte %d passes: %q", name, i, got)
			}
		}
	}
	if err := Open(file, true).Put("gosec", key, said{}); err == nil {
		t.Error("kept where no folder can be")
	}
}

// TestTrim: a scanner has so many results and no more, and takes no place of another's.
func TestTrim(t *testing.T) {
	dir := t.TempDir()
	c := Open(dir, true)
	if err := c.Put("go-source", KeyOf("other"), said{}); err != nil {
		t.Fatal(err)
	}
	for i := range maxResults + 3 {
		if err := c.Put("go", KeyOf(fmt.Sprint(i)), said{}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != maxResults+1 {
		t.Errorf("%d files, %v", len(entries), err)
	}
	var s said
	if !c.Get("go-source", KeyOf("other"), &s) || !c.Get("go", KeyOf(fmt.Sprint(maxResults+2)), &s) {
		t.Error("what was to stay is gone")
	}
}
