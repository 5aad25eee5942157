// SPDX-License-Identifier: MIT

// Sign makes the signatures of a release, and what it takes to have keys for that. docs/signing.md is its manual.
//
// Nothing of it runs inside the build: keys, the clock and the network are here and not there. Package action has the exit
// codes; 3 means that a payload is not what its manifest says.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

// A world is everything outside that a command touches, but for files.
type world struct {
	stdout, stderr io.Writer
	secrets        *secret.Reader
	random         io.Reader
	now            func() time.Time
	client         *http.Client
	env            []string // for git
}

// A command is an entry of the table.
type command struct {
	name, summary string
	run           func(ctx context.Context, w *world, args []string) error
}

var commands = []command{
	{"release", "sign a release: a payload becomes a closure", runRelease},
	{"statement", "sign a statement about released files", runStatement},
	{"tag", "sign the tag of a release", runTag},
	{"attach", "make a signed archive from an archive and stored signatures", runAttach},
	{"csr", "ask a certificate authority for a certificate of a key", runRequest},
	{"key make", "make a release key, and the list of keys with it", runKeyMake},
	{"key show", "show the list of keys", runKeyShow},
	{"key rotate", "let a new key follow an old one", runKeyRotate},
	{"key revoke", "say that a key does not count from a time on", runKeyRevoke},
	{"dev-ca", "make a development CA to try everything out", runDevelopmentCA},
	{"dev-tsa", "stamp times by a development CA's authority, on loopback", runDevelopmentTSA},
}

func main() {
	action.Start("sign", func(ctx context.Context) int {
		return run(ctx, os.Args[1:], &world{
			stdout: os.Stdout, stderr: os.Stderr, secrets: &secret.Reader{Prompt: secret.Terminal}, random: rand.Reader, now: time.Now,
			client: &http.Client{Timeout: 30 * time.Second}, env: os.Environ(),
		})
	})
}

func run(ctx context.Context, args []string, w *world) int {
	args, err := forBuilt(args)
	if err != nil {
		return action.Exit(w.stderr, "sign", err)
	}
	c, rest, err := find(args)
	if err == nil && c == nil {
		fmt.Fprint(w.stdout, table())
		return action.OK
	}
	if err != nil {
		return action.Exit(w.stderr, "sign", err)
	}
	return action.Exit(w.stderr, "sign "+c.name, c.run(ctx, w, rest))
}

// find is the command that args begin with; nil when help was asked for.
func find(args []string) (*command, []string, error) {
	if len(args) > 0 && isHelp(args[0]) {
		return nil, nil, nil
	}
	for words := min(2, len(args)); words > 0; words-- {
		name := args[0]
		if words == 2 {
			name += " " + args[1]
		}
		for i := range commands {
			if commands[i].name == name {
				return &commands[i], args[words:], nil
			}
		}
	}
	if len(args) == 0 {
		return nil, nil, action.UsageError("a command is needed")
	}
	return nil, nil, action.UsageError("there is no command %q", args[0])
}

func table() string {
	text := "usage: sign COMMAND [FLAGS]\n\n"
	for _, c := range commands {
		text += fmt.Sprintf("  %-12s %s\n", c.name, c.summary)
	}
	return text + "\nsign COMMAND --help tells the flags. ./bazelw run //:sign -- FLAGS is release for what is built: //:sign for one\n" +
		"platform, //:sign_all for all, //:sign_ci for those of CI. docs/signing.md is the manual.\n"
}

// parse parses flags that have no arguments beside them.
func parse(w *world, flags *flag.FlagSet, usage string, args []string) error {
	return action.Parse(flags, usage, args, w.stdout)
}

func newFlags(name string) *flag.FlagSet { return flag.NewFlagSet(name, flag.ContinueOnError) }

// writeText writes a file whole or not at all.
func writeText(name string, text []byte) error {
	return action.WriteFile(name, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// readText reads a file of at most limit bytes.
func readText(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("read %s: larger than %d bytes", name, limit)
	}
	return text, err
}
