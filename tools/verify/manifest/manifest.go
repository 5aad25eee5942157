// SPDX-License-Identifier: MIT

// Package manifest reads the list of a release's files, and SHA256SUMS, as the comment of package
// tools/release/manifest specifies them. That package has a reader as well, and builders and signers use it; a verifier that
// used the same one would have the same mistakes. This one goes another way: it decodes the text as strict JSON, bounds and
// judges the values, writes the one text that these values have, and compares. A test holds the two readers against each
// other.
package manifest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// Names of the two files.
const (
	FileName = "manifest.json"
	SumsName = "SHA256SUMS"
)

// Limits of the two files.
const (
	MaxFiles = 4096
	MaxText  = 4 << 20 // bytes of either
	maxSize  = 1 << 40 // bytes of a listed file
	maxName  = 128     // bytes of its name

	// maxCommas are those of a manifest with MaxFiles files. They bound what is decoded before it is judged.
	maxCommas = 5*MaxFiles + 2
)

// schema is the one format that is read.
const schema = "gosqlite-manifest/1"

// A Manifest lists the files of a release.
type Manifest struct {
	Version string
	Time    time.Time // in UTC, whole seconds
	Files   []File    // ordered by the bytes of their names
}

// A File is a released file.
type File struct {
	Name     string
	Kind     Kind
	Platform string // empty for a file of all platforms
	Size     int64  // in bytes
	SHA256   [32]byte
}

// A Kind is what a file is for.
type Kind string

// The kinds.
const (
	Archive Kind = "archive"
	Debug   Kind = "debug"
	SBOM    Kind = "sbom"
	Module  Kind = "module"
	VEX     Kind = "vex"
	Notes   Kind = "notes"
	API     Kind = "api"
)

var kinds = []Kind{Archive, Debug, SBOM, Module, VEX, Notes, API}

// The words of the format. \z and not $: that would take a newline at the end.
var (
	versionForm  = regexp.MustCompile(`\A(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[-0-9A-Za-z]+(\.[-0-9A-Za-z]+)*)?(\+[-0-9A-Za-z]+(\.[-0-9A-Za-z]+)*)?\z`)
	nameForm     = regexp.MustCompile(`\A[0-9A-Za-z]([-+._0-9A-Za-z]*[-+_0-9A-Za-z])?\z`)
	platformForm = regexp.MustCompile(`\A[0-9a-z]+(_[0-9a-z]+)*\z`)
	digestForm   = regexp.MustCompile(`\A[0-9a-f]{64}\z`)
)

// document and line are the JSON, with keys in the order of the text.
type document struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Time    string `json:"time"`
	Files   []line `json:"files"`
}

type line struct {
	Name     string `json:"name"`
	Kind     Kind   `json:"kind"`
	Platform string `json:"platform"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
}

// Parse reads a manifest. The text that the values have is the only one that is accepted.
func Parse(text []byte) (*Manifest, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("manifest: larger than %d bytes", MaxText)
	}
	if n := bytes.Count(text, []byte(",")); n > maxCommas {
		return nil, fmt.Errorf("manifest: %d commas, at most %d: it lists more than %d files", n, maxCommas, MaxFiles)
	}
	var d document
	if err := strictjson.Strict(text, &d); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	m, err := d.manifest()
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if again, err := d.text(); err != nil || !bytes.Equal(again, text) {
		return nil, errors.New("manifest: it is not the one text that its values have: order of keys, spaces or line ends differ")
	}
	return m, nil
}

// manifest judges the values.
func (d *document) manifest() (*Manifest, error) {
	switch {
	case d.Schema != schema:
		return nil, fmt.Errorf("schema %.40q is not known; this program reads %s", d.Schema, schema)
	case !versionForm.MatchString(d.Version):
		return nil, fmt.Errorf("version %.40q is not such as 1.0.0 or 1.0.0-rc.1", d.Version)
	case len(d.Files) == 0 || len(d.Files) > MaxFiles:
		return nil, fmt.Errorf("%d files; 1 to %d are allowed", len(d.Files), MaxFiles)
	}
	const form = "2006-01-02T15:04:05Z"
	when, err := time.Parse(form, d.Time)
	if err != nil || when.Format(form) != d.Time || when.Year() < 1970 {
		return nil, fmt.Errorf("time %.40q is not such as 2026-11-23T00:00:00Z", d.Time)
	}
	m := &Manifest{Version: d.Version, Time: when}
	folded := map[string]bool{strings.ToLower(FileName): true, strings.ToLower(SumsName): true}
	for i, l := range d.Files {
		f, err := l.file()
		if err != nil {
			return nil, fmt.Errorf("file %.140q: %w", l.Name, err)
		}
		lower := strings.ToLower(f.Name)
		if folded[lower] {
			return nil, fmt.Errorf("file %s: the name stands twice where case does not count, or is one that is not listed", f.Name)
		}
		if i > 0 && m.Files[i-1].Name > f.Name {
			return nil, fmt.Errorf("file %s: it stands after %s", f.Name, m.Files[i-1].Name)
		}
		folded[lower] = true
		m.Files = append(m.Files, f)
	}
	return m, nil
}

// file judges one line.
func (l *line) file() (File, error) {
	f := File{Name: l.Name, Kind: l.Kind, Platform: l.Platform, Size: l.Size}
	switch {
	case !isName(f.Name):
		return f, fmt.Errorf("the name is not made of 1 to %d letters, digits and ._-+", maxName)
	case !slices.Contains(kinds, f.Kind):
		return f, fmt.Errorf("kind %.40q is not known", f.Kind)
	case f.Platform == "" && (f.Kind == Archive || f.Kind == Debug):
		return f, fmt.Errorf("kind %s without a platform", f.Kind)
	case f.Platform != "" && !platformForm.MatchString(f.Platform):
		return f, fmt.Errorf("platform %.40q is not such as linux_amd64", f.Platform)
	case f.Size < 0 || f.Size > maxSize:
		return f, fmt.Errorf("%d bytes; 0 to %d are allowed", f.Size, int64(maxSize))
	}
	var err error
	f.SHA256, err = digest(l.SHA256)
	return f, err
}

func isName(name string) bool { return len(name) <= maxName && nameForm.MatchString(name) }

func digest(text string) (sum [32]byte, err error) {
	if !digestForm.MatchString(text) {
		return sum, fmt.Errorf("SHA-256 %.70q is not 64 lower-case hexadecimal digits", text)
	}
	_, err = hex.Decode(sum[:], []byte(text))
	return sum, err
}

// text is the one that the values have: a header line, a line for each file, an end line. The values were judged: none of
// them needs an escape.
func (d *document) text() ([]byte, error) {
	head, err := json.Marshal(struct {
		Schema  string `json:"schema"`
		Version string `json:"version"`
		Time    string `json:"time"`
	}{d.Schema, d.Version, d.Time})
	if err != nil {
		return nil, err
	}
	out := append(bytes.TrimSuffix(head, []byte("}")), `,"files":[`...)
	for i := range d.Files {
		if i > 0 {
			out = append(out, ',')
		}
		one, err := json.Marshal(&d.Files[i])
		if err != nil {
			return nil, err
		}
		out = append(append(out, '\n'), one...)
	}
	return append(out, "\n]}\n"...), nil
}

// A Sum is a line of SHA256SUMS.
type Sum struct {
	Name   string
	SHA256 [32]byte
}

// ParseSums reads SHA256SUMS: lines of a digest, two spaces and a name, in the order of the names. It knows nothing of a
// manifest; whether the two agree is for the caller to say.
func ParseSums(text []byte) ([]Sum, error) {
	count := bytes.Count(text, []byte("\n"))
	switch {
	case len(text) > MaxText:
		return nil, fmt.Errorf("sums: larger than %d bytes", MaxText)
	case count == 0 || text[len(text)-1] != '\n':
		return nil, errors.New("sums: empty, or the last line is cut off")
	case count > MaxFiles+1: // the files, and the manifest
		return nil, fmt.Errorf("sums: %d lines, at most %d", count, MaxFiles+1)
	}
	var sums []Sum
	for i, l := range bytes.Split(text[:len(text)-1], []byte("\n")) {
		const gap = 64
		if len(l) < gap+2 || string(l[gap:gap+2]) != "  " || !isName(string(l[gap+2:])) {
			return nil, fmt.Errorf("sums: line %d: %.200q is not a digest, two spaces and a name", i+1, l)
		}
		sum, err := digest(string(l[:gap]))
		if err != nil {
			return nil, fmt.Errorf("sums: line %d: %w", i+1, err)
		}
		s := Sum{string(l[gap+2:]), sum}
		if i > 0 && sums[i-1].Name >= s.Name {
			return nil, fmt.Errorf("sums: line %d: %s does not come after %s", i+1, s.Name, sums[i-1].Name)
		}
		sums = append(sums, s)
	}
	return sums, nil
}
