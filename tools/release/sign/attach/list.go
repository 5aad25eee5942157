// SPDX-License-Identifier: MIT

package attach

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
)

// ListName is the name of the list of signed archives.
const ListName = "manifest_signed.json"

// ListSchema identifies its format.
const ListSchema = "gosqlite-signed/1"

// A List says what each signed archive is made of. Its file is canonical JSON (package jcs) and a newline; digests are
// lower-case hexadecimal digits; files are ordered by name and signatures by path.
type List struct {
	Schema   string   `json:"schema"`
	Version  string   `json:"version"`  // of the release
	Manifest string   `json:"manifest"` // SHA-256 of manifest.json
	Files    []Signed `json:"files"`
}

// A Signed is a signed archive.
type Signed struct {
	Name       string     `json:"name"`
	Size       int64      `json:"size"`
	SHA256     string     `json:"sha256"`
	Unsigned   Unsigned   `json:"unsigned"`
	Signatures []Embedded `json:"signatures"`
}

// An Unsigned is the archive of the manifest that a signed one was made from.
type Unsigned struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// An Embedded is a signature that was attached.
type Embedded struct {
	Path   string `json:"path"`   // of the program in the archive
	File   string `json:"file"`   // of the stored signature in the release
	SHA256 string `json:"sha256"` // of the stored signature
}

// EmbeddedName is the name of the stored signature of a program.
func EmbeddedName(archive, path, extension string) string {
	return "embedded/" + archive + "/" + path + extension
}

// Encode is the text of the file. It sorts.
func (l *List) Encode() ([]byte, error) {
	if len(l.Files) == 0 {
		return nil, errors.New("list signed archives: there is none")
	}
	sorted := *l
	sorted.Schema = ListSchema
	sorted.Files = slices.Clone(l.Files)
	slices.SortFunc(sorted.Files, func(a, b Signed) int { return strings.Compare(a.Name, b.Name) })
	for i := range sorted.Files {
		f := &sorted.Files[i]
		f.Signatures = slices.Clone(f.Signatures)
		slices.SortFunc(f.Signatures, func(a, b Embedded) int { return strings.Compare(a.Path, b.Path) })
		if len(f.Signatures) == 0 || i > 0 && sorted.Files[i-1].Name == f.Name {
			return nil, fmt.Errorf("list %s: it holds no signature, or is there twice", f.Name)
		}
	}
	return jcs.File(&sorted)
}

// Hex is a digest as the list has it.
func Hex(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
