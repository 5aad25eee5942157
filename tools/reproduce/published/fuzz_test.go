// SPDX-License-Identifier: MIT

package published

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// FuzzStrip takes signatures off whatever is there: programs of a release come from outside.
func FuzzStrip(f *testing.F) {
	f.Add(signtest.PE("windows"))
	f.Add(signtest.MachO("darwin", "gosqlite"))
	f.Fuzz(func(t *testing.T, program []byte) {
		before := bytes.Clone(program)
		for _, r := range rules {
			if r.is(program) {
				_, _, _ = r.strip(program)
			}
		}
		if !bytes.Equal(program, before) {
			t.Error("the program itself was changed")
		}
	})
}

// put writes a file of a fuzz test.
func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// FuzzSameArchive holds whatever is there against an archive that was built: where it is that one with signatures, a rule
// says so.
func FuzzSameArchive(f *testing.F) {
	dir := f.TempDir()
	for name, data := range signtest.Archives(f) {
		put(f, filepath.Join(dir, name), data)
		if name == signtest.Windows || name == signtest.Darwin {
			f.Add(data, name == signtest.Windows)
			f.Add(data[:len(data)/2], name == signtest.Windows)
			f.Add(append(bytes.Clone(data), 'x'), name == signtest.Windows)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, windows bool) {
		built := map[bool]string{true: signtest.Windows, false: signtest.Darwin}[windows]
		signed := filepath.Join(t.TempDir(), built)
		put(t, signed, data)
		if rule, err := sameArchive(signed, filepath.Join(dir, built)); err == nil && rule == "" {
			t.Error("it is the same by no rule")
		}
	})
}

// FuzzOpen: a release that can be opened says what it was built as, and for which platforms.
func FuzzOpen(f *testing.F) {
	payload := signtest.Payload(f)
	text := map[string][]byte{}
	for _, name := range []string{manifest.FileName, manifest.SumsName, provenance.FileName} {
		data, err := os.ReadFile(filepath.Join(payload, name))
		if err != nil {
			f.Fatal(err)
		}
		text[name] = data
	}
	f.Add(text[manifest.FileName], text[provenance.FileName])
	f.Add(text[manifest.FileName], bytes.ReplaceAll(text[provenance.FileName], []byte(`"target"`), []byte(`"other"`)))
	f.Add(text[manifest.FileName], []byte(`{"predicate":null}`))
	f.Add([]byte("{}\n"), text[provenance.FileName])
	f.Fuzz(func(t *testing.T, list, statement []byte) {
		dir := t.TempDir()
		put(t, filepath.Join(dir, manifest.FileName), list)
		put(t, filepath.Join(dir, manifest.SumsName), text[manifest.SumsName])
		put(t, filepath.Join(dir, provenance.FileName), statement)
		r, err := Open(dir)
		if err == nil && (r.Target == "" || len(r.Platforms) == 0 || !bytes.Equal(r.Manifest, list)) {
			t.Errorf("%+v", r)
		}
	})
}
