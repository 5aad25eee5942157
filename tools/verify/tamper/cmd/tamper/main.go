// SPDX-License-Identifier: MIT

// Tamper runs the tamper benchmark and prints its table. Package tamper says what the cases are.
//
// Exit codes: 0 every defect was refused in the right way and no control was; 1 failure; 2 usage; 3 otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper"
)

const usage = `usage: tamper [flags]

  --release DIR    try the cases of the kind folder on this release, and no others
  --policy FILE    the policy under which it passes
  --record FILE    add what became of them to the list tools/verify/tamper/real.json
  --update FILE    write the page docs/tamper.md; not with --release
  --peers=false    do not run other programs
`

func main() { action.Main("tamper", benchmark) }

func benchmark(ctx context.Context, args []string, stdout io.Writer) error {
	var release, policyFile, record, update string
	peers := true
	flags := flag.NewFlagSet("tamper", flag.ContinueOnError)
	flags.StringVar(&release, "release", "", "")
	flags.StringVar(&policyFile, "policy", "", "")
	flags.StringVar(&record, "record", "", "")
	flags.StringVar(&update, "update", "", "")
	flags.BoolVar(&peers, "peers", true, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if (release == "") != (policyFile == "") {
		return action.UsageError("--release and --policy go together")
	}
	if release == "" && record != "" || release != "" && update != "" {
		return action.UsageError("--record goes with --release, and --update without")
	}
	temp, err := os.MkdirTemp("", "tamper")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	b, err := tamper.NewBench(temp, time.Now)
	if err != nil {
		return err
	}
	if peers {
		b.Peers = tamper.FindPeers(exec.LookPath)
	}
	if release == "" {
		return all(ctx, b, update, stdout)
	}
	text, err := os.ReadFile(policyFile)
	if err != nil {
		return err
	}
	p, err := policy.Parse(text)
	if err != nil {
		return err
	}
	b.On(release, p, time.Now())
	return folder(ctx, b, record, stdout)
}

var errWrong = errors.New("the verifier let a defect pass, named it wrongly or refused a control")

// folder tries what anyone can do on the bench's release.
func folder(ctx context.Context, b *tamper.Bench, record string, stdout io.Writer) error {
	cases, err := b.FolderCases()
	if err != nil {
		return err
	}
	results, err := tried(ctx, b, cases, stdout)
	if err != nil {
		return err
	}
	if !tamper.AllRight(results) {
		return action.Reject(errWrong)
	}
	if record == "" {
		return nil
	}
	text, err := os.ReadFile(record)
	if err != nil {
		return err
	}
	counts, err := tamper.ParseCounts(text)
	if err != nil {
		return err
	}
	c, err := b.Count(results, b.Clock())
	if err != nil {
		return err
	}
	return action.WriteFile(record, 0o644, func(w io.Writer) error { return tamper.Record(w, counts, c) })
}

// tried runs the cases and prints the table.
func tried(ctx context.Context, b *tamper.Bench, cases []tamper.Case, stdout io.Writer) ([]*tamper.Result, error) {
	var results []*tamper.Result
	for _, c := range cases {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := b.Run(ctx, c)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, tamper.Table(stdout, results, b.Peers)
}

func all(ctx context.Context, b *tamper.Bench, update string, stdout io.Writer) error {
	cases, err := b.Cases()
	if err != nil {
		return err
	}
	results, err := tried(ctx, b, cases, stdout)
	if err != nil {
		return err
	}
	needs, err := b.Needs(ctx, cases)
	if err != nil {
		return err
	}
	idle := 0
	for _, n := range needs {
		if n.Case == "" {
			idle++
			fmt.Fprintf(stdout, "IDLE: no case passes without the rule %s\n", n.Rule)
		}
	}
	fmt.Fprintf(stdout, "%d of %d rules are needed by some case\n", len(needs)-idle, len(needs))
	if update != "" {
		if err := action.WriteFile(update, 0o644, func(w io.Writer) error { return tamper.Document(w, results, needs, b.Peers) }); err != nil {
			return fmt.Errorf("write page: %w", err)
		}
	}
	if idle > 0 {
		return action.Reject(errors.New("a rule of the verifier is idle"))
	}
	if !tamper.AllRight(results) {
		return action.Reject(errWrong)
	}
	return nil
}
