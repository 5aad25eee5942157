// SPDX-License-Identifier: MIT

package sumdb

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
)

// files is a database in memory.
type files map[string][]byte

func (f files) read(path string, limit int64) ([]byte, error) {
	text, there := f[path]
	if !there {
		return None(path, limit)
	}
	if int64(len(text)) > limit {
		return nil, errors.New("too large")
	}
	return text, nil
}

// A keeper has a database and its key.
type keeper struct {
	*testing.T
	files
	signer note.Signer
	known  note.Verifier
	public ed25519.PublicKey
	seen   Seen
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &keeper{T: t, files: files{}, public: public, seen: Seen{filepath.Join(t.TempDir(), "seen")}}
	if k.signer, k.known, err = NewSigner("sum.example.test/db", key); err == nil {
		err = k.seen.Begin(k.signer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *keeper) open() *Database {
	k.Helper()
	d, err := Open(k.read, k.known)
	if err != nil {
		k.Fatal(err)
	}
	return d
}

// add appends as a publisher does, and fails where a fixed file would change.
func (k *keeper) add(records ...Record) *Database {
	k.Helper()
	d := k.open()
	if err := k.seen.Check(d); err != nil {
		k.Fatal(err)
	}
	next, fresh, err := d.Append(records, k.signer)
	if err != nil {
		k.Fatal(err)
	}
	for _, f := range fresh {
		if old, there := k.files[f.Path]; there && f.Fixed && !bytes.Equal(old, f.Text) {
			k.Errorf("%s is replaced", f.Path)
		}
		k.files[f.Path] = f.Text
	}
	if err := k.seen.Remember(next); err != nil {
		k.Fatal(err)
	}
	return next
}

func record(n int) Record {
	hash := func(s string) string {
		sum := sha256.Sum256(fmt.Append(nil, s, n))
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return Record{module.Version{Path: "example.test/Mod", Version: fmt.Sprintf("v1.%d.0", n)}, hash("zip"), hash("mod")}
}

func several(from, to int) []Record {
	var out []Record
	for n := from; n < to; n++ {
		out = append(out, record(n))
	}
	return out
}

// TestGrow grows over the edge of a tile and of a level, and audits each state. Nothing fixed changes, and each state
// extends each earlier one.
func TestGrow(t *testing.T) {
	k := newKeeper(t)
	var earlier []*Database
	for _, size := range []int{0, 1, 2, 3, 255, 256, 257, 600} {
		d := k.add(several(0, size)...)
		if d.Len() != size || k.open().Tree != d.Tree {
			t.Errorf("%d records, want %d", d.Len(), size)
		}
		for _, e := range earlier {
			if err := d.Extends(e.Tree); err != nil {
				t.Errorf("%d after %d: %v", size, e.Len(), err)
			}
		}
		earlier = append(earlier, d)
	}
	for _, path := range []string{"tile/8/0/000", "tile/8/0/000.p/3", "tile/8/1/000.p/2", "tile/8/data/002.p/88", "lookup/example.test/!mod@v1.599.0", "supported"} {
		if k.files[path] == nil {
			t.Errorf("%s is missing", path)
		}
	}
	before := maps.Clone(k.files)
	if k.add(several(3, 9)...); !maps.EqualFunc(before, k.files, bytes.Equal) {
		t.Error("records that are there change something")
	}
}

// TestChanged spoils every file, in its first, middle and last byte, by its length, and by its absence.
func TestChanged(t *testing.T) {
	k := newKeeper(t)
	k.add(several(0, 1)...)
	k.add(several(0, 259)...)
	spoiled := 0
	for _, path := range slices.Sorted(maps.Keys(k.files)) {
		if path == supportedName {
			continue // nobody reads it
		}
		if strings.HasPrefix(path, "lookup/") && !strings.HasSuffix(path, "v1.0.0") && !strings.HasSuffix(path, "v1.258.0") {
			continue // one of many
		}
		right := k.files[path]
		flip := func(i int) []byte {
			text := bytes.Clone(right)
			text[i] ^= 1
			return text
		}
		for name, wrong := range map[string][]byte{"first": flip(0), "middle": flip(len(right) / 2), "last": flip(len(right) - 1),
			"shorter": right[:len(right)-1], "longer": append(bytes.Clone(right), '\n'), "empty": {}, "missing": nil} {
			if k.files[path] = wrong; wrong == nil {
				delete(k.files, path)
				if path == latestName {
					continue // no database
				}
			}
			if _, err := Open(k.read, k.known); !errors.Is(err, ErrChanged) && !errors.Is(err, ErrForked) {
				t.Errorf("%s, %s: %v", path, name, err)
			}
			spoiled++
		}
		k.files[path] = right
	}
	if k.open(); spoiled < 60 {
		t.Errorf("only %d were spoiled", spoiled)
	}
}

// TestRefused has what a key must not sign.
func TestRefused(t *testing.T) {
	k := newKeeper(t)
	k.add(several(0, 2)...)
	older := maps.Clone(k.files)
	d := k.add(several(0, 3)...)

	other := record(1)
	other.Zip = record(9).Zip
	if _, _, err := d.Append([]Record{other}, k.signer); !errors.Is(err, ErrReused) {
		t.Errorf("another hash of a version: %v", err)
	}
	stranger := newKeeper(t)
	if _, _, err := d.Append(several(3, 4), stranger.signer); !errors.Is(err, ErrChanged) {
		t.Errorf("another key signs on: %v", err)
	}
	if _, err := Open(k.read, stranger.known); !errors.Is(err, ErrChanged) {
		t.Errorf("another key's database: %v", err)
	}

	back, err := Open(older.read, k.known)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.seen.Check(back); !errors.Is(err, ErrRolledBack) {
		t.Errorf("set back: %v", err)
	}
	if err := k.seen.Remember(back); !errors.Is(err, ErrRolledBack) {
		t.Errorf("remember what was set back: %v", err)
	}
	_, fork, err := back.Append([]Record{record(7), record(8)}, k.signer)
	if err != nil {
		t.Fatal(err)
	}
	forked, err := Open(over(fork, older.read), k.known)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.seen.Check(forked); !errors.Is(err, ErrForked) {
		t.Errorf("forked: %v", err)
	}
	empty, err := Open(None, k.known)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.seen.Check(empty); !errors.Is(err, ErrRolledBack) {
		t.Errorf("gone: %v", err)
	}
	lost := Seen{filepath.Join(t.TempDir(), "lost")}
	if err := lost.Check(d); err == nil || !strings.Contains(err.Error(), "--adopt") {
		t.Errorf("lost memory: %v", err)
	}
	if err := lost.Adopt(d); err != nil || lost.Check(d) != nil {
		t.Errorf("adopt: %v", err)
	}
	if lost.Adopt(d) == nil || lost.Begin(k.signer) == nil {
		t.Error("a memory was replaced")
	}
}

func TestRecords(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           "",
		"one line":        "m v1.0.0 h1:x\n",
		"another version": strings.Replace(string(record(1).text()), "v1.1.0/", "v1.2.0/", 1),
		"more":            string(record(1).text()) + "m v1.0.0 h1:x\n",
		"no hash":         "example.test/m v1.0.0 h2:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nexample.test/m v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"no path":         strings.ReplaceAll(string(record(1).text()), "example.test", "../x"),
	} {
		if r, err := parseRecord([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r, err := parseRecord(record(1).text()); err != nil || r != record(1) {
		t.Errorf("%+v, %v", r, err)
	}
	for name, text := range map[string]string{"two words": "m v1.0.0\n", "two hashes": "m v1.0.0 h1:a\nm v1.0.0 h1:b\n", "no version": "example.test/m x h1:a\nexample.test/m x/go.mod h1:a\n"} {
		if _, err := parseGoSum([]byte(text)); err == nil {
			t.Errorf("go.sum with %s is read", name)
		}
	}
}

func TestNames(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "Sum.example.test", "sum.example.test/", "../x", "a b", "x+y", "sum.example.test/../x", "localhost"} {
		if _, err := VerifierKey(name, key.Public()); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
	if _, err := VerifierKey("sum.example.test", "no key"); err == nil || !strings.Contains(err.Error(), "Ed25519") {
		t.Errorf("another kind of key: %v", err)
	}
}
