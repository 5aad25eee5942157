// SPDX-License-Identifier: MIT

package trial

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// made lets the builder build where its caller stands, as a build in the normal workspace, and gives that as the baseline.
func made(t *testing.T, f *fakeBuilder, tr *Trial) *Baseline {
	t.Helper()
	s := variation.Caller(tr.Source.Root(), []string{"HOME=/home/caller", "USER=caller", "TZ=UTC", "LC_ALL=C"}, 0o022, tr.Jobs)
	s.OutputRoot = t.TempDir()
	p, err := f.Build(t.Context(), s, Request{Targets: tr.Targets, Results: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	log, err := ReadLog(p.Log)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.New(nil, []*execlog.Log{log}, ledger.Side{})
	if err != nil {
		t.Fatal(err)
	}
	return &Baseline{Files: p.Files, Ledger: l, Setting: s}
}

func TestAgainstBuildsOnce(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	tr.Against, tr.Side = made(t, f, tr), byOne
	r, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode() != report.ExitPass || f.builds != 2 || strings.Join(f.down, "") != "B" || len(r.Variations) != 12 {
		t.Errorf("verdict %s, %d builds, servers ended %v, %d varied", r.Verdict(), f.builds, f.down, len(r.Variations))
	}
	if r.Actions.Pass != len(variation.Table)+2 || len(r.Files) != 1 || r.Leaks.Files() != 1 || len(r.Digest) != 64 || len(r.Sides) != 2 {
		t.Errorf("%d actions, %d files, %d searched, digest %q, sides %v", r.Actions.Pass, len(r.Files), r.Leaks.Files(), r.Digest, r.Sides)
	}
}

func TestAgainstEachPlant(t *testing.T) {
	for _, v := range variation.Table {
		t.Run(v.Name, func(t *testing.T) {
			f := &fakeBuilder{leak: v.Plant, release: "text\n"}
			tr := newTrial(t, f, v.Name)
			tr.Against = made(t, f, tr)
			r, err := tr.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			first := r.Actions.First()
			if r.ExitCode() != report.ExitDifferent || first == nil || first.Label != ":"+v.Plant || first.Cause != compare.Culprit || r.Actions.Fail != 1 {
				t.Errorf("verdict %s, %d failed, first %+v", r.Verdict(), r.Actions.Fail, first)
			}
		})
	}
}

// TestAgainstLie has a result in the other build that was taken from a cache and that no build makes.
func TestAgainstLie(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	tr.Against = made(t, f, tr)
	for i, a := range tr.Against.Ledger.Build.Actions {
		if a.Mnemonic == "Honest" {
			tr.Against.Ledger.Build.Actions[i].Outputs[0].SHA256 = strings.Repeat("0", 64)
		}
	}
	r, err := tr.Run(t.Context())
	if err != nil || r.ExitCode() != report.ExitDifferent || r.Actions.First() == nil || r.Actions.First().Mnemonic != "Honest" {
		t.Errorf("%v, %+v", err, r.Actions)
	}
}

func TestAgainstWhatIsNotKnownIsNotAPass(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	tr.Against = made(t, f, tr)
	tr.Against.Ledger.Build.Actions = tr.Against.Ledger.Build.Actions[1:]
	r, err := tr.Run(t.Context())
	if err != nil || r.ExitCode() != report.ExitIncomplete || r.Actions.Skip != 1 || r.Actions.NotPassed[0].Cause != compare.Unknown {
		t.Errorf("%v, %+v", err, r.Actions)
	}
	// Without any, actions are not compared, and the report says so.
	tr = newTrial(t, f)
	tr.Against = made(t, f, tr)
	tr.Against.Ledger = nil
	if r, err = tr.Run(t.Context()); err != nil || r.Actions != nil || r.ExitCode() != report.ExitPass {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestAgainstDigestsOfFiles(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	tr.Against = made(t, f, tr)
	whole, err := ledger.New(tr.Against.Files, nil, ledger.Side{})
	if err != nil {
		t.Fatal(err)
	}
	tr.Against = &Baseline{Ledger: whole, Setting: tr.Against.Setting}
	f.release = "other\n"
	r, err := tr.Run(t.Context())
	if err != nil || len(r.Files) != 1 || r.Files[0].Status != compare.Fail || r.Actions != nil || r.ExitCode() != report.ExitDifferent {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestAgainstFolderAndLedger: the worse of both verdicts on a file counts, and a ledger without files has none.
func TestAgainstFolderAndLedger(t *testing.T) {
	for _, c := range []struct {
		name   string
		ledger func(files []ledger.File) []ledger.File
		folder string // what lies there
		code   int
		detail string
	}{
		{"both the same", func(f []ledger.File) []ledger.File { return f }, "text\n", report.ExitPass, ""},
		{"a ledger of other files", func(f []ledger.File) []ledger.File { f[0].SHA256 = strings.Repeat("0", 64); return f }, "text\n", report.ExitDifferent, "by the ledger, content differs"},
		{"a ledger of one file more", func(f []ledger.File) []ledger.File {
			return append(f, ledger.File{Name: "x", SHA256: strings.Repeat("0", 64)})
		}, "text\n", report.ExitDifferent, "the folder has no such file"},
		{"a folder of other files", func(f []ledger.File) []ledger.File { return f }, "other\n", report.ExitDifferent, ""},
	} {
		f := &fakeBuilder{release: "text\n"}
		tr := newTrial(t, f)
		tr.Against = made(t, f, tr)
		whole, err := ledger.New(bare(tr.Against.Files), nil, ledger.Side{})
		if err != nil {
			t.Fatal(err)
		}
		tr.Against.Ledger.Build.Files = c.ledger(whole.Build.Files)
		files := map[string]string{}
		for name := range bare(tr.Against.Files) {
			files[name] = filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(files[name], []byte(c.folder), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		tr.Against.Files = files
		r, err := tr.Run(t.Context())
		if err != nil || r.ExitCode() != c.code || !slices.ContainsFunc(r.Files, func(x compare.File) bool { return strings.Contains(x.Detail, c.detail) }) {
			t.Errorf("%s: %v, %s, %+v", c.name, err, r.Verdict(), r.Files)
		}
	}
}

func TestAgainstDoesNotFit(t *testing.T) {
	for name, edit := range map[string]func(tr *Trial){
		"two platforms": func(tr *Trial) { tr.Platforms = []string{"//:a", "//:b"} },
		"plants":        func(tr *Trial) { tr.Plants = "//plants" },
		"nothing":       func(tr *Trial) { tr.Against = &Baseline{} },
	} {
		f := &fakeBuilder{release: "text\n"}
		tr := newTrial(t, f)
		tr.Against = made(t, f, tr)
		edit(tr)
		if _, err := tr.Run(t.Context()); err == nil || f.builds != 1 {
			t.Errorf("%s: %v, %d builds", name, err, f.builds)
		}
	}
}

func TestLedgerOfSeveralPlatforms(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	tr.Platforms, tr.Side = []string{"//platforms:a", "//platforms:b"}, byOne
	r, err := tr.Run(t.Context())
	if err != nil || len(r.Ledger.Build.Files) != 2 || r.Ledger.Build.Files[1].Name != "b/release.txt" {
		t.Fatalf("%v, %+v", err, r)
	}
}

func TestBare(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{[]string{"out/bin/release/a", "out/bin/release/embedded/b"}, []string{"a", "embedded/b"}},
		{[]string{"out/bin/a"}, []string{"a"}},
		{[]string{"a", "out/b"}, []string{"a", "out/b"}},
		{[]string{"out/ab/x", "out/a/x"}, []string{"a/x", "ab/x"}},
	} {
		files := map[string]string{}
		for _, n := range c.in {
			files[n] = filepath.Join("/", n)
		}
		if got := sortedKeys(bare(files)); strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%v: %v", c.in, got)
		}
	}
}
