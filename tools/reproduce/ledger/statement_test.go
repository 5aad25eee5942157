// SPDX-License-Identifier: MIT

package ledger_test

import (
	"bytes"
	"fmt"
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

// TestFolded states an action with very many outputs: one row stands for them, and is compared with a whole ledger.
func TestFolded(t *testing.T) {
	s := spawns()
	for i := range 100 {
		s[1].Outputs[fmt.Sprintf("bazel-out/cfg/bin/std/%d.a", i)] = fmt.Sprint(i)
	}
	whole := build(t, "1", s...)
	folded, err := whole.Fold()
	if err != nil {
		t.Fatal(err)
	}
	row := folded.Build.Actions[1].Outputs
	if len(row) != 1 || row[0].Path != "bazel-out/cfg/bin" || row[0].Files != 101 || len(whole.Build.Actions[1].Outputs) != 101 || len(folded.Build.Actions[0].Outputs) != 1 {
		t.Fatalf("folded: %+v", row)
	}
	x, _ := whole.Digest()
	if y, err := folded.Digest(); err != nil || x != y {
		t.Errorf("digests %s and %s, %v", x, y, err)
	}
	if _, actions := ledger.Compare(&whole.Build, &folded.Build, false); actions.Pass != 2 {
		t.Errorf("the whole and the folded: %+v", actions)
	}
	s[1].Outputs["bazel-out/cfg/bin/std/7.a"] = "other"
	other := build(t, "1", s...)
	if _, actions := ledger.Compare(&folded.Build, &other.Build, false); actions.Fail != 1 || actions.First().Outputs[0].Path != "bazel-out/cfg/bin" {
		t.Errorf("one of a hundred differs: %+v", actions)
	}
}

// TestWholeLedgerProvesItsDigest: where nothing is folded, a digest that the ledger claims is held against its build.
func TestWholeLedgerProvesItsDigest(t *testing.T) {
	whole := build(t, "1", spawns()...)
	folded, err := whole.Fold()
	if err != nil {
		t.Fatal(err)
	}
	s := spawns()
	for i := range 100 {
		s[1].Outputs[fmt.Sprintf("bazel-out/cfg/bin/std/%d.a", i)] = fmt.Sprint(i)
	}
	many, err := build(t, "1", s...).Fold()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		ledger *ledger.Ledger
		full   string
		want   string
	}{
		{"its own digest", folded, folded.Full, ""},
		{"none", folded, "", ""},
		{"that of another build", folded, strings.Repeat("0", 64), "its build, which is whole, has " + folded.Full},
		{"of no actions", &ledger.Ledger{Schema: ledger.Schema, Build: ledger.Build{Files: folded.Build.Files, Actions: []ledger.Action{}}}, "fold", ""},
		{"what is folded can only be believed", many, strings.Repeat("0", 64), ""},
	} {
		l := *c.ledger
		if l.Full = c.full; c.full == "fold" {
			l.Full = ""
			f, err := l.Fold()
			if err != nil {
				t.Fatal(err)
			}
			l = *f
		}
		text, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ledger.Read(bytes.NewReader(text))
		if refused := err != nil; refused != (c.want != "") || refused && (got != nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestStatementThatNobodyCouldVerify(t *testing.T) {
	if _, err := ledger.Statement(nil, ledger.StatementType, strings.Repeat("x", 4<<20)); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("error %v", err)
	}
}
