// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/train"
)

// A journey is one run of the train, with what its steps share.
type journey struct {
	*options
	*world
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
	out, err := j.command(ctx, f, j.root, args...)
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
	return []train.Step{
		{Name: "clean", Doc: "nothing is changed and not committed", Run: j.clean,
			Advice: "Commit what is listed, or put it away"},
		{Name: "version", Doc: "the tree says the version that was asked for", Run: j.sameVersion,
			Advice: "Set VERSION and RELEASE_TIME in tools/release/version.bzl and commit that"},
		{Name: "build", Doc: "everything, without reading a remote cache", Run: j.build,
			Advice: "Mend what the log shows"},
		{Name: "reproduce", Doc: "built twice in other surroundings, every byte compared",
			Run:    j.bazelw("reproduce", "run", "//:reproduce", "--", "--targets", "//:release", "--platforms", "//platforms:linux_amd64"),
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
		}, Advice: "Choose the version that it names, or write the change entries that it misses"},
		{Name: "notes", Doc: "release notes that facts agree with", Run: j.notes,
			Advice: "Change the entries in changes/next, not the facts"},
		{Name: "module", Doc: "the Go module, the release commit and its tag", Run: func(ctx context.Context) error {
			return j.bazelw("module", "run", "//tools/release/cmd/module", "--", "--root", j.root, "--version", j.version, "--out", j.in("proxy"), "--tag")(ctx)
		}, Advice: "Run ./bazelw run //internal/capi:amalgamation; a version that was used is not used again"},
		{Name: "sign", Doc: "signatures of the payload", Guarded: true, Run: j.sign,
			Advice: "See docs/signing.md, and remove " + j.in("dist") + " if it is there"},
		{Name: "verify", Doc: "what a stranger does", Guarded: true, Run: j.verify,
			Advice: "Trust the verifier: find what it names, by docs/verifying.md"},
		{Name: "publish", Doc: "dry run unless --publish", Guarded: true, Run: j.publishAll,
			Advice: "Mend what a gate names, by docs/publishing.md; nothing was published"},
	}
}

func (j *journey) clean(ctx context.Context) error {
	out, err := j.log(ctx, "clean", "git", "status", "--porcelain")
	if err != nil {
		return err
	}
	if out = strings.TrimRight(out, "\n"); out != "" {
		return action.Reject(fmt.Errorf("the tree is dirty:\n%s", out))
	}
	return nil
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
	// A writer of a remote cache can lie, so that released bytes come from actions that ran here.
	if _, err := j.log(ctx, "build", "./bazelw", "build", "--noremote_accept_cached", j.targets); err != nil {
		return err
	}
	_, name, ok := strings.Cut(j.targets, ":")
	if !ok {
		return fmt.Errorf("find what was built: %q names no target behind a colon", j.targets)
	}
	from, err := filepath.EvalSymlinks(filepath.Join(j.root, "bazel-bin", "tools", "release", name))
	if err != nil {
		return fmt.Errorf("find what was built: %w", err)
	}
	fresh := j.in("payload.new")
	err = errors.Join(os.RemoveAll(fresh), os.RemoveAll(j.in("payload")))
	if err == nil {
		err = os.CopyFS(fresh, os.DirFS(from))
	}
	if err == nil {
		err = os.Rename(fresh, j.in("payload"))
	}
	if err != nil {
		return fmt.Errorf("copy what was built: %w", err)
	}
	return nil
}

func (j *journey) scan(ctx context.Context) error {
	data, err := os.ReadFile(filepath.Join(j.root, "tools", "release", "version.bzl"))
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(data), `RELEASE_TIME = "`)
	day, _, ok := strings.Cut(rest, "T")
	if !ok {
		return errors.New("read the release date: tools/release/version.bzl has no RELEASE_TIME")
	}
	// By the machine's Go, as .ci/run says why.
	args := []string{"go", "-C", "tools", "run", "./scan/cmd/scan", "--root", j.root, "--gate", "release", "--date", day, "--out", j.in("scan")}
	for flag, pattern := range map[string]string{"--sbom": "*.cdx.json", "--twin": "*_debug.tar.gz"} {
		files, err := filepath.Glob(j.in("payload", pattern))
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return fmt.Errorf("find what was built: no %s in %s; run step build", pattern, j.in("payload"))
		}
		for _, file := range files {
			args = append(args, flag, file)
		}
	}
	_, err = j.log(ctx, "scan", args...)
	return err
}

func (j *journey) notes(ctx context.Context) error {
	args := []string{"run", "//:notes", "--", "--root", j.root, "--version", j.version, "--semver", j.in("semver.json"),
		"--manifest", j.in("payload", "manifest.json"), "--out", j.in("notes")}
	if j.sbomDiff != "" {
		args = append(args, "--sbom-diff", j.sbomDiff)
	}
	return j.bazelw("notes", args...)(ctx)
}

func (j *journey) sign(ctx context.Context) error {
	if j.key == "" || j.chain == "" {
		return action.UsageError("--key and --chain are needed; docs/signing.md says how to have them")
	}
	return j.bazelw("sign", "run", "//tools/release/cmd/sign", "--", "release", "--payload", j.in("payload"), "--out", j.in("dist"), "--key", j.key, "--chain", j.chain)(ctx)
}

func (j *journey) verify(ctx context.Context) error {
	if j.policy == "" {
		return action.UsageError("--policy is needed; docs/verifying.md says how to make one")
	}
	return j.bazelw("verify", "run", "//:verify", "--", "--policy", j.policy, j.in("dist"))(ctx)
}

// publishAll hands dist to the publisher, with the facts that the steps before it made. Without a target it says what there
// is to publish.
func (j *journey) publishAll(ctx context.Context) error {
	if j.to != "" {
		if j.policy == "" {
			return action.UsageError("--policy is needed; docs/verifying.md says how to make one")
		}
		args := []string{"run", "//:publish", "--", "--release", j.in("dist"), "--policy", j.policy,
			"--scan", j.in("scan", "scan.json"), "--semver", j.in("semver.json"), "--to", j.to}
		if j.publish {
			args = append(args, "--publish")
		}
		return j.bazelw("publish", args...)(ctx)
	}
	for _, dir := range []string{"dist", "notes", "proxy"} {
		n := 0
		err := filepath.WalkDir(j.in(dir), func(name string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				n++
			}
			return err
		})
		if err == nil && n == 0 {
			err = errors.New("it is empty")
		}
		if err != nil {
			return fmt.Errorf("look at %s: %w", j.in(dir), err)
		}
		fmt.Fprintf(j.stdout, "there is to publish %s: %d files\n", j.in(dir), n)
	}
	if j.publish {
		return action.UsageError("--to is needed; docs/publishing.md has the targets")
	}
	return nil
}
