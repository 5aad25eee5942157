// SPDX-License-Identifier: MIT

// Package cache keeps what scanners said, so that a scan of a tree in which nothing changed asks them once.
//
// A result is kept under a digest of what it is known to depend on: the scanner, this program, the programs that it runs, their
// settings, and the bytes of the tree that they read. Whoever asks with another digest gets nothing. Each file of the folder holds one result:
//
//	SHA-256 of the rest, in hexadecimal, and a newline
//	the result as JSON
//
// and is called by scanner and digest, GOSEC-DIGEST. A file that is damaged counts as not there. Whoever may write to the
// folder can lie about results; so a release is never judged by them.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Limits of a cache.
const (
	maxResult  = 64 << 20 // bytes of one result
	maxResults = 256      // of one scanner, or of programs that it looks at; the oldest go first
)

// A Key names what a result depends on.
type Key [sha256.Size]byte

// KeyOf is the key of everything that parts say, in this order.
func KeyOf(parts ...string) Key {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d:%s", len(p), p) // where one ends and the next begins is part of it
	}
	return Key(sum.Sum(nil))
}

// A Cache is a folder of results.
type Cache struct {
	dir  string
	read bool
}

// Open returns the cache in a folder, which is made when the first result is kept. Without read, results are kept and none is
// handed out. An empty name is a cache that keeps nothing.
func Open(dir string, read bool) *Cache { return &Cache{dir, read} }

// Keeps reports whether results are kept at all.
func (c *Cache) Keeps() bool { return c.dir != "" }

// Get reads the result of a scanner into what into points to, and reports whether there is one.
func (c *Cache) Get(scanner string, key Key, into any) bool {
	if c.dir == "" || !c.read {
		return false
	}
	f, err := os.Open(c.file(scanner, key))
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxResult+1))
	if err != nil || len(text) > maxResult {
		return false
	}
	sum, result, ok := bytes.Cut(text, []byte("\n"))
	if !ok || string(sum) != action.DigestOf(result) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(result))
	d.DisallowUnknownFields()
	return d.Decode(into) == nil
}

// Put keeps a result.
func (c *Cache) Put(scanner string, key Key, result any) error {
	if c.dir == "" {
		return nil
	}
	text, err := json.Marshal(result)
	if err == nil {
		err = os.MkdirAll(c.dir, 0o700)
	}
	if err == nil {
		err = action.WriteText(c.file(scanner, key), action.DigestOf(text)+"\n"+string(text), 0o600)
	}
	if err == nil {
		err = c.trim(scanner)
	}
	if err != nil {
		return fmt.Errorf("keep result of %s: %w", scanner, err)
	}
	return nil
}

func (c *Cache) file(scanner string, key Key) string {
	return filepath.Join(c.dir, scanner+"-"+hex.EncodeToString(key[:]))
}

// trim removes the oldest results of a scanner when there are too many.
func (c *Cache) trim(scanner string) error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	type result struct {
		name string
		at   int64
	}
	var all []result
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name(), scanner+"-"); !ok || len(name) != 2*sha256.Size {
			continue
		}
		if info, err := e.Info(); err == nil { // another run may have removed it
			all = append(all, result{e.Name(), info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(all, func(a, b result) int { return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.name, b.name)) })
	for _, old := range all[:max(0, len(all)-maxResults)] {
		if err := os.Remove(filepath.Join(c.dir, old.name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
