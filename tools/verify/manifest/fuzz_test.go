// SPDX-License-Identifier: MIT

package manifest

import (
	"bytes"
	"reflect"
	"testing"

	builder "github.com/gosqlite/gosqlite/tools/release/manifest"
)

// differs says in what the reader of the builder and this one differ on a text; "" if they accept the same and read the
// same.
func differs(text []byte, read func([]byte) (*Manifest, error)) string {
	ours, err := read(text)
	theirs, theirErr := builder.Parse(text)
	switch {
	case (err == nil) != (theirErr == nil):
		return "one accepts it"
	case err != nil:
		return ""
	}
	same := &Manifest{Version: theirs.Version, Time: theirs.Time}
	for _, f := range theirs.Files {
		same.Files = append(same.Files, File{f.Name, Kind(f.Kind), f.Platform, f.Size, f.SHA256})
	}
	if !reflect.DeepEqual(ours, same) {
		return "they read other values"
	}
	if again, err := theirs.Encode(); err != nil || !bytes.Equal(again, text) {
		return "both accept what the builder does not write"
	}
	return ""
}

func alike(t *testing.T, text []byte) {
	t.Helper()
	if how := differs(text, Parse); how != "" {
		t.Errorf("the two readers differ on %.300q: %s", text, how)
	}
}

func alikeSums(t *testing.T, text []byte) {
	t.Helper()
	ours, err := ParseSums(text)
	theirs, theirErr := builder.ParseSums(text)
	if (err == nil) != (theirErr == nil) {
		t.Fatalf("the two readers differ on %.300q: %v, %v", text, err, theirErr)
	}
	if err != nil {
		return
	}
	for i, s := range theirs {
		if len(ours) != len(theirs) || ours[i] != Sum(s) {
			t.Fatalf("the two readers read other sums from %.300q", text)
		}
	}
}

// TestDiffersTells: a reader with a mistake is told from the builder's.
func TestDiffersTells(t *testing.T) {
	whole := []byte(text(t))
	lenient := func(text []byte) (*Manifest, error) { return Parse(bytes.TrimSpace(append(bytes.Clone(text), '\n'))) }
	deaf := func(text []byte) (*Manifest, error) {
		m, err := Parse(text)
		if m != nil {
			m.Files[0].Size = 0
		}
		return m, err
	}
	for name, read := range map[string]func([]byte) (*Manifest, error){"another idea of lines": lenient, "another value": deaf} {
		if differs(whole, read) == "" {
			t.Errorf("%s is not seen", name)
		}
	}
	if how := differs(whole, Parse); how != "" {
		t.Error(how)
	}
}

// FuzzManifest: the verifier's reader and the builder's accept the same texts, and read the same from them.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(text(f)))
	for _, p := range spoilt(text(f)) {
		if len(p.text) < 10_000 {
			f.Add([]byte(p.text))
		}
	}
	f.Fuzz(alike)
}

// FuzzSums is the same for SHA256SUMS.
func FuzzSums(f *testing.F) {
	f.Add([]byte(sums(f)))
	for _, p := range spoiltSums(sums(f)) {
		if len(p.text) < 10_000 {
			f.Add([]byte(p.text))
		}
	}
	f.Fuzz(alikeSums)
}
