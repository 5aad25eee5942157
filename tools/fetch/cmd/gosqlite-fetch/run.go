// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A world is this run's surroundings.
type world struct {
	stdout, stderr io.Writer
	terminal       bool   // stderr is one
	config         string // the user's configuration; empty if there is none
	now            func() time.Time
	wait           func(ctx context.Context, attempt int) error
	stall          time.Duration
	step           func(string) // for tests
	system         string       // that mirrors are made on; empty for this one
}

// A command is one thing that the program does.
type command struct {
	name, usage string
	run         func(ctx context.Context, o *options, w world) error
}

const general = `usage: gosqlite-fetch COMMAND [FLAGS]

  install         get a release, verify it, put it into use
  update          get the latest release of the channel, if it is newer
  rollback        put an installed version into use again
  list            versions of a source, and what is installed
  check           verify anew what is installed
  mirror sync     copy a source into a folder
  mirror verify   verify such a folder

Run gosqlite-fetch COMMAND --help for its flags.

Exit codes: 0 done, 1 failure, and what was in use is in use; 2 usage, or no policy; 3 refused.
`

var commands = []command{
	{"install", installUsage, install},
	{"update", updateUsage, update},
	{"rollback", rollbackUsage, rollback},
	{"list", listUsage, list},
	{"check", checkUsage, check},
	{"mirror sync", syncUsage, mirrorSync},
	{"mirror verify", mirrorVerifyUsage, mirrorVerify},
}

func run(ctx context.Context, args []string, w world) int {
	for _, c := range commands {
		words := strings.Fields(c.name)
		if len(args) < len(words) || !slices.Equal(args[:len(words)], words) {
			continue
		}
		tool := "gosqlite-fetch " + c.name
		o, err := parse(tool, c.usage, args[len(words):], w)
		if err == nil {
			err = o.failed(c.run(ctx, o, w), w)
		}
		return action.Exit(w.stderr, tool, err)
	}
	if len(args) > 0 && slices.Contains([]string{"help", "--help", "-help", "-h"}, args[0]) {
		fmt.Fprint(w.stdout, general)
		return action.OK
	}
	return action.Exit(w.stderr, "gosqlite-fetch", action.UsageError("name a command: install, update, rollback, list, check, mirror sync or mirror verify"))
}

// harmless are refusals that say nothing against what was got.
var harmless = []string{source.NotInstalled, source.Unlisted, source.NoPlatform}

// failed gives an error its exit code, and prints it for machines where they listen.
func (o *options) failed(err error, w world) error {
	if err == nil {
		return nil
	}
	class := ""
	var refused *source.RefusedError
	if errors.As(err, &refused) {
		if class = refused.Class; !slices.Contains(harmless, class) {
			err = action.Reject(err)
		}
	} else if errors.Is(err, onehost.ErrOtherHost) {
		class, err = "other-host", action.Reject(err)
	}
	if o.json {
		return errors.Join(err, o.print(w, map[string]any{"ok": false, "class": class, "error": err.Error()}))
	}
	return err
}

// print prints for machines.
func (o *options) print(w world, v any) error {
	e := json.NewEncoder(w.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
