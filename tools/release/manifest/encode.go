// SPDX-License-Identifier: MIT

package manifest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	versionPattern  = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)
	namePattern     = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._+-]{0,127}$`)
	platformPattern = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
)

// Encode returns the text of m. It orders the files itself; everything else that the format does not allow is an error.
func (m *Manifest) Encode() ([]byte, error) {
	files := slices.Clone(m.Files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	if err := checkManifest(m, files); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"schema":"%s","version":"%s","time":"%s","files":[`+"\n", Schema, m.Version, m.Time.UTC().Format(time.RFC3339))
	for i, f := range files {
		fmt.Fprintf(&b, `{"name":"%s","kind":"%s","platform":"%s","size":%d,"sha256":"%x"}`, f.Name, f.Kind, f.Platform, f.Size, f.SHA256)
		if i < len(files)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]}\n")
	return b.Bytes(), nil
}

// EncodeSums returns the text of SHA256SUMS for m, whose text Encode gave.
func (m *Manifest) EncodeSums(text []byte) ([]byte, error) {
	files := append(slices.Clone(m.Files), File{Name: FileName, SHA256: sha256.Sum256(text)})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	if err := checkManifest(m, slices.DeleteFunc(slices.Clone(files), func(f File) bool { return f.Name == FileName })); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&b, "%x  %s\n", f.SHA256, f.Name)
	}
	return b.Bytes(), nil
}

func checkManifest(m *Manifest, files []File) error {
	switch {
	case !versionPattern.MatchString(m.Version):
		return fmt.Errorf("version %q: write it as 1.0.0 or 1.0.0-rc.1, without a leading v", m.Version)
	case m.Time.IsZero() || m.Time.Nanosecond() != 0 || m.Time.UTC().Year() > 9999 || m.Time.UTC().Year() < 1970:
		return fmt.Errorf("time %v: the release date in whole seconds is needed", m.Time)
	case len(files) == 0 || len(files) > MaxFiles:
		return fmt.Errorf("%d files: a manifest lists 1 to %d", len(files), MaxFiles)
	}
	seen := map[string]string{}
	for _, f := range files {
		if err := checkFile(f); err != nil {
			return err
		}
		lower := strings.ToLower(f.Name)
		if other, ok := seen[lower]; ok {
			return fmt.Errorf("file %s: listed already as %s", f.Name, other)
		}
		seen[lower] = f.Name
	}
	return nil
}

func checkFile(f File) error {
	switch {
	case !namePattern.MatchString(f.Name) || strings.HasSuffix(f.Name, "."):
		return fmt.Errorf("file name %q: only letters, digits and ._-+ are allowed, a letter or digit first", f.Name)
	case strings.EqualFold(f.Name, FileName) || strings.EqualFold(f.Name, SumsName):
		return fmt.Errorf("file %s: a manifest does not list itself or its sums", f.Name)
	case !slices.Contains(Kinds, f.Kind):
		return fmt.Errorf("file %s: kind %q is none of %v", f.Name, f.Kind, Kinds)
	case f.Platform != "" && !platformPattern.MatchString(f.Platform):
		return fmt.Errorf("file %s: platform %q is not a row's name such as linux_amd64", f.Name, f.Platform)
	case f.Platform == "" && (f.Kind == Archive || f.Kind == Debug):
		return fmt.Errorf("file %s: a file of kind %s has a platform", f.Name, f.Kind)
	case f.Size < 0 || f.Size > MaxSize:
		return fmt.Errorf("file %s: %d bytes, and the limit is %d", f.Name, f.Size, int64(MaxSize))
	}
	return nil
}
