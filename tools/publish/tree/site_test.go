// SPDX-License-Identifier: MIT

package tree

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

func TestSite(t *testing.T) {
	for _, test := range []struct {
		name    string
		headers []tar.Header
		want    string // in the error
	}{
		{"a page and a style", []tar.Header{{Name: "a/", Typeflag: tar.TypeDir}, {Name: "a/index.html", Typeflag: tar.TypeReg, Size: 3}, {Name: "style.css", Typeflag: tar.TypeReg, Size: 3}}, ""},
		{"nothing", nil, "it has no files"},
		{"out of it", []tar.Header{{Name: "../x", Typeflag: tar.TypeReg, Size: 3}}, "plain name"},
		{"from the root", []tar.Header{{Name: "/x", Typeflag: tar.TypeReg, Size: 3}}, "plain name"},
		{"a link", []tar.Header{{Name: "x", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}}, "no regular file"},
		{"too large", []tar.Header{{Name: "x", Typeflag: tar.TypeReg, Size: maxSite + 1}}, "more than"},
	} {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		w := tar.NewWriter(z)
		for _, h := range test.headers {
			h.Mode = 0o644
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
			if h.Size == 3 {
				io.WriteString(w, "abc")
			}
		}
		if !strings.HasPrefix(test.name, "too") { // whose bytes are not there
			w.Close()
		} else {
			w.Flush()
		}
		z.Close()
		name := filepath.Join(t.TempDir(), "site.tar.gz")
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		items, err := Site(name)
		switch {
		case test.want != "":
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
		case err != nil || len(items) != 2 || items[0].Path != "site/a/index.html" || items[0].SHA256 != action.DigestOf([]byte("abc")):
			t.Errorf("%s: %v, %v", test.name, items, err)
		}
	}
}
