// SPDX-License-Identifier: MIT

// Package recompute takes the digests of a bill of materials again, of those objects that are at hand.
//
// A digest names its object: a file of a release or in its archive, a linked file, a tree of files, a download. A caller
// says where objects lie; for all others the verdict is that the digest is bound by the document and was not looked at.
package recompute

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// MaxTreeFiles bounds the files of a tree.
const MaxTreeFiles = 1 << 18

// A State is what became of a digest.
type State string

// The states.
const (
	Equal     State = "equal"
	Different State = "different"
	Bound     State = "bound" // the object is not at hand
)

// A Verdict is a digest and its state.
type Verdict struct {
	Component string          `json:"component"`
	Object    graph.Object    `json:"object"`
	Name      string          `json:"name"`
	Alg       graph.Algorithm `json:"alg"`
	State     State           `json:"state"`
	Want      string          `json:"want,omitempty"` // where it is different
	Got       string          `json:"got,omitempty"`
}

// Objects say where objects lie.
type Objects struct {
	Release string            // folder of a release's files; its archives are looked into
	Linked  map[string]string // name of a linked file to its path
	Trees   map[string]string // name of a tree to its folder
	Archive map[string]string // address of a download to its path
}

// Check returns a verdict for each digest, in the order of the document.
func Check(d *graph.Document, at Objects) ([]Verdict, error) {
	sums := map[string]map[graph.Algorithm]string{}
	missing := map[string]bool{}
	if at.Release != "" {
		var err error
		if missing, err = at.release(d, sums); err != nil {
			return nil, err
		}
	}
	var verdicts []Verdict
	for _, c := range d.Components {
		for _, digest := range c.Digests {
			key := string(digest.Object) + " " + digest.Name
			if _, ok := sums[key]; !ok {
				got, err := at.sum(digest)
				if err != nil {
					return nil, fmt.Errorf("recompute %s of %s: %w", digest.Name, c.ID, err)
				}
				sums[key] = got
			}
			v := verdict(c.ID, digest, sums[key])
			if missing[key] {
				v.State, v.Want, v.Got = Different, digest.Value, "not in the archive"
			}
			verdicts = append(verdicts, v)
		}
	}
	return verdicts, nil
}

func verdict(id string, d graph.Digest, sums map[graph.Algorithm]string) Verdict {
	v := Verdict{Component: id, Object: d.Object, Name: d.Name, Alg: d.Alg, State: Bound}
	switch got, ok := sums[d.Alg]; {
	case !ok:
	case got == d.Value:
		v.State = Equal
	default:
		v.State, v.Want, v.Got = Different, d.Value, got
	}
	return v
}

// sum is the digests of one object by algorithm; none where it is not at hand.
func (at Objects) sum(d graph.Digest) (map[graph.Algorithm]string, error) {
	var path string
	switch d.Object {
	case graph.LinkedFile:
		path = at.Linked[d.Name]
	case graph.Download:
		path = at.Archive[d.Name]
	case graph.Tree:
		if dir, ok := at.Trees[d.Name]; ok {
			return tree(dir)
		}
	}
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sumOf(f)
}

type hashes map[graph.Algorithm]hash.Hash

func newHashes() hashes {
	return hashes{graph.SHA256: sha256.New(), graph.SHA512: sha512.New(), graph.SHA3_256: sha3.New256()}
}

func (h hashes) Write(p []byte) (int, error) {
	for _, one := range h {
		one.Write(p) // a hash has no errors
	}
	return len(p), nil
}

func (h hashes) sums() map[graph.Algorithm]string {
	sums := map[graph.Algorithm]string{}
	for alg, one := range h {
		sums[alg] = hex.EncodeToString(one.Sum(nil))
	}
	return sums
}

func sumOf(r io.Reader) (map[graph.Algorithm]string, error) {
	h := newHashes()
	if _, err := io.Copy(h, r); err != nil {
		return nil, err
	}
	return h.sums(), nil
}

// tree is the digests of the listing of a folder, as package graph defines it.
func tree(dir string) (map[graph.Algorithm]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || entry.IsDir():
			return err
		case !entry.Type().IsRegular():
			return fmt.Errorf("%s: a tree has regular files only", name)
		case len(names) == MaxTreeFiles:
			return fmt.Errorf("%s: more than %d files", dir, MaxTreeFiles)
		}
		rel, err := filepath.Rel(dir, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("the tree has no files")
	}
	slices.Sort(names)
	var listing bytes.Buffer
	for _, name := range names {
		if strings.ContainsRune(name, '\n') {
			return nil, fmt.Errorf("%q: a file name has a newline", name)
		}
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&listing, "%x  ./%s\n", h.Sum(nil), name)
	}
	return sumOf(&listing)
}
