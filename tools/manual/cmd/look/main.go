// SPDX-License-Identifier: MIT

// Look shows a site to a browser without a window and says what is wrong with it; package look has the checks. Exit codes:
// 0 nothing is wrong, 1 it could not look (no browser is installed, for one), 2 usage, 3 something is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosqlite/gosqlite/tools/manual/look"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const usage = `usage: look --site DIR [--page NAME]... [--pictures DIR] [--browser PROGRAM]

  --site DIR         the site, as manual --folder writes it
  --page NAME        a page such as index.html; may be repeated; without it, all
  --pictures DIR     a folder for pictures of what was seen, PAGE.VIEW.png
  --browser PROGRAM  Chromium, by default chromium
`

func main() { action.Main("look", run) }

func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	r := look.Request{Program: "chromium"}
	var pages action.List
	flags := flag.NewFlagSet("look", flag.ContinueOnError)
	flags.StringVar(&r.Folder, "site", "", "")
	flags.Var(&pages, "page", "")
	flags.StringVar(&r.Pictures, "pictures", "", "")
	flags.StringVar(&r.Program, "browser", r.Program, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if r.Folder == "" {
		return action.UsageError("--site is missing")
	}
	if r.Pages = pages; len(pages) == 0 {
		all, err := filepath.Glob(filepath.Join(r.Folder, "*.html"))
		if err != nil || len(all) == 0 {
			return errors.Join(err, fmt.Errorf("look at %s: it holds no page", r.Folder))
		}
		for _, p := range all {
			r.Pages = append(r.Pages, filepath.Base(p))
		}
		slices.Sort(r.Pages)
	}
	if r.Pictures != "" {
		if err := os.MkdirAll(r.Pictures, 0o755); err != nil {
			return err
		}
	}
	if r.Profile, err = os.MkdirTemp("", "look-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.Profile)
	wrong, err := look.Site(ctx, r)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		fmt.Fprintln(stdout, w)
	}
	if len(wrong) > 0 {
		return action.Reject(fmt.Errorf("%d things are wrong", len(wrong)))
	}
	_, err = fmt.Fprintf(stdout, "%d pages in %d views: nothing is wrong\n", len(r.Pages), len(look.Views))
	return err
}
