// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// list is a flag that may be given more than once, or with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(s string) error {
	*l = append(*l, strings.Split(s, ",")...)
	return nil
}

// raw is a flag that may be given more than once and keeps its commas.
type raw []string

func (l *raw) String() string     { return strings.Join(*l, " ") }
func (l *raw) Set(s string) error { *l = append(*l, s); return nil }

type options struct {
	targets, platforms, variations     list
	flags, against, logs               raw
	work, json, bazel, repoCache, pack string
	ledger                             string
	keep                               bool
	jobs                               int
	stack                              uint64
}

func parseBuild(plants bool, args []string, stderr io.Writer) (*options, int) {
	o := &options{}
	fs := flag.NewFlagSet("reproduce", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Var(&o.targets, "targets", "`TARGETS` to build, separated by commas (default //:release)")
	fs.Var(&o.platforms, "platforms", "`LABELS` of platforms, one build each (default the one of .bazelrc)")
	fs.Var(&o.variations, "variation", "`NAMES` of the facts to vary (default all; see reproduce variations)")
	fs.Var(&o.flags, "bazel-flag", "further `FLAG` of the build command in both builds; may be repeated")
	fs.StringVar(&o.work, "work", "", "empty or new `DIR` for both builds (default a new one in the user's cache folder)")
	fs.BoolVar(&o.keep, "keep", false, "leave the work folder")
	fs.StringVar(&o.json, "json", "", "write the report as JSON to `FILE`, - for standard output instead of the table")
	fs.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "--jobs of build A; B has one more where jobs is varied")
	fs.StringVar(&o.bazel, "bazel", "./bazelw", "`COMMAND` that stands for Bazel; a relative path is in the copied source")
	fs.StringVar(&o.repoCache, "repository-cache", "", "--repository_cache `DIR` for both builds")
	fs.Uint64Var(&o.stack, "stack-size", 0, "main stack in `BYTES` that the leak test asks for; 0 does not check")
	if !plants {
		fs.Var(&o.against, "against", "do not build twice: compare one new build with that of `PATH`, a folder of release files or a ledger; one of each")
		fs.Var(&o.logs, "against-log", "compact execution log `FILE` of the build that --against names, or of one before it; may be repeated")
		fs.StringVar(&o.ledger, "ledger", "", "write the ledger of build B to `FILE`")
	}
	if plants {
		fs.StringVar(&o.pack, "package", "//tools/reproduce/plants", "`PACKAGE` with one target for each plant")
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil, exitOK
	case err != nil:
		return nil, exitUsage
	case fs.NArg() > 0:
		return nil, fail(stderr, exitUsage, fmt.Errorf("argument %q: targets go to --targets", fs.Arg(0)))
	case o.jobs < 1:
		return nil, fail(stderr, exitUsage, errors.New("--jobs must be 1 or more"))
	case len(o.logs) > 0 && len(o.against) == 0:
		return nil, fail(stderr, exitUsage, errors.New("--against-log goes with --against"))
	case len(o.against) > 0 && len(o.platforms) > 1:
		return nil, fail(stderr, exitUsage, errors.New("--against compares one platform at a time; name one with --platforms"))
	case plants && len(o.targets) > 0:
		return nil, fail(stderr, exitUsage, errors.New("--targets: the plants are the targets; name their package with --package"))
	}
	return o, -1
}

func runBuild(ctx context.Context, plants bool, args []string, stdout, stderr io.Writer, environ []string) int {
	o, code := parseBuild(plants, args, stderr)
	if o == nil {
		return code
	}
	vary, err := variation.Select(o.variations)
	if err != nil {
		return fail(stderr, exitUsage, err)
	}
	t, err := newTrial(o, vary, environ)
	if err != nil {
		return fail(stderr, exitFailure, err)
	}
	p := newProgress(stderr)
	t.Progress = p.step
	r, err := t.Run(ctx)
	p.done()
	if err != nil {
		return fail(stderr, failure(err), err)
	}
	if o.ledger != "" {
		if err := writeLedger(r.Ledger, from(environ, o.ledger)); err != nil {
			return fail(stderr, exitFailure, err)
		}
	}
	return finish(r, from(environ, o.json), stdout, stderr)
}

func newTrial(o *options, vary []variation.Variation, environ []string) (*trial.Trial, error) {
	env := func(name string) string { return variable(environ, name) }
	source, err := filepath.Abs(env("BUILD_WORKSPACE_DIRECTORY"))
	if err != nil {
		return nil, err
	}
	cache := env("XDG_CACHE_HOME")
	if cache == "" && env("HOME") != "" {
		cache = filepath.Join(env("HOME"), ".cache")
	}
	work, err := workFolder(o.work, env("BUILD_WORKING_DIRECTORY"), filepath.Join(cache, "gosqlite"))
	if err != nil {
		return nil, err
	}
	t := &trial.Trial{
		Builder: &trial.Bazel{Command: []string{o.bazel}, Environ: environ, Cache: cache, RepositoryCache: o.repoCache, Flags: o.flags},
		Source:  trial.Git(source), Random: rand.Reader, Work: work, Keep: o.keep, Targets: o.targets, Platforms: o.platforms,
		Variations: vary, Jobs: o.jobs, Plants: o.pack, StackSize: o.stack,
	}
	side := thisSide()
	t.Side = &side
	if len(o.against) > 0 {
		if t.Against, err = baseline(o, source, environ); err != nil {
			return nil, err
		}
	}
	switch {
	case o.pack != "":
		// The configuration of .bazelrc that lets these actions see what others do not.
		t.Builder.(*trial.Bazel).Flags = append([]string{"--config=plants"}, o.flags...)
		for _, v := range vary {
			t.Targets = append(t.Targets, o.pack+":"+v.Plant)
		}
	case len(t.Targets) == 0:
		t.Targets = []string{"//:release"}
	}
	return t, nil
}

// workFolder is the named folder, from where the user stands, or a new one in the user's cache: sandboxes hide what
// lies in the folder for temporary files. Links are followed, so that no path of a build is two.
func workFolder(name, from, cache string) (string, error) {
	if name == "" {
		if err := os.MkdirAll(cache, 0o755); err != nil {
			return "", fmt.Errorf("make work folder: %w", err)
		}
		dir, err := os.MkdirTemp(cache, "reproduce-")
		if err != nil {
			return "", fmt.Errorf("make work folder: %w", err)
		}
		return filepath.EvalSymlinks(dir)
	}
	if !filepath.IsAbs(name) && from != "" {
		name = filepath.Join(from, name)
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(dir))
	if err != nil {
		return "", fmt.Errorf("make work folder: %w", err)
	}
	return filepath.Join(parent, filepath.Base(dir)), nil
}

// finish prints the report and gives its exit code.
func finish(r *report.Report, jsonFile string, stdout, stderr io.Writer) int {
	var err error
	switch jsonFile {
	case "-":
		err = r.WriteJSON(stdout)
	case "":
		err = r.WriteTable(stdout)
	default:
		if err = writeFile(jsonFile, r.WriteJSON); err == nil {
			err = r.WriteTable(stdout)
		}
	}
	if err != nil {
		return fail(stderr, exitFailure, fmt.Errorf("write report: %w", err))
	}
	return r.ExitCode()
}

// writeFile writes under a temporary name, and renames when all is on disk.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	for _, step := range []func() error{func() error { return f.Chmod(0o644) }, f.Sync, f.Close} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func runVariations(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		return fail(stderr, exitUsage, errors.New("variations takes no arguments"))
	}
	for _, v := range variation.Table {
		fmt.Fprintf(stdout, "%-12s %-18s %s\n", v.Name, v.Plant, v.Sets)
	}
	return exitOK
}
