// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/release/train"
)

// scans are the targets of tools/release/scan, by the set that they look at.
var scans = map[string]string{"release": "scan", "release_ci": "scan_ci", "release_all": "scan_all"}

// asking are the steps whose programs can ask for a passphrase at the terminal, which a line of ours would write over.
var asking = map[string]bool{"sign": true, "state": true, train.Publish: true}

// A journey is one run of the train, with what its steps share.
type journey struct {
	*options
	*world
	commit string // full id of the source
}

func (j *journey) in(elem ...string) string {
	return filepath.Join(append([]string{j.out}, elem...)...)
}

// log runs a program of the step, and keeps what it says in log/STEP.log.
func (j *journey) log(ctx context.Context, step string, args ...string) (string, error) {
	name := j.in("log", step+".log")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return "", err
	}
	defer f.Close()
	fmt.Fprintf(f, "$ %s\n", strings.Join(args, " "))
	said, stop := io.Discard, func() {}
	if j.screen != nil && !asking[step] {
		said, stop = j.screen.Watch(step, j.now)
	}
	out, err := j.command(ctx, io.MultiWriter(f, said), j.root, args...)
	stop()
	if err != nil {
		err = fmt.Errorf("%w; %s has what it said", err, name)
	}
	return out, err
}

// says is a step of one program, which is told nothing but its arguments.
func (j *journey) says(step string, args func() []string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := j.log(ctx, step, args()...)
		return err
	}
}

func (j *journey) bazelw(step string, args ...string) func(context.Context) error {
	return j.says(step, func() []string { return append([]string{"./bazelw"}, args...) })
}

func (j *journey) steps() []train.Step {
	// The tag is made before anybody signs, so that a run which ends later leaves it behind.
	untag := "; a tag " + j.version + " of a run that published nothing is taken back by git tag -d " + j.version
	return []train.Step{
		{Name: "clean", Doc: "nothing is changed and not committed", Always: true, Run: j.clean,
			Advice: "Commit what is listed, or put it away"},
		{Name: "version", Doc: "the tree says the version that was asked for", Always: true, Run: j.sameVersion,
			Advice: "Set VERSION and RELEASE_TIME in tools/release/version.bzl and commit that"},
		{Name: "facts", Doc: "what the notes are made of is what this commit says", Run: j.facts,
			Advice: "Run ./bazelw run //:semver -- --version " + j.version + " --facts, and commit changes/next/facts" + untag},
		{Name: "build", Doc: "everything, without reading a cache", Run: j.build,
			Advice: "Mend what the log shows"},
		{Name: "ledger", Doc: "the digests of everything that was built, as a statement", Run: j.ledger,
			Advice: "Without the logs of every build since " + j.base + " was empty there is no ledger: remove it and " + j.in("log", "build-*.zst") + ", and run --step build"},
		{Name: "reproduce", Doc: "built again in other surroundings, every byte compared with what is released", Run: j.reproduce,
			Advice: "Find the variation that shows in a file, by docs/hermetic.md"},
		{Name: "sbom", Doc: "the bills of materials against schemas, lists and files",
			Run:    j.bazelw("sbom", "test", "//tools/release/sbom:sbom_checks"),
			Advice: "Declare what is new, by docs/sbom.md"},
		{Name: "scan", Doc: "known vulnerabilities and defects", Run: j.scan,
			Advice: "Decide each finding in tools/scan/triage.json, by docs/remediation.md"},
		{Name: "api", Doc: "the interface in Go is the described one",
			Run:    j.bazelw("api", "run", "//tools/release/cmd/api", "--", "check", "--root", j.root),
			Advice: "Run (cd tools && go run ./release/cmd/api promote), and commit api/"},
		{Name: "semver", Doc: "the version is high enough", Run: func(ctx context.Context) error {
			return j.bazelw("semver", "run", "//:semver", "--", "--root", j.root, "--version", j.version, "--json", j.in("semver.json"))(ctx)
		}, Advice: "Choose the version that it names, or write the change entries that it misses" + untag},
		{Name: "notes", Doc: "the release notes that facts agree with, and that the payload has them", Run: j.notes,
			Advice: "Change the entries in changes/next, not the facts"},
		{Name: "module", Doc: "the Go module, the release commit and its tag, and that the payload has the same", Run: j.module,
			Advice: "A version that was used is not used again" + untag},
		{Name: "sign", Doc: "signatures of the payload", Guarded: true, Run: j.sign,
			Advice: "See docs/signing.md, and remove " + j.in("dist") + " if it is there" + untag},
		{Name: "state", Doc: "signatures of the ledger and of the reproducer's statement", Guarded: true, Run: j.state,
			Advice: "See docs/signing.md" + untag},
		{Name: "verify", Doc: "what a stranger does", Guarded: true, Run: j.verify,
			Advice: "Trust the verifier: find what it names, by docs/verifying.md" + untag},
		{Name: train.Publish, Doc: "dry run unless --publish", Guarded: true, Run: j.publishAll,
			Advice: "Mend what a gate names, by docs/publishing.md; nothing was published" + untag},
	}
}

// told is what flags tell the steps that others stand on: the same command with another target or another policy has not
// published there, or been verified by that. A policy and a configuration are told by their text, too, where it can be read.
func (j *journey) told() map[string]string {
	said := func(words ...string) string { return strings.Join(words, " ") }
	text := func(name string) string {
		text, err := action.ReadFile(name, maxStatement)
		if err != nil {
			return ""
		}
		return " " + action.DigestOf(text)
	}
	policy := j.policy + text(j.policy)
	signer := func(s *signer) string { return said(s.args()...) + text(s.config) + text(s.chain) }
	release, reproducer := signer(&j.release), signer(&j.reproducer)
	who := ""
	if j.reproducer.given() {
		who = j.who
	}
	return map[string]string{
		"reproduce": who, "sign": release, "state": said(release, who, reproducer), "verify": policy,
		train.Publish: said(policy, said(j.to...), said(j.publishFlags...)),
	}
}

func (j *journey) clean(ctx context.Context) error {
	out, err := j.log(ctx, "clean", append([]string{"git"}, semver.Status...)...)
	if err != nil {
		return err
	}
	if out = strings.TrimRight(out, "\n"); out != "" {
		return action.Reject(fmt.Errorf("the tree is dirty:\n%s", out))
	}
	head, err := j.head(ctx)
	if err == nil && head != j.commit {
		err = action.Reject(fmt.Errorf("the tree is at %s, and the release is of %s: git checkout %s", head, j.commit, j.commit))
	}
	return err
}

func (j *journey) head(ctx context.Context) (string, error) {
	commit, err := j.command(ctx, io.Discard, j.root, "git", "rev-parse", "--verify", "HEAD")
	if err != nil {
		return "", fmt.Errorf("find the source commit: %w", err)
	}
	return strings.TrimSpace(commit), nil
}

func (j *journey) sameVersion(context.Context) error {
	have, err := api.Version(j.root)
	if err != nil {
		return err
	}
	if "v"+have != j.version {
		return action.Reject(fmt.Errorf("tools/release/version.bzl says %s, and %s was asked for", have, j.version))
	}
	return nil
}

// build keeps a copy: bazel-bin leads elsewhere once another step builds its program.
func (j *journey) build(ctx context.Context) error {
	if err := j.buildAll(ctx); err != nil {
		return err
	}
	// It took long: what was built is the commit only if the tree still is.
	if err := j.clean(ctx); err != nil {
		return err
	}
	name := j.set()
	from, err := filepath.EvalSymlinks(filepath.Join(j.root, "bazel-bin", "tools", "release", name))
	if err != nil {
		return fmt.Errorf("find what was built: %w", err)
	}
	fresh := j.in("payload.new")
	err = errors.Join(os.RemoveAll(fresh), os.RemoveAll(j.in("payload")))
	if err == nil {
		err = copySet(from, fresh)
	}
	if err == nil {
		err = os.Rename(fresh, j.in("payload"))
	}
	if err != nil {
		return fmt.Errorf("copy what was built: %w", err)
	}
	return j.stopServer(ctx)
}

// amalgamation puts SQLite's source where plain Go looks for it; git ignores it, so that the tree stays clean.
func (j *journey) amalgamation(ctx context.Context, step string) error {
	return j.bazelw(step, "run", "//internal/capi:amalgamation")(ctx)
}

// copySet copies the files of a set. Bazel's folder holds links to files elsewhere, which go with its output base.
func copySet(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		f, err := os.Open(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		err = action.WriteFile(filepath.Join(to, e.Name()), 0o644, func(w io.Writer) error { _, err := io.Copy(w, f); return err })
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// set is the name of what is built.
func (j *journey) set() string { return j.targets[strings.LastIndex(j.targets, ":")+1:] }

// scan has every scanner look at tree and set, and then asks whether their report lets out the very bills and debug
// twins that were built.
func (j *journey) scan(ctx context.Context) error {
	edition, err := api.ReadEdition(j.root)
	if err != nil {
		return err
	}
	var built []string
	for _, pattern := range []string{"*.cdx.json", "*_debug.tar.gz"} {
		found, err := filepath.Glob(j.in("payload", pattern))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("find what was built: no %s in %s; run step build", pattern, j.in("payload"))
		}
		built = append(built, found...)
	}
	if err := j.amalgamation(ctx, "scan"); err != nil {
		return err
	}
	programs, err := j.log(ctx, "scan", filepath.Join("tools", "scan", "programs", "fetch"))
	if err != nil {
		return err
	}
	path := "PATH=" + strings.TrimSpace(programs) + string(filepath.ListSeparator) + j.getenv("PATH")
	report := j.in("scan")
	if _, err := j.log(ctx, "scan", "env", path, "./bazelw", "run", "//tools/release/scan:"+scans[j.set()], "--", "--gate", "release", "--out", report); err != nil {
		return err
	}
	pass := []string{"./bazelw", "run", "//tools/scan/cmd/scan", "--", "pass", "--report", filepath.Join(report, "scan.json"), "--date", edition.Day()}
	_, err = j.log(ctx, "scan", append(pass, built...)...)
	return err
}

func (j *journey) verify(ctx context.Context) error {
	if j.policy == "" {
		return action.UsageError("--policy is needed; docs/verifying.md says how to make one")
	}
	return j.bazelw("verify", "run", "//:verify", "--", "--policy", j.policy, j.in("dist"))(ctx)
}
