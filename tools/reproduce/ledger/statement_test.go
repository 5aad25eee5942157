// SPDX-License-Identifier: MIT

package ledger_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
)

func TestStatement(t *testing.T) {
	dir := signtest.Payload(t)
	files, err := compare.Tree(dir)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.New(files, []*execlog.Log{log(t, spawns()...)}, ledger.Side{})
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := ledger.ReadManifest(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := l.Statement(manifest)
	if err != nil {
		t.Fatal(err)
	}
	// It is read as the ledger that it is about.
	again, err := ledger.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := l.Digest()
	if y, err := again.Digest(); err != nil || x != y {
		t.Errorf("digests %s and %s, %v", x, y, err)
	}
	if err := os.WriteFile(files[signtest.Notes], []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if l, err = ledger.New(files, []*execlog.Log{log(t, spawns()...)}, ledger.Side{}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Statement(manifest); err == nil || !strings.Contains(err.Error(), signtest.Notes) {
		t.Errorf("a file that is not the manifest's: %v", err)
	}
	if _, err := l.Statement([]byte("{}")); err == nil {
		t.Error("no manifest gave no error")
	}
	if _, err := ledger.ReadManifest(filepath.Join(dir, "none")); err == nil {
		t.Error("a manifest that is not there gave no error")
	}
}
