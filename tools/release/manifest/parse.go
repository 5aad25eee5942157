// SPDX-License-Identifier: MIT

package manifest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MaxText bounds the text of a manifest and of SHA256SUMS, in bytes.
const MaxText = 4 << 20

// Parse reads the text of a manifest. It accepts what the format says and nothing else: since one list has one text, a
// text that a JSON parser would take for the same values is refused too. The code has nothing in common with Encode.
func Parse(text []byte) (*Manifest, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("manifest: larger than %d bytes", MaxText)
	}
	if n := bytes.Count(text, []byte("\n")); n < 3 || n > MaxFiles+2 || text[len(text)-1] != '\n' {
		return nil, fmt.Errorf("manifest: %d lines; a header, 1 to %d files and an end are needed, each with its newline", n, MaxFiles)
	}
	lines := strings.Split(string(text[:len(text)-1]), "\n")
	m := &Manifest{}
	if err := m.parseHeader(lines[0]); err != nil {
		return nil, fmt.Errorf("manifest: line 1: %w", err)
	}
	last := len(lines) - 1
	if lines[last] != "]}" {
		return nil, fmt.Errorf("manifest: line %d: the end line ]} is missing", last+1)
	}
	folded := make(map[string]bool)
	for i := 1; i < last; i++ {
		f, err := parseFile(lines[i], i < last-1)
		if err != nil {
			return nil, fmt.Errorf("manifest: line %d: %w", i+1, err)
		}
		if i > 1 && m.Files[i-2].Name >= f.Name {
			return nil, fmt.Errorf("manifest: line %d: %s does not come after %s", i+1, f.Name, m.Files[i-2].Name)
		}
		if key := strings.ToLower(f.Name); folded[key] {
			return nil, fmt.Errorf("manifest: line %d: %s is there in another case", i+1, f.Name)
		} else {
			folded[key] = true
		}
		m.Files = append(m.Files, f)
	}
	return m, nil
}

// A scanner takes a line apart; after the first fault it takes nothing more.
type scanner struct {
	rest string
	err  error
}

func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// literal takes exactly text.
func (s *scanner) literal(text string) {
	rest, ok := strings.CutPrefix(s.rest, text)
	if !ok {
		s.fail("%s is missing before %.40q", text, s.rest)
		return
	}
	s.rest = rest
}

// until takes what is there up to the byte end, which stays.
func (s *scanner) until(end byte) string {
	i := strings.IndexByte(s.rest, end)
	if i < 0 {
		s.fail("%c is missing after %.40q", end, s.rest)
		return ""
	}
	value := s.rest[:i]
	s.rest = s.rest[i:]
	return value
}

// quoted takes a string after the literal that precedes it.
func (s *scanner) quoted(before string) string {
	s.literal(before + `"`)
	value := s.until('"')
	s.literal(`"`)
	return value
}

func (m *Manifest) parseHeader(line string) error {
	s := &scanner{rest: line}
	schema := s.quoted(`{"schema":`)
	if s.err == nil && schema != "gosqlite-manifest/1" {
		return fmt.Errorf("schema %.40q is not known; this program reads gosqlite-manifest/1", schema)
	}
	m.Version = s.quoted(`,"version":`)
	when := s.quoted(`,"time":`)
	s.literal(`,"files":[`)
	if s.err == nil && s.rest != "" {
		s.fail("%.40q is too much", s.rest)
	}
	if s.err != nil {
		return s.err
	}
	if !isVersion(m.Version) {
		return fmt.Errorf("version %.40q is not a semantic version", m.Version)
	}
	const layout = "2006-01-02T15:04:05Z"
	t, err := time.Parse(layout, when)
	if err != nil || t.Format(layout) != when || t.Year() < 1970 {
		return fmt.Errorf("time %.40q is not such as 2026-11-23T00:00:00Z", when)
	}
	m.Time = t
	return nil
}

func parseFile(line string, more bool) (File, error) {
	s := &scanner{rest: line}
	var f File
	f.Name = s.quoted(`{"name":`)
	f.Kind = Kind(s.quoted(`,"kind":`))
	f.Platform = s.quoted(`,"platform":`)
	s.literal(`,"size":`)
	size := s.until(',')
	digest := s.quoted(`,"sha256":`)
	s.literal("}")
	if more {
		s.literal(",")
	}
	if s.err == nil && s.rest != "" {
		s.fail("%.40q is too much", s.rest)
	}
	if s.err != nil {
		return f, s.err
	}
	if err := parseDigest(&f.SHA256, digest); err != nil {
		return f, err
	}
	n, err := strconv.ParseUint(size, 10, 41)
	if err != nil || strconv.FormatUint(n, 10) != size || n > MaxSize {
		return f, fmt.Errorf("size %.40q is not a number up to %d", size, int64(MaxSize))
	}
	f.Size = int64(n)
	return f, f.acceptable()
}

// acceptable reports what is wrong with the words of a file line.
func (f *File) acceptable() error {
	if !isName(f.Name) || strings.ToLower(f.Name) == "manifest.json" || strings.ToLower(f.Name) == "sha256sums" {
		return fmt.Errorf("name %.140q is not allowed", f.Name)
	}
	needsPlatform := false
	switch f.Kind {
	case Archive, Debug:
		needsPlatform = true
	case SBOM, Module, VEX, Notes, API:
	default:
		return fmt.Errorf("kind %.40q is not known", f.Kind)
	}
	if f.Platform == "" && needsPlatform {
		return fmt.Errorf("kind %s without a platform", f.Kind)
	}
	if f.Platform != "" && !isPlatform(f.Platform) {
		return fmt.Errorf("platform %.40q is not allowed", f.Platform)
	}
	return nil
}

func parseDigest(to *[32]byte, digest string) error {
	if len(digest) != 64 || digest != strings.ToLower(digest) {
		return fmt.Errorf("SHA-256 %.70q is not 64 lower-case hexadecimal digits", digest)
	}
	if _, err := hex.Decode(to[:], []byte(digest)); err != nil {
		return fmt.Errorf("SHA-256 %.70q is not 64 lower-case hexadecimal digits", digest)
	}
	return nil
}
