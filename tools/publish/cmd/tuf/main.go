// SPDX-License-Identifier: MIT

// Tuf keeps a repository of The Update Framework in a folder that publish fills: it makes root and targets from public
// keys, adds the signature of one key at a time, changes keys, lists and takes out releases, and makes snapshot and
// timestamp. docs/publishing.md is its manual, package publish/tuf says what the roles are.
//
//	./bazelw run //tools/publish/cmd/tuf -- COMMAND [FLAGS]
//
// Who holds an offline key needs the commands show and sign, and no network. A passphrase is asked for at the terminal, or
// comes from a file or file descriptor; never from the arguments.
//
// Exit codes: 0 done, 1 failure, 2 usage, 3 a release or metadata was refused.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

// A world is everything outside that a command touches, but for files.
type world struct {
	stdout, stderr io.Writer
	secrets        *secret.Reader
	random         io.Reader
	now            func() time.Time
}

// A command is an entry of the table.
type command struct {
	name, summary string
	run           func(ctx context.Context, w *world, args []string) error
}

var commands = []command{
	{"key", "make a key, and the file of its public key", runKey},
	{"init", "make the first root and targets from public keys, unsigned", runInit},
	{"show", "show metadata, for who is going to sign it", runShow},
	{"sign", "add the signature of one key to root, targets or a delegated role", runSign},
	{"add", "list a verified release in the role of its channel and major version, unsigned", runAdd},
	{"remove", "take a version out of its role, unsigned", runRemove},
	{"rotate", "change keys, or renew what is going to end, unsigned", runRotate},
	{"snapshot", "take signed metadata into the folder, by a new snapshot and timestamp", runSnapshot},
	{"timestamp", "make a timestamp that ends later", runTimestamp},
	{"seen", "hold the folder against what was published last", runSeen},
}

func main() {
	action.Start("tuf", func(ctx context.Context) int {
		return run(ctx, os.Args[1:], &world{os.Stdout, os.Stderr, &secret.Reader{Prompt: secret.Terminal}, rand.Reader, time.Now})
	})
}

func run(ctx context.Context, args []string, w *world) int {
	if len(args) == 0 {
		return action.Exit(w.stderr, "tuf", action.UsageError("a command is needed"))
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(w.stdout, "usage: tuf COMMAND [FLAGS]\n\n")
		for _, c := range commands {
			fmt.Fprintf(w.stdout, "  %-10s %s\n", c.name, c.summary)
		}
		fmt.Fprint(w.stdout, "\ntuf COMMAND --help tells the flags. docs/publishing.md is the manual.\n")
		return action.OK
	}
	for _, c := range commands {
		if c.name == args[0] {
			return action.Exit(w.stderr, "tuf "+c.name, c.run(ctx, w, args[1:]))
		}
	}
	return action.Exit(w.stderr, "tuf", action.UsageError("there is no command %q", args[0]))
}

func (w *world) surroundings() key.Surroundings {
	return key.Surroundings{Secrets: w.secrets, Stderr: w.stderr}
}

func newFlags(name string) *flag.FlagSet { return flag.NewFlagSet(name, flag.ContinueOnError) }

// need is a usage error for the first flag without a value.
func need(values map[string]string, names ...string) error {
	for _, name := range names {
		if values[name] == "" {
			return action.UsageError("--%s is needed", name)
		}
	}
	return nil
}
