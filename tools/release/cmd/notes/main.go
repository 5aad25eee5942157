// SPDX-License-Identifier: MIT

// Notes writes a release's notes as Markdown, HTML and JSON, from change entries and facts; package notes says which. It
// reads no clock and no network.
//
//	./bazelw run //:notes -- --version v1.2.3 --semver REPORT --out FOLDER
//
// Exit codes: 0 written, 1 failure, 2 usage, 3 facts contradict what the entries say, and nothing is written.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/changes"
	"github.com/gosqlite/gosqlite/tools/release/notes"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/sbom/diff"
)

const usage = `usage: notes --version VERSION --semver FILE --out FOLDER [--sbom-diff FILE] [--manifest FILE] [--root FOLDER]

  --version VERSION    of the release, such as v1.2.3
  --semver FILE        the report that //:semver writes by --json
  --out FOLDER         gets notes.md, notes.html and notes.json
  --sbom-diff FILE     what sbom diff --json prints; without it that section is left out
  --manifest FILE      of the release; without it sizes and digests are left out
  --root FOLDER        of the tree; default: the workspace, or the folder here
`

func main() {
	// bazel run starts programs elsewhere; names of files are meant where the person is.
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" {
		if err := os.Chdir(dir); err != nil {
			fmt.Fprintln(os.Stderr, "notes:", err)
			os.Exit(action.Failure)
		}
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}

func run(args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	return action.Exit(stderr, "notes", write(args, stdout, getenv))
}

type options struct{ version, report, out, sbom, manifest, root string }

func write(args []string, stdout io.Writer, getenv func(string) string) error {
	var o options
	flags := flag.NewFlagSet("notes", flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "", "")
	flags.StringVar(&o.report, "semver", "", "")
	flags.StringVar(&o.out, "out", "", "")
	flags.StringVar(&o.sbom, "sbom-diff", "", "")
	flags.StringVar(&o.manifest, "manifest", "", "")
	flags.StringVar(&o.root, "root", "", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if o.version == "" || o.report == "" || o.out == "" {
		return action.UsageError("--version, --semver and --out are needed")
	}
	if o.root == "" {
		if o.root = getenv("BUILD_WORKSPACE_DIRECTORY"); o.root == "" {
			o.root = "."
		}
	}
	date, entries, facts, err := read(o)
	if err != nil {
		return err
	}
	n, wrong := notes.Make(o.version, date, entries, facts)
	if len(wrong) > 0 {
		return action.Reject(fmt.Errorf("write notes of %s: %d contradictions:\n%s", o.version, len(wrong), strings.Join(wrong, "\n")))
	}
	return put(n, o.out, stdout)
}

var releaseTime = regexp.MustCompile(`(?m)^RELEASE_TIME = "(\d{4}-\d{2}-\d{2})T`)

func read(o options) (date string, entries []changes.Entry, f notes.Facts, err error) {
	data, err := os.ReadFile(filepath.Join(o.root, "tools", "release", "version.bzl"))
	if err != nil {
		return "", nil, f, fmt.Errorf("read the release date: %w", err)
	}
	m := releaseTime.FindSubmatch(data)
	if m == nil {
		return "", nil, f, errors.New("read the release date: tools/release/version.bzl has no RELEASE_TIME")
	}
	if entries, err = changes.Load(filepath.Join(o.root, filepath.FromSlash(changes.Next))); err != nil {
		return "", nil, f, err
	}
	if err = readJSON(o.report, &f.Semver); err != nil {
		return "", nil, f, fmt.Errorf("read the report of semver: %w", err)
	}
	f.SBOM, f.Files = []diff.Change{}, []notes.File{}
	if o.sbom != "" {
		var r diff.Report
		if err = readJSON(o.sbom, &r); err != nil {
			return "", nil, f, fmt.Errorf("read the difference of bills: %w", err)
		}
		f.SBOM = append(f.SBOM, r.Changes...)
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
	return string(m[1]), entries, f, err
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

func readJSON(file string, into any) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return json.NewDecoder(io.LimitReader(f, 64<<20)).Decode(into)
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
