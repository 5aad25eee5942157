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
	"github.com/gosqlite/gosqlite/tools/sbom/diff"
)

const usage = `usage: notes --version VERSION (--semver FILE | --facts) --out FOLDER [--sbom-diff FILE] [--manifest FILE] [--commit COMMIT] [--root FOLDER]

  --version VERSION    of the release, such as v1.2.3
  --semver FILE        the report that //:semver writes by --json
  --facts              takes the reports from changes/next/facts, as far as they are there, and names no commit
  --out FOLDER         gets notes.md, notes.html and notes.json
  --sbom-diff FILE     what sbom diff --json prints; without it that section is left out, and nothing of it may be claimed
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
	version, commit, report, out, sbom, manifest, root string
	facts                                              bool
}

func write(ctx context.Context, args []string, stdout io.Writer, getenv func(string) string) error {
	var o options
	flags := flag.NewFlagSet("notes", flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "", "")
	flags.StringVar(&o.commit, "commit", "", "")
	flags.StringVar(&o.report, "semver", "", "")
	flags.StringVar(&o.out, "out", "", "")
	flags.StringVar(&o.sbom, "sbom-diff", "", "")
	flags.StringVar(&o.manifest, "manifest", "", "")
	flags.StringVar(&o.root, "root", "", "")
	flags.BoolVar(&o.facts, "facts", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if o.version == "" || (o.report == "") != o.facts || o.out == "" {
		return action.UsageError("--version, --out, and one of --semver and --facts are needed")
	}
	if o.facts && (o.commit != "" || o.sbom != "") {
		return action.UsageError("--facts names no commit, and has the difference of bills with the other facts")
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
	if o.sbom != "" {
		var r diff.Report
		if err = notes.ReadJSON(o.sbom, &r); err != nil {
			return "", nil, f, fmt.Errorf("read the difference of bills: %w", err)
		}
		if r.Old == "" || "v"+r.New != o.version {
			return "", nil, f, action.Reject(fmt.Errorf("read the difference of bills: it leads from %q to %q, the notes are of %s", r.Old, r.New, o.version))
		}
		f.SBOM, f.SBOMBase = append(f.SBOM, r.Changes...), "v"+r.Old
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

// committed names the reports in changes/next/facts that are there.
func (o *options) committed() {
	dir := filepath.Join(o.root, filepath.FromSlash(changes.Next), changes.Facts)
	for name, to := range map[string]*string{"semver.json": &o.report, "sbom.json": &o.sbom} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			*to = filepath.Join(dir, name)
		}
	}
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
