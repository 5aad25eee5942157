// SPDX-License-Identifier: MIT

// Gosqlite-verify decides whether a folder is a release that its user wants: complete, unchanged, made by whom the user's
// policy trusts. It works offline and links no network code. Package verify says how it decides, package policy how a
// policy is written.
//
// Exit codes:
//
//	0  the release stands
//	1  it could not be checked: a folder or file can't be read
//	2  usage, or there is no policy
//	3  the release is refused
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// memory is what the collector keeps the heap below, in bytes; with the program itself that stays below 64 MB.
const memory = 40 << 20

func main() { os.Exit(start(os.Args[1:])) }

// start runs the program in this process's surroundings.
func start(args []string) int {
	debug.SetMemoryLimit(memory)
	if err := action.WorkingDirectory(); err != nil {
		return action.Exit(os.Stderr, "gosqlite-verify", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	config, _ := os.UserConfigDir() // without one, --policy is needed
	return (&program{config: config, now: time.Now, stdout: os.Stdout, stderr: os.Stderr}).run(ctx, args)
}

// A program is one run's surroundings.
type program struct {
	config string // the user's configuration; empty if there is none
	now    func() time.Time
	stdout io.Writer
	stderr io.Writer
}

// A command is one thing that the program does.
type command struct {
	name  string
	usage string
	run   func(p *program, ctx context.Context, usage string, args []string) error
}

// commands are all, the default first.
var commands = []command{
	{"", releaseUsage, (*program).release},
	{"policy", policyUsage, (*program).policy},
	{"rules", rulesUsage, (*program).rules},
	{"verify-bundle", bundleUsage, (*program).bundle},
}

func (p *program) run(ctx context.Context, args []string) int {
	c := commands[0]
	for _, o := range commands[1:] {
		if len(args) > 0 && args[0] == o.name {
			c, args = o, args[1:]
			break
		}
	}
	return action.Exit(p.stderr, strings.TrimSpace("gosqlite-verify "+c.name), c.run(p, ctx, c.usage, args))
}

// policyFile is where the policy is by default.
func (p *program) policyFile() (string, error) {
	if p.config == "" {
		return "", action.UsageError("no policy: there is no folder for your configuration; name a file with --policy")
	}
	return filepath.Join(p.config, "gosqlite", "policy.json"), nil
}

// readFile reads a file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("read %s: more than %d bytes", name, limit)
	}
	return data, err
}
