// SPDX-License-Identifier: MIT

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
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

// Names of statements, as docs/reproducing.md has them.
const (
	ledgerStatement = "ledger.intoto.json"
	demonstration   = "demonstration"
)

// maxStatement bounds a statement, in bytes.
const maxStatement = 16 << 20

// A signer is who signs, as the signer's program is told.
type signer struct{ key, chain, config string }

func (s *signer) flags(f *flag.FlagSet, prefix string) {
	f.StringVar(&s.key, prefix+"key", "", "")
	f.StringVar(&s.chain, prefix+"chain", "", "")
	f.StringVar(&s.config, prefix+"config", "", "")
}

func (s *signer) given() bool { return s.config != "" || s.key != "" && s.chain != "" }

// check refuses what the signer's program would refuse hours later. A name with a PIN in it would be kept in the state and the
// logs until then.
func (s *signer) check(prefix string) error {
	switch {
	case *s == (signer{}):
		return nil
	case !s.given() || s.key == "" && s.chain != "":
		return action.UsageError("--%[1]skey and --%[1]schain belong together; or --%[1]sconfig", prefix)
	case s.key == "":
		return nil
	}
	if err := (key.Reference{Name: s.key}).Check(); err != nil {
		return action.UsageError("--%skey: %w", prefix, err)
	}
	return nil
}

func (s *signer) args() []string {
	var args []string
	for _, f := range []struct{ name, value string }{{"--config", s.config}, {"--key", s.key}, {"--chain", s.chain}} {
		if f.value != "" {
			args = append(args, f.name, f.value)
		}
	}
	return args
}

// reproduced is the name of the reproducer's statement.
func (o *options) reproduced() string { return "reproduced-" + o.who + ".intoto.json" }

// checkReproducer refuses what no verifier would count. That the two keys differ in truth is the verifier's to see.
func (o *options) checkReproducer() error {
	r := &o.reproducer
	switch {
	case o.who != demonstration && !r.given():
		return action.UsageError("--reproducer %s: name who signs for it by --reproducer-key and --reproducer-chain, or --reproducer-config", o.who)
	case o.who == "" || strings.ContainsFunc(o.who, func(c rune) bool { return !strings.ContainsRune(nameLetters, c) }):
		return action.UsageError("--reproducer %q: only letters, digits, - and _ are allowed", o.who)
	case r.key != "" && r.key == o.release.key || r.config != "" && r.config == o.release.config || r.chain != "" && r.chain == o.release.chain:
		return action.UsageError("the reproducer signs by the release's own identity, and then nobody else had the same bytes; name another one")
	}
	return nil
}

const nameLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"

// isDemonstration: names of demonstrations, and of nothing else, begin so.
func (o *options) isDemonstration() bool { return strings.HasPrefix(o.who, demonstration) }

// buildAll builds in an output base of its own: Bazel logs an action only in the build that carries it out, so that a ledger
// needs the logs of every build since the base was empty. A build that was stopped goes on there, with a log of its own.
func (j *journey) buildAll(ctx context.Context) error {
	logs, err := j.buildLogs()
	if err != nil {
		return err
	}
	next := 1
	if len(logs) > 0 {
		next = number(logs[len(logs)-1]) + 1
	}
	base := "--output_base=" + j.base
	// A writer of a cache can lie, so that released bytes come from actions that ran here.
	_, err = j.log(ctx, "build", "./bazelw", base, "build", "--disk_cache=", "--noremote_accept_cached",
		"--execution_log_compact_file="+j.in("log", fmt.Sprintf("build-%d.zst", next)), j.targets)
	return err
}

// stopServer ends the Bazel of the output base, which nothing needs any more.
func (j *journey) stopServer(ctx context.Context) error {
	_, err := j.log(ctx, "build", "./bazelw", "--output_base="+j.base, "shutdown")
	return err
}

// buildLogs are the execution logs so far, in the order of their builds.
func (j *journey) buildLogs() ([]string, error) {
	logs, err := filepath.Glob(j.in("log", "build-*.zst"))
	if err != nil {
		return nil, err
	}
	logs = slices.DeleteFunc(logs, func(name string) bool { return number(name) < 1 })
	slices.SortFunc(logs, func(a, b string) int { return number(a) - number(b) })
	return logs, nil
}

func number(log string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(log), "build-"), ".zst"))
	if err != nil {
		return 0
	}
	return n
}

func (j *journey) ledger(ctx context.Context) error {
	logs, err := j.buildLogs()
	if err != nil {
		return err
	}
	if len(logs) == 0 {
		return fmt.Errorf("find the logs of the build: no build-*.zst in %s; run step build", j.in("log"))
	}
	if err := os.MkdirAll(j.in("evidence"), 0o755); err != nil {
		return fmt.Errorf("make %s: %w", j.in("evidence"), err)
	}
	args := []string{"run", "//:reproduce", "--", "ledger", "--files", j.in("payload"), "--statement", j.in("evidence", ledgerStatement)}
	for _, log := range logs {
		args = append(args, "--log", log)
	}
	return j.bazelw("ledger", args...)(ctx)
}

// reproduce builds again and compares; who is to state that gets a statement to sign.
func (j *journey) reproduce(ctx context.Context) error {
	args := []string{"run", "//:reproduce", "--", "--release", j.in("payload")}
	if j.reproducer.given() {
		if err := os.MkdirAll(j.in("evidence"), 0o755); err != nil {
			return fmt.Errorf("make %s: %w", j.in("evidence"), err)
		}
		args = append(args, "--statement", j.in("evidence", j.reproduced()))
		if j.isDemonstration() {
			args = append(args, "--demonstration")
		}
	}
	return j.bazelw("reproduce", args...)(ctx)
}

// sign signs the tag, and then the payload and what the tag says.
func (j *journey) sign(ctx context.Context) error {
	if !j.release.given() {
		return action.UsageError("--key and --chain, or --config, are needed; docs/signing.md says how to have them")
	}
	tag := []string{"run", "//tools/release/cmd/sign", "--", "tag", "--git", j.root, "--commit", j.commit, "--tag", j.version}
	if err := j.bazelw("sign", append(tag, j.release.args()...)...)(ctx); err != nil {
		return err
	}
	args := []string{"run", "//tools/release/cmd/sign", "--", "release", "--payload", j.in("payload"), "--out", j.in("dist"),
		"--git", j.root, "--commit", j.commit, "--tag", j.version}
	return j.bazelw("sign", append(args, j.release.args()...)...)(ctx)
}

// state puts the statements beside what they are about and signs each there. It may be run again.
func (j *journey) state(ctx context.Context) error {
	if !j.release.given() {
		return action.UsageError("--key and --chain, or --config, are needed; docs/signing.md says how to have them")
	}
	statements := []struct {
		name string
		by   *signer
	}{{ledgerStatement, &j.options.release}}
	if j.reproducer.given() {
		statements = append(statements, struct {
			name string
			by   *signer
		}{j.reproduced(), &j.reproducer})
	} else {
		fmt.Fprintln(j.stdout, "no reproducer's statement: without --reproducer-key, publishing will refuse the release")
	}
	for _, s := range statements {
		text, err := action.ReadFile(j.in("evidence", s.name), maxStatement)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%w; run step %s", err, map[bool]string{true: "ledger", false: "reproduce"}[s.name == ledgerStatement])
		}
		if err != nil {
			return err
		}
		put := func(w io.Writer) error { _, err := w.Write(text); return err }
		if err := action.WriteFile(j.in("dist", s.name), 0o644, put); err != nil {
			return err
		}
		args := append([]string{"run", "//tools/release/cmd/sign", "--", "statement", "--in", j.in("dist", s.name)}, s.by.args()...)
		if err := j.bazelw("state", args...)(ctx); err != nil {
			return err
		}
	}
	return nil
}
