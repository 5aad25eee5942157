// SPDX-License-Identifier: MIT

// Package manual runs the commands of a page, so that what users are told is true.
//
// A block of shell commands is run when the line before it is a comment that begins with "run":
//
//	<!-- run, refuses, needs cosign -->
//
// Blocks run one after the other in one folder; each has to succeed. Then the folder's release is changed, and blocks that
// say "refuses" are run again; each has to fail. A block whose needed program is not installed is not run.
package manual

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// A Block is some commands of a page.
type Block struct {
	Line     int
	Commands string
	Refuses  bool
	Needs    []string
}

// Parse finds the blocks that are to be run.
func Parse(page string) ([]Block, error) {
	var blocks []Block
	lines := strings.Split(page, "\n")
	for i := 0; i < len(lines); i++ {
		comment, ok := strings.CutPrefix(lines[i], "<!-- run")
		if !ok {
			continue
		}
		comment, ok = strings.CutSuffix(comment, "-->")
		if !ok || i+1 >= len(lines) || lines[i+1] != "```sh" {
			return nil, fmt.Errorf("line %d: a block that is run begins with ```sh right after its comment", i+1)
		}
		b := Block{Line: i + 3}
		for _, word := range strings.Split(comment, ",")[1:] {
			program, needs := strings.CutPrefix(strings.TrimSpace(word), "needs ")
			switch {
			case needs:
				b.Needs = append(b.Needs, program)
			case strings.TrimSpace(word) == "refuses":
				b.Refuses = true
			default:
				return nil, fmt.Errorf("line %d: %q is not known", i+1, word)
			}
		}
		end := i + 2
		for end < len(lines) && lines[end] != "```" {
			end++
		}
		if end == len(lines) {
			return nil, fmt.Errorf("line %d: the block has no end", i+1)
		}
		b.Commands = strings.Join(lines[i+2:end], "\n") + "\n"
		blocks = append(blocks, b)
		i = end
	}
	if len(blocks) == 0 {
		return nil, errors.New("the page has no block that is run")
	}
	return blocks, nil
}

// A Runner runs blocks.
type Runner struct {
	Dir string
	Env []string
	// Look finds a program, as exec.LookPath does.
	Look func(name string) (string, error)
	// Change changes the release.
	Change func() error
}

// A Result is what became of a block.
type Result struct {
	Block Block
	State string // as it should be; FAILS; not run
	Said  string
}

// OK reports whether the block was run and did what it should.
func (r *Result) OK() bool { return r.State == stateGood }

const (
	stateGood   = "as it should be"
	stateFails  = "FAILS"
	stateNotRun = "not run"
)

// Run runs the blocks on the good release and then on the changed one.
func (r *Runner) Run(ctx context.Context, blocks []Block) ([]Result, error) {
	results := make([]Result, len(blocks))
	for i, b := range blocks {
		results[i] = Result{Block: b, State: stateGood}
		for _, program := range b.Needs {
			if _, err := r.Look(program); err != nil {
				results[i].State, results[i].Said = stateNotRun, program+" is not installed"
			}
		}
		if results[i].State == stateNotRun {
			continue
		}
		if out, err := r.shell(ctx, b.Commands); err != nil {
			results[i].State, results[i].Said = stateFails, fmt.Sprintf("%v: %s", err, out)
		}
	}
	if err := r.Change(); err != nil {
		return nil, fmt.Errorf("change the release: %w", err)
	}
	for i, b := range blocks {
		if !b.Refuses || !results[i].OK() {
			continue
		}
		if _, err := r.shell(ctx, b.Commands); err == nil {
			results[i].State, results[i].Said = stateFails, "it succeeds on a changed release"
		}
	}
	return results, ctx.Err()
}

func (r *Runner) shell(ctx context.Context, commands string) (string, error) {
	c := exec.CommandContext(ctx, "sh", "-eu")
	c.Dir, c.Env, c.Stdin = r.Dir, r.Env, strings.NewReader(commands)
	out, err := c.CombinedOutput()
	return string(bytes.TrimSpace(out)), err
}
