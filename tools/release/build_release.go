// SPDX-License-Identifier: MIT

// Build_release is the release train: one command that goes from a clean tree to a release, step by step. A run that fails
// says what to do, publishes nothing, and goes on where it stopped when it is run again.
//
//	./bazelw run //tools/release:build_release -- --version v1.2.3 --out FOLDER --key KEY --chain CHAIN --policy POLICY
//
// Whatever it makes is below FOLDER, which lies outside the tree: state.json, log/STEP.log, base/, semver.json, payload/, evidence/,
// scan/, notes/, proxy/ and dist/. A second train with the same FOLDER is refused as long as the first holds FOLDER/lock. It is a dry
// run unless --publish is given. Exit codes are those of package action.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/release/train"
)

const usage = `usage: build_release --version VERSION --out FOLDER [--step NAME] [--key FILE --chain FILE --policy FILE] [--publish]

  --version VERSION    such as v1.2.3; tools/release/version.bzl has to say the same
  --out FOLDER         gets everything that the run makes; outside the tree
  --step NAME          runs one step alone, after those that look at the tree; --list names them
  --list               prints the steps
  --targets LABEL      what is built: //:release, //:release_ci or, by default, //:release_all
  --key FILE           signs; also pkcs11:...
  --chain FILE         certificates of the key
  --config FILE        signs, too: a configuration of the signer, in place of or behind --key and --chain
  --reproducer NAME    who states that the bytes were the same again; default: demonstration, and then the statement says that
                       it is one. Another name is for whoever is independent of who builds
  --reproducer-key FILE, --reproducer-chain FILE, --reproducer-config FILE
                       sign that statement, by another identity than the release's; without them there is none
  --output-base FOLDER where Bazel builds, empty at first; default: base in --out. Not below the folder for temporary files
  --policy FILE        what the verifier trusts
  --to TARGET          where //:publish publishes to, such as file:FOLDER; may be repeated
  --publish-flag NAME=VALUE
                       one more flag of //:publish, such as credentials=FILE; may be repeated
  --publish            not a dry run
  --root FOLDER        of the clone; default: the workspace, or the folder here
`

// options are the command line.
type options struct {
	version, out, step, targets, policy, root, base string
	to, publishFlags                                action.List
	release, reproducer                             signer
	who                                             string // the reproducer's name
	list, publish                                   bool
}

// A world is everything outside that the train touches, but for files below --out.
type world struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	// command runs a program in a folder, and gives what it printed to stdout; all it prints goes to log, too.
	command func(ctx context.Context, log io.Writer, dir string, args ...string) (string, error)
	screen  screen // shows what goes on, if not nil; of a file that is no terminal, a nil *train.Terminal, which shows nothing
}

// A screen shows a step until it is stopped, and of what is written the last line, as train.Terminal does.
type screen interface {
	Watch(step string, now func() time.Time) (said io.Writer, stop func())
}

func main() {
	action.Start("build_release", func(ctx context.Context) int {
		return run(ctx, os.Args[1:], &world{os.Stdout, os.Stderr, os.Getenv, time.Now, command, train.OpenTerminal(os.Stderr)})
	})
}

func run(ctx context.Context, args []string, w *world) int {
	return action.Exit(w.stderr, "build_release", release(ctx, args, w))
}

func parse(args []string, w *world) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("build_release", flag.ContinueOnError)
	f.StringVar(&o.version, "version", "", "")
	f.StringVar(&o.out, "out", "", "")
	f.StringVar(&o.step, "step", "", "")
	f.StringVar(&o.targets, "targets", "//:release_all", "")
	o.release.flags(f, "")
	o.reproducer.flags(f, "reproducer-")
	f.StringVar(&o.who, "reproducer", "demonstration", "")
	f.StringVar(&o.base, "output-base", "", "")
	f.StringVar(&o.policy, "policy", "", "")
	f.StringVar(&o.root, "root", "", "")
	f.Var(&o.to, "to", "")
	f.Var(&o.publishFlags, "publish-flag", "")
	f.BoolVar(&o.list, "list", false, "")
	f.BoolVar(&o.publish, "publish", false, "")
	if err := action.Parse(f, usage, args, w.stdout); err != nil {
		return nil, err
	}
	if o.list {
		return o, nil
	}
	if o.version == "" || o.out == "" {
		return nil, action.UsageError("--version and --out are needed")
	}
	if err := semver.CheckForm(o.version); err != nil {
		return nil, action.UsageError("--version: %w", err)
	}
	if label, name, _ := strings.Cut(o.targets, ":"); label != "//" && label != "//tools/release" || scans[name] == "" {
		return nil, action.UsageError("--targets %q is none of //:%s", o.targets, strings.Join(slices.Sorted(maps.Keys(scans)), ", //:"))
	}
	if o.root == "" {
		if o.root = w.getenv("BUILD_WORKSPACE_DIRECTORY"); o.root == "" {
			o.root = "."
		}
	}
	if err := errors.Join(o.release.check(""), o.reproducer.check("reproducer-")); err != nil {
		return nil, err
	}
	if err := o.absolute(); err != nil {
		return nil, err
	}
	if err := errors.Join(o.checkReproducer(), o.checkPublishing()); err != nil {
		return nil, err
	}
	if rel, err := filepath.Rel(o.root, o.out); err == nil && filepath.IsLocal(rel) {
		return nil, action.UsageError("--out %s is in the tree, which it would make dirty; name a folder outside", o.out)
	}
	return o, nil
}

// absolute makes names of files whole: programs run in the tree.
func (o *options) absolute() error {
	if o.base == "" {
		o.base = filepath.Join(o.out, "base")
	}
	names := []*string{&o.root, &o.out, &o.policy, &o.base}
	for _, s := range []*signer{&o.release, &o.reproducer} {
		names = append(names, &s.chain, &s.config)
		if !strings.Contains(s.key, ":") {
			names = append(names, &s.key)
		}
	}
	for _, p := range names {
		if *p == "" {
			continue
		}
		whole, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = whole
	}
	return nil
}

func release(ctx context.Context, args []string, w *world) (err error) {
	o, err := parse(args, w)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	t := &train.Train{Now: w.now, Out: w.stdout}
	j := &journey{options: o, world: w}
	t.Steps = j.steps()
	if o.list {
		for _, s := range t.Steps {
			fmt.Fprintf(w.stdout, "%-10s %s\n", s.Name, s.Doc)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Join(o.out, "log"), 0o755); err != nil {
		return fmt.Errorf("make %s: %w", o.out, err)
	}
	held, err := lock.Take(filepath.Join(o.out, "lock"))
	if errors.Is(err, lock.ErrBusy) {
		return fmt.Errorf("lock %s: another train runs with this --out, and two would mix what they make; wait until it ends, or name another folder by --out: %w", o.out, err)
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", o.out, err)
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if j.commit, err = j.head(ctx); err != nil {
		return err
	}
	state := filepath.Join(o.out, "state.json")
	t.State, err = train.Open(state, train.State{Version: o.version, Commit: j.commit, Targets: o.targets, Publish: o.publish, Told: j.told()})
	if errors.Is(err, train.ErrOther) {
		return action.Reject(err)
	}
	if err != nil {
		return err
	}
	t.Save = func(s *train.State) error { return s.Save(state) }
	if err := t.Go(ctx, o.step); err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "\nrelease  %s\nsource   %s\n", t.State.Version, t.State.Commit)
	total := 0.0
	for _, d := range t.State.Steps {
		fmt.Fprintf(w.stdout, "%-10s %8.1f s\n", d.Step, d.Seconds)
		total += d.Seconds
	}
	fmt.Fprintf(w.stdout, "%-10s %8.1f s; all of it is in %s\n", "together", total, o.out)
	return nil
}

// command is the world's.
func command(ctx context.Context, log io.Writer, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	// The terminal is for passphrases.
	cmd.Stdin = os.Stdin
	cmd.WaitDelay = 30 * time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var out strings.Builder
	cmd.Stdout = io.MultiWriter(&out, log)
	cmd.Stderr = log
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == action.Rejected:
		err = action.Reject(fmt.Errorf("%s said no", strings.Join(args, " ")))
	case err != nil:
		err = fmt.Errorf("run %s: %w", strings.Join(args, " "), err)
	}
	return out.String(), err
}
