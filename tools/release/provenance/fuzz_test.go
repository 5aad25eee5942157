// SPDX-License-Identifier: MIT

package provenance

import (
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// stated tells of resources that can't stand in a statement: without a digest, with one that is none, or not to be written.
func stated(t *testing.T, resources []Resource) {
	t.Helper()
	for _, r := range resources {
		if len(r.Digest) == 0 {
			t.Errorf("%+v has no digest", r)
		}
		for algorithm, value := range r.Digest {
			if !isSHA256(value) {
				t.Errorf("%s: %s %q", r.Name, algorithm, value)
			}
		}
	}
	m := &manifest.Manifest{Version: "1.0.0", Time: time.Unix(0, 0), Files: []manifest.File{{Name: "a", Kind: manifest.Notes}}}
	s, err := New(m, "//:release", resources)
	if err != nil {
		return // none, one without a name, or two of one name that differ
	}
	if _, err := s.Encode(); err != nil {
		t.Errorf("%d resources can't be written: %v", len(resources), err)
	}
}

// FuzzPins: what pins.json and debs.sha256 give can be stated.
func FuzzPins(f *testing.F) {
	digest := strings.Repeat("0123456789abcdef", 4)
	f.Add([]byte(`{"schema":1,"modules":{},"go_sdk":{"version":"1","tree":"`+digest+`","channels":[{"name":"dev","kind":"archive","url":"https://example.org/go.tgz","sha256":"`+digest+`"}]}}`), []byte(nil))
	f.Add([]byte(`{"schema":1,"modules":{"a":{"version":"1","tree":"`+digest+`","channels":[{"name":"proxy","kind":"go_module","module":"example.org/a","version":"v1.0.0","h1":"h1:AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8="}]}}}`), []byte(nil))
	f.Add([]byte(`{"schema":1,"modules":{},"a":{"tree":"`+digest+`","channels":[{"name":"deb","kind":"debian","package":"x","version":"1","platform":"linux_amd64"}]}}`), []byte(digest+"  x_1_amd64.deb\n"))
	f.Add([]byte(`{"schema":1,"modules":{"a":null},"a":{}}`), []byte("x"))
	f.Fuzz(func(t *testing.T, text, debs []byte) {
		if resources, err := Pins(text, debs); err == nil {
			stated(t, resources)
		}
	})
}

// FuzzGoSum: what a go.sum gives can be stated.
func FuzzGoSum(f *testing.F) {
	const h1 = "h1:AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8="
	f.Add([]byte("example.org/a v1.0.0 " + h1 + "\nexample.org/a v1.0.0/go.mod " + h1 + "\n"))
	f.Add([]byte("example.org/a v1.0.0 h2:AAAA\n"))
	f.Add([]byte("a b\n"))
	f.Add([]byte("example.org/\xff v1.0.0 " + h1 + "\n"))
	f.Add([]byte("example.org/%zz v1.0.0 " + h1 + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		resources, err := GoSum(text)
		if err != nil {
			return
		}
		if lines := strings.Count(string(text), "\n"); len(resources) > lines {
			t.Errorf("%d modules of %d lines", len(resources), lines)
		}
		stated(t, resources)
	})
}
