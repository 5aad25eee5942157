// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/diffoscope"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/published"
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
	ledger, release, statement         string
	demonstration                      bool
	keep                               bool
	system                             string
	systemKeeps                        raw
	jobs                               int
	stack                              uint64
	beside                             []variation.Variation // whose plants are built, too
	written                            []string              // files that the command writes beside those of its flags here
}

// defaultPlants is the package of planted leaks.
const defaultPlants = "//tools/reproduce/plants"

// parseBuild reads the flags of builds, and those that more adds.
func parseBuild(plants bool, args []string, t *command.Terminal, more ...func(fs *flag.FlagSet)) (*options, int) {
	o := &options{}
	fs := flag.NewFlagSet("reproduce", flag.ContinueOnError)
	fs.SetOutput(t.Stderr)
	fs.Var(&o.targets, "targets", "`TARGETS` to build, separated by commas (default //:release)")
	fs.Var(&o.platforms, "platforms", "`LABELS` of platforms, one build each (default the one of .bazelrc)")
	fs.Var(&o.variations, "variation", "`NAMES` of the facts to vary, all for all that go together (default those that need not be asked for; see reproduce variations)")
	fs.Var(&o.flags, "bazel-flag", "further `FLAG` of the build command in both builds; may be repeated")
	fs.StringVar(&o.work, "work", "", "empty or new `DIR` for both builds (default a new one in the user's cache folder)")
	fs.BoolVar(&o.keep, "keep", false, "leave the work folder")
	fs.StringVar(&o.json, "json", "", "write the report as JSON to `FILE`, - for standard output instead of the table")
	fs.StringVar(&o.system, "system", "", "`FOLDER` with the root of another distribution, for the variation of that name")
	fs.Var(&o.systemKeeps, "system-keeps", "further `FOLDER` of this machine that is seen there, such as Java's; may be repeated")
	fs.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "--jobs of build A; B has one more where jobs is varied")
	fs.StringVar(&o.bazel, "bazel", "./bazelw", "`COMMAND` that stands for Bazel; a relative path is in the copied source")
	fs.StringVar(&o.repoCache, "repository-cache", "", "--repository_cache `DIR` for both builds")
	fs.Uint64Var(&o.stack, "stack-size", 0, "main stack in `BYTES` that the leak test asks for; 0 does not check")
	if !plants {
		fs.StringVar(&o.release, "release", "", "build what the published release in `DIR` says it is, and compare it file by file")
		fs.StringVar(&o.statement, "statement", "", "write the statement that --release was reproduced to `FILE`, reproduced-WHO.intoto.json; see docs/reproducing.md")
		fs.BoolVar(&o.demonstration, "demonstration", false, "the statement is a demonstration: you are not independent of who built the release")
		fs.Var(&o.against, "against", "do not build twice: compare one new build with that of `PATH`, a folder of release files or a ledger; one of each")
		fs.Var(&o.logs, "against-log", "compact execution log `FILE` of the build that --against names, or of one before it; may be repeated")
		fs.StringVar(&o.ledger, "ledger", "", "write the ledger of build B to `FILE`")
	}
	if plants {
		fs.StringVar(&o.pack, "package", defaultPlants, "`PACKAGE` with one target for each plant")
	}
	for _, add := range more {
		add(fs)
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil, command.ExitOK
	case err != nil:
		return nil, command.ExitUsage
	case fs.NArg() > 0:
		return nil, t.Fail(command.ExitUsage, fmt.Errorf("argument %q: targets go to --targets", fs.Arg(0)))
	case o.jobs < 1:
		return nil, t.Fail(command.ExitUsage, errors.New("--jobs must be 1 or more"))
	case len(o.logs) > 0 && len(o.against) == 0:
		return nil, t.Fail(command.ExitUsage, errors.New("--against-log goes with --against"))
	case o.release != "" && len(o.against)+len(o.targets)+len(o.platforms) > 0:
		return nil, t.Fail(command.ExitUsage, errors.New("--release says by itself what to build: leave out --against, --targets and --platforms"))
	case (o.statement != "" || o.demonstration) && o.release == "":
		return nil, t.Fail(command.ExitUsage, errors.New("--statement and --demonstration go with --release"))
	case o.statement != "" && published.CheckName(o.statement, o.demonstration) != nil:
		return nil, t.Fail(command.ExitUsage, published.CheckName(o.statement, o.demonstration))
	case len(o.against) > 0 && len(o.platforms) > 1:
		return nil, t.Fail(command.ExitUsage, errors.New("--against compares one platform at a time; name one with --platforms"))
	case plants && len(o.targets) > 0:
		return nil, t.Fail(command.ExitUsage, errors.New("--targets: the plants are the targets; name their package with --package"))
	}
	return o, -1
}

func runBuild(ctx context.Context, args []string, term *command.Terminal) int {
	o, code := parseBuild(false, args, term)
	if o == nil {
		return code
	}
	vary, err := o.vary(term)
	if err != nil {
		return term.Fail(command.ExitUsage, err)
	}
	var release *published.Release
	if o.release != "" {
		if release, err = o.openRelease(term); err != nil {
			return term.Fail(command.ExitFailure, err)
		}
	}
	var r *report.Report
	err = o.with(vary, term, func(t *trial.Trial) (err error) {
		if release != nil {
			t.Against = &trial.Baseline{Judge: release.Compare}
		}
		r, err = t.Run(ctx)
		return err
	})
	if err != nil {
		return term.Fail(failure(err), err)
	}
	code = term.Finish(r, o.json) // first: what else is to be written may fail
	if err := o.write(release, r, term); err != nil {
		return max(code, term.Fail(command.ExitFailure, err))
	}
	return code
}

// write writes the ledger, and the statement of a pass, where they are asked for.
func (o *options) write(release *published.Release, r *report.Report, term *command.Terminal) error {
	if o.ledger != "" {
		if err := writeLedger(r.Ledger, term.From(o.ledger)); err != nil {
			return err
		}
	}
	if o.statement != "" && r.ExitCode() == report.ExitPass {
		return o.state(release, r, term)
	}
	return nil
}

// vary are the facts that the flags ask for.
func (o *options) vary(term *command.Terminal) ([]variation.Variation, error) {
	vary, err := variation.Select(o.variations)
	if err != nil {
		return nil, err
	}
	return o.withSystem(vary, term)
}

// alone are variations that do not meet in one build, so that none excludes another.
func (o *options) alone(term *command.Terminal) ([]variation.Variation, error) {
	vary, err := variation.SelectEach(o.variations)
	if err != nil {
		return nil, err
	}
	return o.withSystem(vary, term)
}

// trial builds twice.
func (o *options) trial(ctx context.Context, vary []variation.Variation, term *command.Terminal) (r *report.Report, err error) {
	err = o.with(vary, term, func(t *trial.Trial) (err error) {
		r, err = t.Run(ctx)
		return err
	})
	return r, err
}

// with makes a trial whose steps are shown.
func (o *options) with(vary []variation.Variation, term *command.Terminal, run func(t *trial.Trial) error) error {
	t, err := newTrial(o, vary, term)
	if err != nil {
		return err
	}
	p := newProgress(term.Stderr)
	t.Progress = p.step
	defer p.done()
	return run(t)
}

func newTrial(o *options, vary []variation.Variation, term *command.Terminal) (*trial.Trial, error) {
	source, err := o.source(term)
	if err != nil {
		return nil, err
	}
	var against *trial.Baseline
	if len(o.against) > 0 {
		if against, err = baseline(o, source.Root(), term); err != nil {
			return nil, err
		}
	}
	cache := cacheFolder(term)
	work, err := workFolder(o.work, term.Variable("BUILD_WORKING_DIRECTORY"), filepath.Join(cache, "gosqlite"))
	if err != nil {
		return nil, err
	}
	if err := outside(source.Root(), work); err != nil {
		if o.work == "" {
			_ = os.Remove(work) // which was made for this
		}
		return nil, err
	}
	t := &trial.Trial{
		Builder: &trial.Bazel{Command: []string{o.bazel}, Environ: term.Environ, Cache: cache, RepositoryCache: term.From(o.repoCache), Flags: o.flags},
		Source:  source, Random: rand.Reader, Work: work, Keep: o.keep, Targets: o.targets, Platforms: o.platforms,
		Variations: vary, Jobs: o.jobs, Plants: o.pack, StackSize: o.stack, Against: against,
	}
	if o.system != "" {
		t.Builder.(*trial.Bazel).System = o.otherSystem(work, cache, term)
	}
	t.Side = func(s variation.Setting) ledger.Side { return o.side(s, term) }
	if path, err := exec.LookPath("diffoscope"); err == nil {
		t.Explain = func(ctx context.Context, a, b string) (string, error) { return diffoscope.Run(ctx, path, a, b) }
	}
	switch {
	case o.pack != "":
		// The configuration of .bazelrc that lets these actions see what others do not.
		t.Builder.(*trial.Bazel).Flags = append([]string{"--config=plants"}, o.flags...)
		for _, v := range o.planted(vary) {
			t.Targets = append(t.Targets, o.pack+":"+v.Plant)
		}
	case len(t.Targets) == 0:
		t.Targets = []string{"//:release"}
	}
	return t, nil
}

// planted are the facts whose plants are built: those that are varied, and beside those that do not exclude others all that
// are asked for.
func (o *options) planted(vary []variation.Variation) []variation.Variation {
	if len(o.beside) == 0 || len(ungrouped(vary)) < len(vary) {
		return vary
	}
	return o.beside
}

// source is the workspace without what this run writes into it, which would be another source afterwards. Files that have the
// names of what it writes but for the ending are of it, too.
func (o *options) source(term *command.Terminal) (trial.Source, error) {
	root, err := filepath.Abs(term.Variable("BUILD_WORKSPACE_DIRECTORY"))
	if err != nil {
		return nil, err
	}
	var written []string
	for _, name := range append([]string{o.json, o.ledger, o.statement}, o.written...) {
		if name == "" || name == "-" {
			continue
		}
		path, err := filepath.Abs(term.From(name))
		if err != nil {
			return nil, err
		}
		if rel, err := filepath.Rel(root, path); err == nil {
			written = append(written, strings.TrimSuffix(filepath.ToSlash(rel), filepath.Ext(rel))+".")
		}
	}
	return trial.Git{Dir: root, Skip: func(file string) bool {
		return slices.ContainsFunc(written, func(w string) bool { return strings.HasPrefix(file+".", w) })
	}}, nil
}

// cacheFolder is the user's; empty if nothing says where it is.
func cacheFolder(term *command.Terminal) string {
	cache := term.Variable("XDG_CACHE_HOME")
	if cache == "" && term.Variable("HOME") != "" {
		cache = filepath.Join(term.Variable("HOME"), ".cache")
	}
	return cache
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

// outside refuses a work folder in the workspace: what lies there when the second build begins would be of its sources.
func outside(root, work string) error {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(root, work); err == nil && filepath.IsLocal(rel) {
		return fmt.Errorf("make work folder: %s lies in the workspace %s, which is copied; name a folder outside of it by --work", work, root)
	}
	return nil
}

func runVariations(args []string, t *command.Terminal) int {
	if len(args) > 0 {
		return t.Fail(command.ExitUsage, errors.New("variations takes no arguments"))
	}
	for _, v := range variation.Table {
		asked := ""
		if v.Asked {
			asked = "when asked for: "
		}
		fmt.Fprintf(t.Stdout, "%-16s %-21s %s%s\n", v.Name, v.Plant, asked, v.Sets)
	}
	return command.ExitOK
}
