// SPDX-License-Identifier: MIT

// Notes writes a release's notes as Markdown, HTML and JSON, from change entries and facts; package notes says which. It
// reads no clock and no network, and asks git for one thing, which --commit says otherwise.
//
//	./bazelw run //:notes -- --version v1.2.3 --semver REPORT --out FOLDER
//	./bazelw run //:notes -- --version v1.2.3 --facts --out FOLDER
//
// The second form is what a build does: it asks no git, and takes the reports from changes/next/facts.
//
// Exit codes: 0 written, 1 failure, 2 usage, 3 facts contradict what the entries say, and nothing is written.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/changes"
	"github.com/gosqlite/gosqlite/tools/release/notes"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/diff"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

const usage = `usage: notes --version VERSION (--semver FILE | --facts) --out FOLDER [--bill FILE]... [--manifest FILE] [--commit COMMIT] [--root FOLDER]

  --version VERSION    of the release, such as v1.2.3
  --semver FILE        the report that //:semver writes by --json
  --facts              takes the reports from changes/next/facts, as far as they are there, and names no commit
  --out FOLDER         gets notes.md, notes.html and notes.json
  --bill FILE          the CycloneDX document of a platform of the release; repeated. They are compared with the last release by
                       changes/next/facts/bill.json, which sbom bill prints. Without either, that section is left out and
                       nothing of it may be claimed
  --manifest FILE      of the release; without it sizes and digests are left out
  --commit COMMIT      full id of the source, which the report has to be of; default: HEAD, which git says
  --root FOLDER        of the tree; default: the workspace, or the folder here
`

func main() {
	action.Start("notes", func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv) })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	return action.Exit(stderr, "notes", write(ctx, args, stdout, getenv))
}

type options struct {
	version, commit, report, out, manifest, root string
	bills                                        action.List
	facts                                        bool
}

func write(ctx context.Context, args []string, stdout io.Writer, getenv func(string) string) error {
	var o options
	flags := flag.NewFlagSet("notes", flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "", "")
	flags.StringVar(&o.commit, "commit", "", "")
	flags.StringVar(&o.report, "semver", "", "")
	flags.StringVar(&o.out, "out", "", "")
	flags.Var(&o.bills, "bill", "")
	flags.StringVar(&o.manifest, "manifest", "", "")
	flags.StringVar(&o.root, "root", "", "")
	flags.BoolVar(&o.facts, "facts", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if o.version == "" || (o.report == "") != o.facts || o.out == "" {
		return action.UsageError("--version, --out, and one of --semver and --facts are needed")
	}
	if o.facts && o.commit != "" {
		return action.UsageError("--facts names no commit")
	}
	if o.root == "" {
		if o.root = getenv("BUILD_WORKSPACE_DIRECTORY"); o.root == "" {
			o.root = "."
		}
	}
	if o.facts {
		o.committed()
	} else if o.commit == "" {
		var err error
		if o.commit, err = semver.Head(ctx, o.root); err != nil {
			return err
		}
	}
	date, entries, facts, err := read(o)
	if err != nil {
		return err
	}
	n, wrong := notes.Make(o.version, o.commit, date, entries, facts)
	if len(wrong) > 0 {
		return action.Reject(fmt.Errorf("write notes of %s: %d contradictions:\n%s", o.version, len(wrong), strings.Join(wrong, "\n")))
	}
	return put(n, o.out, stdout)
}

func read(o options) (date string, entries []changes.Entry, f notes.Facts, err error) {
	edition, err := api.ReadEdition(o.root)
	if err != nil {
		return "", nil, f, err
	}
	if "v"+edition.Version != o.version {
		return "", nil, f, action.Reject(fmt.Errorf("write notes: %s says %s, the notes are of %s", api.VersionFile, edition.Version, o.version))
	}
	if entries, err = changes.Load(filepath.Join(o.root, filepath.FromSlash(changes.Next))); err != nil {
		return "", nil, f, err
	}
	f.Semver.Changes = []semver.Change{}
	if o.report != "" {
		if err = notes.ReadJSON(o.report, &f.Semver); err != nil {
			return "", nil, f, fmt.Errorf("read the report of semver: %w", err)
		}
	}
	f.SBOM, f.Files = []diff.Change{}, []notes.File{}
	if err = o.compare(&f); err != nil {
		return "", nil, f, err
	}
	if o.manifest != "" {
		if f.Files, err = notes.ReadManifest(o.manifest, o.version); err != nil {
			return "", nil, f, err
		}
	}
	if f.SQLite, err = notes.ReadSQLite(o.root); err != nil {
		return "", nil, f, err
	}
	if f.Platforms, err = api.Rows(o.root); err != nil {
		return "", nil, f, err
	}
	if f.Benchmarks, err = notes.ReadBenchmarks(o.root); err != nil {
		return "", nil, f, err
	}
	f.Fixed, err = notes.ReadFixed(o.root, o.version, before(f.Semver, f.SQLite), f.SQLite)
	return edition.Day(), entries, f, err
}

// committed names the report in changes/next/facts if it is there.
func (o *options) committed() {
	if name := o.fact("semver.json"); exists(name) {
		o.report = name
	}
}

func (o *options) fact(name string) string {
	return filepath.Join(o.root, filepath.FromSlash(changes.Next), changes.Facts, name)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// compare holds the bills of materials of the release against what the last one was made of, where both are there.
func (o *options) compare(f *notes.Facts) error {
	name := o.fact("bill.json")
	if len(o.bills) == 0 || !exists(name) {
		return nil
	}
	last, err := readFile(name, diff.ReadBill)
	if err != nil {
		return err
	}
	var documents []*graph.Document
	for _, file := range o.bills {
		d, err := readFile(file, cyclonedx.Read)
		if err != nil {
			return err
		}
		documents = append(documents, d)
	}
	now, err := diff.NewBill(documents)
	if err != nil {
		return err
	}
	if "v"+now.Version != o.version {
		return action.Reject(fmt.Errorf("write notes: the bills of materials are of %s, the notes of %s", now.Version, o.version))
	}
	f.SBOM, f.SBOMBase = append(f.SBOM, diff.CompareBills(last, now).Changes...), "v"+last.Version
	return nil
}

func readFile[T any](name string, read func(r io.Reader) (T, error)) (T, error) {
	var none T
	in, err := os.Open(name)
	if err != nil {
		return none, err
	}
	defer in.Close()
	v, err := read(in)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// before is the SQLite of the last release, or "" when there is none.
func before(r semver.Report, now string) string {
	for _, c := range r.Changes {
		if c.Area == "sqlite" {
			return c.Old
		}
	}
	if r.Base == "" {
		return ""
	}
	return now
}

func put(n *notes.Notes, out string, stdout io.Writer) error {
	page, err := n.HTML()
	if err != nil {
		return err
	}
	machine, err := n.JSON()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("write notes: %w", err)
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{"notes.md", n.Markdown()}, {"notes.html", page}, {"notes.json", machine}} {
		if err := action.WriteFile(filepath.Join(out, f.name), 0o644, func(w io.Writer) error { _, err := w.Write(f.text); return err }); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "wrote %s: %d bytes\n", f.name, len(f.text))
	}
	return nil
}
