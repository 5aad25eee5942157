// SPDX-License-Identifier: MIT

// Tuf-client speaks the command line of https://github.com/theupdateframework/tuf-conformance (CLIENT-CLI.md), so that the
// suite can judge package fetch/tuf. It is no program for people, who pin a root by gosqlite-fetch.
//
//	tuf-client --metadata-dir DIR init ROOT
//	tuf-client --metadata-dir DIR --metadata-url URL refresh
//	tuf-client --metadata-dir DIR --metadata-url URL --target-name NAME --target-base-url URL --target-dir DIR download
//
// Exit codes are the suite's: 0 done, 1 not done.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// maxRoot bounds a root, in bytes.
const maxRoot = 512_000

func main() {
	action.Start("tuf-client", func(ctx context.Context) int {
		return run(ctx, os.Args[1:], os.Stderr, http.DefaultClient, time.Now)
	})
}

func run(ctx context.Context, args []string, stderr io.Writer, client *http.Client, now func() time.Time) int {
	if err := do(ctx, args, client, now); err != nil {
		action.Exit(stderr, "tuf-client", err)
		return action.Failure // the suite knows no other code
	}
	return action.OK
}

func do(ctx context.Context, args []string, client *http.Client, now func() time.Time) error {
	var state, metadata, target, base, dir string
	f := flag.NewFlagSet("tuf-client", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&state, "metadata-dir", "", "")
	f.StringVar(&metadata, "metadata-url", "", "")
	f.StringVar(&target, "target-name", "", "")
	f.StringVar(&base, "target-base-url", "", "")
	f.StringVar(&dir, "target-dir", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	if state == "" {
		return errors.New("--metadata-dir is needed")
	}
	if f.Arg(0) == "init" && f.NArg() == 2 {
		root, err := action.ReadFile(f.Arg(1), maxRoot)
		if err != nil {
			return err
		}
		return tuf.Init(state, root)
	}
	if f.NArg() != 1 || f.Arg(0) != "refresh" && f.Arg(0) != "download" {
		return fmt.Errorf("the commands are init ROOT, refresh and download, not %.200q", f.Args())
	}
	c, err := tuf.Open(tuf.Options{MetadataURL: metadata, TargetsURL: base, State: state, HTTP: client, Now: now})
	if err != nil {
		return err
	}
	if err := c.Refresh(ctx); err != nil || f.Arg(0) == "refresh" {
		return err
	}
	if target == "" || base == "" || dir == "" {
		return errors.New("download needs --target-name, --target-base-url and --target-dir")
	}
	return c.Download(ctx, target, filepath.Join(dir, url.PathEscape(target)), nil)
}
