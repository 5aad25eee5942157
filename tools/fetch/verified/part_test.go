// SPDX-License-Identifier: MIT

package verified

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/download"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

func sum(text string) [32]byte { return sha256.Sum256([]byte(text)) }

func file(name, text string) source.File {
	return source.File{Name: name, Size: -1, SHA256: fmt.Sprintf("%x", sum(text))}
}

func refused(err error, class string) bool {
	var r *source.RefusedError
	return errors.As(err, &r) && r.Class == class
}

// TestChoose: what belongs to the platform and to all is wanted, and nothing else.
func TestChoose(t *testing.T) {
	m := &manifest.Manifest{Version: "1.0.0", Files: []manifest.File{
		{Name: "a_linux.tar.gz", Kind: manifest.Archive, Platform: "linux", Size: 1, SHA256: sum("a")},
		{Name: "a_linux_debug.tar.gz", Kind: manifest.Debug, Platform: "linux", Size: 1, SHA256: sum("a")},
		{Name: "a_windows.zip", Kind: manifest.Archive, Platform: "windows", Size: 1, SHA256: sum("a")},
		{Name: "a_windows.cdx.json", Kind: manifest.SBOM, Platform: "windows", Size: 1, SHA256: sum("a")},
		{Name: "notes.md", Kind: manifest.Notes, Size: 1, SHA256: sum("a")},
	}}
	var files []source.File
	for _, name := range strings.Fields("a_linux.tar.gz a_linux.tar.gz.sigstore.json a_linux_debug.tar.gz a_linux_debug.tar.gz.sigstore.json " +
		"a_windows.zip a_windows.zip.DEVELOPMENT.sigstore.json a_windows.cdx.json a_windows.cdx.json.signed.json a_windows_signed.zip " +
		"embedded/a_windows.zip/x notes.md manifest.json manifest.json.sigstore.json provenance.intoto.json") {
		files = append(files, file(name, "a"))
	}
	for _, test := range []struct {
		platform string
		debug    bool
		want     string
	}{
		{"linux", false, "a_linux.tar.gz a_linux.tar.gz.sigstore.json notes.md manifest.json manifest.json.sigstore.json provenance.intoto.json"},
		{"linux", true, "a_linux.tar.gz a_linux.tar.gz.sigstore.json a_linux_debug.tar.gz a_linux_debug.tar.gz.sigstore.json notes.md manifest.json manifest.json.sigstore.json provenance.intoto.json"},
		{"windows", false, "a_windows.zip a_windows.zip.DEVELOPMENT.sigstore.json a_windows.cdx.json a_windows.cdx.json.signed.json a_windows_signed.zip embedded/a_windows.zip/x notes.md manifest.json manifest.json.sigstore.json provenance.intoto.json"},
	} {
		list, err := choose(files, m, test.platform, test.debug)
		var have []string
		for _, w := range list {
			have = append(have, w.Name)
			if w.Name == "notes.md" && (w.limit != 1 || w.Size != 1) || w.Name == "a_windows_signed.zip" && w.limit != 1+maxExtra || w.limit > max(maxDocument, 1+maxExtra) {
				t.Errorf("%s may have %d bytes", w.Name, w.limit)
			}
		}
		if strings.Join(have, " ") != test.want || err != nil {
			t.Errorf("%s: %q, %v", test.platform, have, err)
		}
	}
	if _, err := choose(files, m, "plan9", false); !refused(err, source.NoPlatform) {
		t.Errorf("no such platform: %v", err)
	}
	files[0] = file("a_linux.tar.gz", "b")
	if _, err := choose(files, m, "linux", false); !refused(err, source.BadDigest) {
		t.Errorf("another archive: %v", err)
	}
}

// texts is a source of one text.
type texts string

func (texts) Versions(context.Context) ([]string, error)             { return nil, nil }
func (texts) Release(context.Context, string) ([]source.File, error) { return nil, nil }
func (s texts) Open(context.Context, string, source.File, int64) (io.ReadCloser, int64, error) {
	return io.NopCloser(strings.NewReader(string(s))), 0, nil
}

// TestUnlisted: what no signed list bounds is bounded all together.
func TestUnlisted(t *testing.T) {
	for left, fits := range map[int64]bool{4: true, 3: false, 0: false} {
		x := &Release{From: texts("text"), Dir: t.TempDir(), unlisted: maxUnlisted - left,
			Download: &download.Downloader{Parts: t.TempDir(), Stall: time.Minute, Wait: func(ctx context.Context, _ int) error { return ctx.Err() }}}
		err := x.get(t.Context(), wanted{File: file("x.sigstore.json", "text"), limit: maxDocument})
		if fits && (err != nil || x.unlisted != maxUnlisted) || !fits && !refused(err, source.TooLarge) {
			t.Errorf("%d bytes left: %v", left, err)
		}
		if err := x.get(t.Context(), wanted{File: file("listed", "text"), limit: 4, listed: true}); err != nil {
			t.Errorf("a listed file: %v", err)
		}
	}
}
