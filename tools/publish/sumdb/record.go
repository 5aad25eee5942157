// SPDX-License-Identifier: MIT

package sumdb

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

// maxGoSum bounds the go.sum of a module, in bytes.
const maxGoSum = 1 << 20

// A Record is what the database knows of one version of a module.
type Record struct {
	module.Version
	Zip, Mod string // h1: hashes of the module's files and of its go.mod
}

func (r Record) text() []byte {
	return fmt.Appendf(nil, "%s %s %s\n%s %s/go.mod %s\n", r.Path, r.Version.Version, r.Zip, r.Path, r.Version.Version, r.Mod)
}

// name is its file below lookup.
func (r Record) name() (string, error) {
	path, err := module.EscapePath(r.Path)
	if err != nil {
		return "", err
	}
	version, err := module.EscapeVersion(r.Version.Version)
	return path + "@" + version, err
}

// parseRecord reads a record's text. It takes what text writes and nothing else.
func parseRecord(text []byte) (Record, error) {
	var r Record
	lines := strings.Split(string(text), "\n")
	if len(lines) == 3 {
		if f := strings.Split(lines[0], " "); len(f) == 3 {
			r.Path, r.Version.Version, r.Zip = f[0], f[1], f[2]
		}
		if f := strings.Split(lines[1], " "); len(f) == 3 {
			r.Mod = f[2]
		}
	}
	if !bytes.Equal(r.text(), text) {
		return Record{}, fmt.Errorf("read record %.100q: it is not two lines of one version", text)
	}
	return r, r.check()
}

func (r Record) check() error {
	if err := module.Check(r.Path, r.Version.Version); err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	for _, h := range []string{r.Zip, r.Mod} {
		if b, ok := strings.CutPrefix(h, "h1:"); !ok || len(b) != 44 || strings.ContainsAny(b, " \n") {
			return fmt.Errorf("read record of %s: %.60q is no hash of the kind h1", r.Version, h)
		}
	}
	return nil
}

// OfModule makes the record of a module from its zip file and the text of its go.mod, and the records of the modules that its
// go.sum has: who starts with nothing but this module asks for them, too.
func OfModule(path, version, zipFile string, mod []byte) ([]Record, error) {
	r := Record{Version: module.Version{Path: path, Version: version}}
	if _, err := modzip.CheckZip(r.Version, zipFile); err != nil {
		return nil, fmt.Errorf("hash module %s: %w", r.Version, err)
	}
	var err error
	if r.Zip, err = dirhash.HashZip(zipFile, dirhash.Hash1); err != nil {
		return nil, fmt.Errorf("hash module %s: %w", r.Version, err)
	}
	open := func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(mod)), nil }
	if r.Mod, err = dirhash.Hash1([]string{"go.mod"}, open); err != nil {
		return nil, fmt.Errorf("hash go.mod of %s: %w", r.Version, err)
	}
	sums, err := goSum(zipFile, r.Version)
	if err != nil {
		return nil, fmt.Errorf("read go.sum of %s: %w", r.Version, err)
	}
	needed, err := parseGoSum(sums)
	if err != nil {
		return nil, fmt.Errorf("read go.sum of %s: %w", r.Version, err)
	}
	if i := slices.IndexFunc(needed, func(n Record) bool { return n.Version == r.Version }); i >= 0 {
		return nil, fmt.Errorf("read go.sum of %s: it lists the module itself", r.Version)
	}
	return append([]Record{r}, needed...), nil
}

// goSum is the text of a module's go.sum; nothing where it has none.
func goSum(zipFile string, m module.Version) ([]byte, error) {
	z, err := zip.OpenReader(zipFile)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	f, err := z.Open(m.Path + "@" + m.Version + "/go.sum")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxGoSum+1))
	if err == nil && len(text) > maxGoSum {
		err = fmt.Errorf("it is larger than %d bytes", maxGoSum)
	}
	return text, err
}

// parseGoSum is a record for each version of which both hashes are there. Of the others only the requirements are read, and
// the module's own go.sum has their hash.
func parseGoSum(text []byte) ([]Record, error) {
	found := map[module.Version]*Record{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return nil, fmt.Errorf("line %.100q has not three words", line)
		}
		version, isMod := strings.CutSuffix(f[1], "/go.mod")
		m := module.Version{Path: f[0], Version: version}
		r := found[m]
		if r == nil {
			r = &Record{Version: m}
			found[m] = r
		}
		have := &r.Zip
		if isMod {
			have = &r.Mod
		}
		if *have != "" && *have != f[2] {
			return nil, fmt.Errorf("%s has two hashes", m)
		}
		*have = f[2]
	}
	var records []Record
	for _, r := range found {
		if r.Zip == "" || r.Mod == "" {
			continue
		}
		if err := r.check(); err != nil {
			return nil, err
		}
		records = append(records, *r)
	}
	sortRecords(records)
	return records, nil
}

// sortRecords orders by module and version, so that the same release grows the log by the same records.
func sortRecords(records []Record) {
	slices.SortFunc(records, func(a, b Record) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return strings.Compare(a.Version.Version, b.Version.Version)
	})
}
