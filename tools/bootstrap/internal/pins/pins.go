// SPDX-License-Identifier: MIT

// Package pins reads and writes pins/pins.json, the one file that says which
// inputs a build may use. Its meaning is documented in pins/README.md.
package pins

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// Schema is the version of the file format that this package understands.
const Schema = 1

// maxSize bounds the pin file, in bytes.
const maxSize = 1 << 20

// File is the whole pin file.
type File struct {
	Schema int   `json:"schema"`
	Bazel  Bazel `json:"bazel"`
	GoSDK  Pin   `json:"go_sdk"` // for LinuxAMD64
	Zig    Pin   `json:"zig"`    // for LinuxAMD64
	// Those for LinuxARM64, where they are pinned.
	GoSDKLinuxARM64 *Pin           `json:"go_sdk_linux_arm64,omitempty"`
	ZigLinuxARM64   *Pin           `json:"zig_linux_arm64,omitempty"`
	SQLite          Pin            `json:"sqlite_amalgamation"`
	Schemas         map[string]Pin `json:"schemas,omitempty"` // that tests hold documents against
	Modules         map[string]Pin `json:"modules"`
}

// Bazel names the build tool itself. It is verified by Debian's signed index,
// and may move: a missing revision is replaced by the newest 7.x.
type Bazel struct {
	Version  string `json:"version"` // Upstream of Revision
	Package  string `json:"package"`
	Revision string `json:"revision"`
	Suite    string `json:"suite"`
}

var upstreamRE = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+)*`)

// Upstream is the version of which a revision of Debian's package is, such as 7.7.1 of 7.7.1+ds-8+b1.
func Upstream(revision string) string { return upstreamRE.FindString(revision) }

// Pin is one input that can reach an action: its declared files, their digest
// and the channels that bring them.
type Pin struct {
	Version string `json:"version"`
	Tree    string `json:"tree"`
	// TreeSHA512 is the SHA-512 of the same listing: bills of materials need it.
	TreeSHA512 string `json:"tree_sha512"`
	tree.Rules
	SHA3     map[string]string `json:"sha3_256,omitempty"`
	Channels []Channel         `json:"channels"`
}

// Kinds of channels.
const (
	Archive  = "archive"   // an archive at a public address
	GoModule = "go_module" // a module zip of the Go module proxy
	Wheel    = "wheel"     // a wheel of the Python package index
	Crate    = "crate"     // a crate of the Rust package index
	Debian   = "debian"    // a folder of a Debian package
	Own      = "own"       // a folder of this tree
	BCR      = "bcr"       // a module of the Bazel Central Registry
)

// Channel is one way by which an input comes.
type Channel struct {
	Name        string  `json:"name"`
	Kind        string  `json:"kind"`
	URL         string  `json:"url,omitempty"`
	Package     string  `json:"package,omitempty"`
	Module      string  `json:"module,omitempty"`
	Version     string  `json:"version,omitempty"`
	Platform    string  `json:"platform,omitempty"`
	Path        string  `json:"path,omitempty"`
	SHA256      *string `json:"sha256,omitempty"` // null: no digest known, the tree decides
	H1          string  `json:"h1,omitempty"`
	StripPrefix string  `json:"strip_prefix,omitempty"`
	Nested      *Nested `json:"nested,omitempty"`
	VerifiedBy  string  `json:"verified_by"`
}

// MarshalJSON writes an archive's unknown digest as null instead of leaving the
// field out, so that what is not known can be seen.
func (c Channel) MarshalJSON() ([]byte, error) {
	type plain Channel
	if c.Kind != Archive || c.SHA256 != nil {
		return marshal(plain(c), "")
	}
	return marshal(struct {
		Name        string  `json:"name"`
		Kind        string  `json:"kind"`
		URL         string  `json:"url"`
		SHA256      *string `json:"sha256"`
		StripPrefix string  `json:"strip_prefix,omitempty"`
		VerifiedBy  string  `json:"verified_by"`
	}{c.Name, c.Kind, c.URL, nil, c.StripPrefix, c.VerifiedBy}, "")
}

// Nested is a Go module that lies in a folder of another module and that the
// outer module's zip leaves out.
type Nested struct {
	Into    string `json:"into"`
	Module  string `json:"module"`
	Version string `json:"version"`
	H1      string `json:"h1"`
}

// Named is a pin with the name under which the file holds it.
type Named struct {
	Name string
	Pin
}

// Part is the name of the folder that holds the pin's files: it changes exactly
// when the version or a declared byte does.
func (n Named) Part() string { return n.Name + "-" + n.Version + "-" + n.Tree[:12] }

// Channel returns the first channel of one of the kinds, or nil.
func (p Pin) Channel(kinds ...string) *Channel {
	for i := range p.Channels {
		for _, k := range kinds {
			if p.Channels[i].Kind == k {
				return &p.Channels[i]
			}
		}
	}
	return nil
}

// Registry returns the channel that the registries mode uses, or nil.
func (p Pin) Registry() *Channel { return p.Channel(GoModule, Wheel, Crate, Debian, Own) }

// The machines that build, for which there are pins.
const (
	LinuxAMD64 = "linux_amd64"
	LinuxARM64 = "linux_arm64"
)

// Exec says on which machine the pin's programs run: "" for a pin that holds
// none, or that holds those of every machine.
func (n Named) Exec() string {
	switch n.Name {
	case "go_sdk", "zig":
		return LinuxAMD64
	case "go_sdk_linux_arm64", "zig_linux_arm64":
		return LinuxARM64
	}
	return ""
}

// For lists the pins that builds on the named machines need, as All does.
func (f *File) For(execs ...string) []Named {
	var list []Named
	for _, n := range f.All() {
		if e := n.Exec(); e == "" || slices.Contains(execs, e) {
			list = append(list, n)
		}
	}
	return list
}

// All lists every pin, toolchains first, then schemas and modules sorted by name.
func (f *File) All() []Named {
	all := []Named{{"go_sdk", f.GoSDK}, {"zig", f.Zig}}
	if f.GoSDKLinuxARM64 != nil {
		all = append(all, Named{"go_sdk_linux_arm64", *f.GoSDKLinuxARM64})
	}
	if f.ZigLinuxARM64 != nil {
		all = append(all, Named{"zig_linux_arm64", *f.ZigLinuxARM64})
	}
	all = append(all, Named{"sqlite_amalgamation", f.SQLite})
	for _, group := range []map[string]Pin{f.Schemas, f.Modules} {
		for _, n := range slices.Sorted(maps.Keys(group)) {
			all = append(all, Named{n, group[n]})
		}
	}
	return all
}

// Load reads and checks the pin file at path.
func Load(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read pins: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read pins %s: %w", path, err)
	}
	if len(data) > maxSize {
		return nil, fmt.Errorf("read pins %s: larger than %d bytes", path, maxSize)
	}
	p, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read pins %s: %w", path, err)
	}
	return p, nil
}

// Parse reads a pin file. Unknown fields are errors: a misspelt rule must not
// pass for a rule that was left out.
func Parse(data []byte) (*File, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var f File
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the pin file's end")
	}
	return &f, f.check()
}

// Encode writes the canonical form: two spaces, fixed field order, no HTML
// escapes, a final newline.
func (f *File) Encode() ([]byte, error) { return marshal(f, "  ") }

func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return b.Bytes(), err
}
