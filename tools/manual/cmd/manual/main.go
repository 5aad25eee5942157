// SPDX-License-Identifier: MIT

// Manual makes the site from the files of docs/ and the sources that its reference describes; package manual says what it
// checks. A build action runs it with each file named; with --tree it reads a source tree. Package action has the exit
// codes; 3 means that a link leads nowhere or that a page would load something from elsewhere.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/manual"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/archive"
)

const usage = `usage: manual --version VERSION (--out FILE --time TIME | --folder DIR) (--tree DIR | --contents FILE ...) [--areas FILE]

  --version VERSION   the release that the site is about
  --out FILE          the site as a tar.gz, in one folder
  --time TIME         modification time of every file in it, such as 2026-11-23T00:00:00Z; seconds must be even
  --folder DIR        the site as a folder; it must not be there yet
  --tree DIR          a source tree to read everything from
  --contents FILE     the table of contents
  --page NAME=FILE    a Markdown file or picture by its path in the tree; may be repeated
  --source NAME=FILE  a Go file by its path in the tree; may be repeated
  --areas FILE        the pieces of a program, as attribute --areas writes them; without it that page is left out
  @FILE               stands for the arguments in FILE, one a line
`

func main() { action.Main("manual", run) }

// A request is what the flags say.
type request struct {
	version, out, folder, tree, contents, areas string
	time                                        time.Time
	pages, sources                              action.List
}

func parse(args []string, stdout io.Writer) (*request, error) {
	r := &request{}
	var when string
	flags := flag.NewFlagSet("manual", flag.ContinueOnError)
	flags.StringVar(&r.version, "version", "", "")
	flags.StringVar(&r.out, "out", "", "")
	flags.StringVar(&when, "time", "", "")
	flags.StringVar(&r.folder, "folder", "", "")
	flags.StringVar(&r.tree, "tree", "", "")
	flags.StringVar(&r.contents, "contents", "", "")
	flags.StringVar(&r.areas, "areas", "", "")
	flags.Var(&r.pages, "page", "")
	flags.Var(&r.sources, "source", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return nil, err
	}
	var err error
	switch {
	case !regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(r.version):
		return nil, action.UsageError("--version %q: write it as 1.2.3", r.version)
	case (r.out == "") == (r.folder == ""):
		return nil, action.UsageError("one of --out and --folder is needed")
	case (r.tree == "") == (r.contents == ""):
		return nil, action.UsageError("one of --tree and --contents is needed")
	case r.tree != "" && len(r.pages)+len(r.sources) > 0:
		return nil, action.UsageError("--tree finds pages and sources by itself")
	case r.out != "":
		if r.time, err = time.Parse("2006-01-02T15:04:05Z", when); err != nil {
			return nil, action.UsageError("--time %q: write it as 2026-11-23T00:00:00Z", when)
		}
	}
	return r, nil
}

func run(_ context.Context, args []string, stdout io.Writer) error {
	r, err := parse(args, stdout)
	if err != nil {
		return err
	}
	in, err := r.read()
	if err != nil {
		return err
	}
	site, err := manual.Build(in)
	if err != nil {
		return action.Reject(err)
	}
	if r.folder != "" {
		return writeFolder(r.folder, site)
	}
	a := &archive.Archive{}
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if err := a.Add(name, archive.Bytes(site[name])); err != nil {
			return err
		}
	}
	a.AddPrefix("gosqlite_" + r.version + "_manual")
	a.SetTime(r.time)
	return action.WriteFile(r.out, 0o644, a.WriteTarGzip)
}

func (r *request) read() (manual.Input, error) {
	if r.tree != "" {
		return manual.ReadTree(r.tree, r.version, r.areas)
	}
	files, err := pairs("--page", r.pages)
	if err != nil {
		return manual.Input{}, err
	}
	sources, err := pairs("--source", r.sources)
	if err != nil {
		return manual.Input{}, err
	}
	return manual.Read(r.version, r.contents, r.areas, files, sources)
}

func pairs(name string, list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, item := range list {
		key, file, ok := strings.Cut(item, "=")
		if _, twice := out[key]; !ok || key == "" || file == "" || twice {
			return nil, action.UsageError("%s %q: write NAME=FILE, each name once", name, item)
		}
		out[key] = file
	}
	return out, nil
}

// writeFolder makes the folder whole or not at all.
func writeFolder(dir string, site map[string][]byte) (err error) {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("write %s: it is there already; remove it first", dir)
	}
	dir = filepath.Clean(dir)
	temporary, err := os.MkdirTemp(filepath.Dir(dir), ".manual-")
	if err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temporary)
		}
	}()
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if err := os.WriteFile(filepath.Join(temporary, name), site[name], 0o644); err != nil {
			return fmt.Errorf("write %s: %w", dir, err)
		}
	}
	if err := os.Chmod(temporary, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	return os.Rename(temporary, dir)
}
