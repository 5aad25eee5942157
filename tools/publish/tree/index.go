// SPDX-License-Identifier: MIT

package tree

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Schema identifies the form of an index.
const Schema = "gosqlite-tree/1"

// IndexName is the file of a generation that lists all others.
const IndexName = "index.json"

// Limits of a generation.
const (
	MaxIndex = 64 << 20 // bytes
	maxFiles = 200_000
	maxPath  = 512 // bytes
)

// An Index lists a generation. Its text is the JSON of encoding/json with a file a line, and a newline.
type Index struct {
	Schema   string       `json:"schema"`
	Versions []Version    `json:"versions"`          // ordered by semantic version
	Revoked  []Revocation `json:"revoked,omitempty"` // ordered by semantic version
	Files    []File       `json:"files"`             // ordered by path
}

// A Version is a published release.
type Version struct {
	Version  string `json:"version"`  // with a leading v
	Manifest string `json:"manifest"` // SHA-256 of its manifest.json, in hexadecimal
}

// A File is one of a generation.
type File struct {
	Path   string `json:"path"` // with slashes
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// find is the file of a path.
func (x *Index) find(path string) (File, bool) {
	i, ok := slices.BinarySearchFunc(x.Files, path, func(f File, path string) int { return strings.Compare(f.Path, path) })
	if !ok {
		return File{}, false
	}
	return x.Files[i], true
}

// Names are the versions, with a leading v.
func (x *Index) Names() []string {
	names := make([]string, len(x.Versions))
	for i, v := range x.Versions {
		names[i] = v.Version
	}
	return names
}

// encode is the text, and the name of the generation: its SHA-256.
func (x *Index) encode() (text []byte, generation string, err error) {
	if err := x.check(); err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	versions, err := json.Marshal(x.Versions)
	if err != nil {
		return nil, "", err
	}
	fmt.Fprintf(&b, "{\"schema\":%q,\"versions\":%s,", x.Schema, versions)
	if len(x.Revoked) > 0 {
		revoked, err := json.Marshal(x.Revoked)
		if err != nil {
			return nil, "", err
		}
		fmt.Fprintf(&b, "\"revoked\":%s,", revoked)
	}
	b.WriteString("\"files\":[\n")
	for i, f := range x.Files {
		line, err := json.Marshal(f)
		if err != nil {
			return nil, "", err
		}
		b.Write(line)
		if i < len(x.Files)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]}\n")
	if b.Len() > MaxIndex {
		return nil, "", fmt.Errorf("write index: %d bytes, at most %d", b.Len(), MaxIndex)
	}
	return b.Bytes(), action.DigestOf(b.Bytes()), nil
}

// ParseIndex reads an index, of whatever generation. Text of more than MaxIndex bytes is none.
func ParseIndex(text []byte) (*Index, error) {
	if len(text) > MaxIndex {
		return nil, fmt.Errorf("read index: more than %d bytes", MaxIndex)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var x Index
	if err := d.Decode(&x); err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read index: something stands behind it")
	}
	return &x, x.check()
}

func (x *Index) check() error {
	if x.Schema != Schema {
		return fmt.Errorf("index: schema %.40q is not known, only %q", x.Schema, Schema)
	}
	if len(x.Files) > maxFiles || len(x.Versions) > maxFiles {
		return fmt.Errorf("index: more than %d files or versions", maxFiles)
	}
	if err := x.checkRevoked(); err != nil {
		return err
	}
	before := ""
	for _, f := range x.Files {
		digest, err := hex.DecodeString(f.SHA256)
		switch {
		case checkPath(f.Path) != nil:
			return checkPath(f.Path)
		case f.Path <= before:
			return fmt.Errorf("index: %q stands twice, or not in order", f.Path)
		case f.Path == IndexName:
			return fmt.Errorf("index: it lists itself")
		case err != nil || len(digest) != sha256.Size || strings.ToLower(f.SHA256) != f.SHA256 || f.Size < 0:
			return fmt.Errorf("index: size or digest of %q is none", f.Path)
		}
		before = f.Path
	}
	return nil
}

// checkPath admits plain relative names: what a web server, a shell and every file system read the same.
func checkPath(path string) error {
	plain := func(r rune) bool {
		return r > ' ' && r < 0x7f && !strings.ContainsRune(`\:*?"<>|`, r)
	}
	if !fs.ValidPath(path) || path == "." || len(path) > maxPath || strings.ContainsFunc(path, func(r rune) bool { return !plain(r) }) {
		return fmt.Errorf("path %.100q is no plain relative one", path)
	}
	return nil
}
