// SPDX-License-Identifier: MIT

// Semver computes the least version that the changes since the last release allow, and refuses a lower one. Package
// semver has the rules. It needs git and Go on the machine, and writes nothing but the report that it is asked for.
//
//	./bazelw run //:semver                        the least version, and why
//	./bazelw run //:semver -- --version v1.2.3    whether this one may be released
//	./bazelw run //:semver -- --version v1.2.3 --facts    the same before the commit, and keeps it for the notes
//
// Exit codes: 0 yes, 1 failure, 2 usage, 3 the version is refused.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/changes"
	"github.com/gosqlite/gosqlite/tools/release/semver"
)

const usage = `usage: semver [--version VERSION] [--json FILE | --facts] [--root FOLDER] [--goroot FOLDER]

  --version VERSION    such as v1.2.3; without it the least version is printed
  --json FILE          write the report, which the release notes read
  --facts              write the report into changes/next/facts, without a commit; to be committed with the version. What is
                       not committed yet is no reason to refuse
  --root FOLDER        of the clone; default: the workspace, or the folder here
  --goroot FOLDER      of the standard library's sources; default: what go env GOROOT says
`

func main() {
	action.Start("semver", func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv) })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	return action.Exit(stderr, "semver", judge(ctx, args, stdout, getenv))
}

func judge(ctx context.Context, args []string, stdout io.Writer, getenv func(string) string) error {
	flags := flag.NewFlagSet("semver", flag.ContinueOnError)
	version := flags.String("version", "", "")
	report := flags.String("json", "", "")
	facts := flags.Bool("facts", false, "")
	root := flags.String("root", "", "")
	goroot := flags.String("goroot", "", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if *facts && (*version == "" || *report != "") {
		return action.UsageError("--facts needs --version, and goes without --json")
	}
	if *root == "" {
		if *root = getenv("BUILD_WORKSPACE_DIRECTORY"); *root == "" {
			*root = "."
		}
	}
	in, err := read(ctx, *root, *goroot, *version)
	if err != nil {
		return err
	}
	if *facts {
		in.Dirty, in.Commit = nil, ""
	}
	r, reasons := semver.Judge(in)
	r.Refused = reasons
	if *facts && len(reasons) == 0 {
		*report = filepath.Join(*root, filepath.FromSlash(changes.Next), changes.Facts, "semver.json")
		if err := os.MkdirAll(filepath.Dir(*report), 0o755); err != nil {
			return fmt.Errorf("write the facts: %w", err)
		}
	}
	if *report != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		put := func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err }
		if err := action.WriteFile(*report, 0o644, put); err != nil {
			return err
		}
	}
	for _, c := range r.Changes {
		fmt.Fprintln(stdout, c)
	}
	for _, reason := range reasons {
		fmt.Fprintln(stdout, "refused:", reason)
	}
	switch {
	case r.Base == "" && semver.Base("", in.Tags, in.Now.Mod) != "":
		fmt.Fprintf(stdout, "no release comes before %s\n", *version)
	case r.Base == "":
		fmt.Fprintln(stdout, "no release yet: any version of the module's path may be the first")
	default:
		fmt.Fprintf(stdout, "since %s: %d changes, the least version is %s\n", r.Base, len(r.Changes), r.Least)
	}
	if len(reasons) > 0 {
		return action.Reject(fmt.Errorf("judge version %s: %s", *version, reasons[0]))
	}
	return nil
}

// read reads both trees; that of the last release into a folder that is gone afterwards.
func read(ctx context.Context, root, goroot, version string) (in semver.Input, err error) {
	in.Version = version
	if goroot == "" {
		if goroot, err = api.GOROOT(ctx); err != nil {
			return in, err
		}
	}
	if in.Commit, err = semver.Head(ctx, root); err != nil {
		return in, err
	}
	if in.Shallow, err = semver.Shallow(ctx, root); err != nil {
		return in, err
	}
	if in.Noted, err = semver.Noted(root); err != nil {
		return in, err
	}
	if in.Tags, err = semver.Tags(ctx, root); err != nil {
		return in, err
	}
	if in.Dirty, err = semver.Dirty(ctx, root); err != nil {
		return in, err
	}
	if in.Entries, err = changes.Load(filepath.Join(root, filepath.FromSlash(changes.Next))); err != nil {
		return in, err
	}
	platforms, err := api.Platforms(root)
	if err != nil {
		return in, err
	}
	sources := api.NewSources(goroot)
	if in.Now, err = semver.Read(sources, root, platforms); err != nil {
		return in, err
	}
	base := semver.Base(version, in.Tags, in.Now.Mod)
	if base == "" {
		return in, nil
	}
	dir, err := os.MkdirTemp("", "gosqlite-semver-")
	if err != nil {
		return in, err
	}
	defer os.RemoveAll(dir)
	if err := semver.Extract(ctx, root, "refs/tags/"+base, dir); err != nil {
		return in, err
	}
	if in.Base, err = semver.Read(sources, dir, platforms); err != nil {
		return in, fmt.Errorf("read release %s: %w", base, err)
	}
	return in, nil
}
