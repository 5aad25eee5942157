// SPDX-License-Identifier: MIT

// Module makes the Go module of a release: the release commit with its tag, and a tree of files for a GOPROXY. Package
// module specifies both. It needs git, pushes nothing, and leaves branches and the working tree alone.
//
//	module --version v1.2.3 --out FOLDER          the tree of files
//	module --version v1.2.3 --out FOLDER --tag    that, the commit and the tag, and proof that both are the same
//
// Exit codes: 0 done, 1 failure, 2 usage, 3 tag and tree of files differ, the version was used before, or the
// commit says another version.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/module"
	"github.com/gosqlite/gosqlite/tools/release/semver"
)

const usage = `usage: module --version VERSION --out FOLDER [--tag] [--commit COMMIT] [--amalgamation FOLDER] [--root FOLDER]

  --version VERSION        such as v1.2.3; tools/release/version.bzl of the commit has to say the same
  --out FOLDER             the tree of files; further versions are added to it
  --tag                    make the release commit and its tag, without a signature
  --commit COMMIT          the source commit; default: HEAD
  --amalgamation FOLDER    with sqlite3.c, sqlite3.h and sqlite3_options.h; default: internal/capi
  --root FOLDER            of the clone; default: the workspace, or the folder here
`

func main() {
	action.Start("module", func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv) })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	return action.Exit(stderr, "module", write(ctx, args, stdout, getenv))
}

func write(ctx context.Context, args []string, stdout io.Writer, getenv func(string) string) error {
	flags := flag.NewFlagSet("module", flag.ContinueOnError)
	version := flags.String("version", "", "")
	out := flags.String("out", "", "")
	tag := flags.Bool("tag", false, "")
	commit := flags.String("commit", "HEAD", "")
	amalgamation := flags.String("amalgamation", "", "")
	root := flags.String("root", "", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if *version == "" || *out == "" {
		return action.UsageError("--version and --out are needed")
	}
	if *root == "" {
		if *root = getenv("BUILD_WORKSPACE_DIRECTORY"); *root == "" {
			*root = "."
		}
	}
	if *amalgamation == "" {
		*amalgamation = filepath.Join(*root, "internal", "capi")
	}
	// What is released is a commit; what lies beside it must not be thought to be in it.
	if dirty, err := semver.Dirty(ctx, *root); err != nil {
		return err
	} else if len(dirty) > 0 {
		return action.Reject(fmt.Errorf("make module: the tree is dirty: %s; commit it, or put it away", dirty[0]))
	}
	s, err := module.Read(ctx, *root, *commit, *amalgamation)
	if err != nil {
		return err
	}
	if err := s.CheckVersion(*version); err != nil {
		return verdict(err)
	}
	sum, err := s.WriteProxy(*out, *version)
	if err != nil {
		return verdict(err)
	}
	fmt.Fprintf(stdout, "module  %s %s\nfiles   %d\nh1      %s\n", s.Path, *version, len(s.Files), sum)
	if !*tag {
		return nil
	}
	id, err := s.WriteCommit(ctx, *version)
	if err != nil {
		return err
	}
	if _, err := s.WriteTag(ctx, *version, id); err != nil {
		return verdict(err)
	}
	if _, err := module.Check(ctx, *root, s.Path, *version, *out); err != nil {
		return verdict(err)
	}
	fmt.Fprintf(stdout, "source  %s\ncommit  %s\ntag     %s, whose h1 is the same\n", s.Commit, id, *version)
	return nil
}

// verdict tells what says no to a release from what merely failed, such as a full disk.
func verdict(err error) error {
	for _, no := range []error{module.ErrVersion, module.ErrUsed, module.ErrDiffers} {
		if errors.Is(err, no) {
			return action.Reject(err)
		}
	}
	return err
}
