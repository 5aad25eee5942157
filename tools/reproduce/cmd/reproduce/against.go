// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// baseline reads what --against and --against-log name.
func baseline(o *options, source string, t *command.Terminal) (*trial.Baseline, error) {
	b := &trial.Baseline{Setting: variation.Caller(source, t.Environ, umask(), runtime.NumCPU())}
	for _, name := range o.against {
		path := t.From(name)
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read the other build: %w", err)
		case info.IsDir() && b.Files != nil, !info.IsDir() && b.Ledger != nil:
			return nil, fmt.Errorf("read the other build: %s is a second one of its kind; --against takes one folder and one ledger", name)
		case info.IsDir():
			b.Files, err = compare.Tree(path)
		default:
			b.Ledger, err = ledger.ReadFile(path)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(o.logs) == 0 {
		return b, nil
	}
	if b.Ledger != nil {
		return nil, fmt.Errorf("read the other build: --against-log goes with a folder; the ledger %s has its actions already", o.against.String())
	}
	// What cannot be read is better known before the build than after it.
	if _, err := readLogs(o.logs, t); err != nil {
		return nil, err
	}
	for _, name := range o.logs {
		b.Logs = append(b.Logs, t.From(name))
	}
	return b, nil
}

func readLogs(names []string, t *command.Terminal) ([]*execlog.Log, error) {
	var out []*execlog.Log
	for _, name := range names {
		log, err := trial.ReadLog(t.From(name))
		if err != nil {
			return nil, err
		}
		if len(log.Spawns) > 0 { // else that build had nothing to do
			out = append(out, log)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read execution logs %s: they hold no action, all was up to date; build from an empty output base", strings.Join(names, " "))
	}
	return out, nil
}

// thisSide is the machine that runs this.
func thisSide() ledger.Side { return ledger.ReadSide(os.DirFS("/"), runtime.NumCPU()) }

// side is who makes a build in a setting: this machine, with the root that the build sees as its own.
func (o *options) side(s variation.Setting, t *command.Terminal) ledger.Side {
	side := thisSide()
	if s.OneCore {
		side.Cores = 1
	}
	if s.System {
		// The root that is entered has no /proc of its own.
		there := ledger.ReadSide(os.DirFS(t.From(o.system)), side.Cores)
		side.Distribution, side.Machine = there.Distribution, there.Machine
	}
	return side
}

// umask is that of this process, which asking for by the system call would change.
func umask() int {
	const usual = 0o022
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return usual
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "Umask:"); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(v), 8, 32); err == nil {
				return int(n)
			}
		}
	}
	return usual
}
