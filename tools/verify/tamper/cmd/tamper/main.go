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

  --release DIR    try the cases of the kind folder on this release
  --policy FILE    the policy under which it passes
  --payload DIR    or on this release set, which is not signed: it is signed by keys that are made for it
  --update FILE    write the page docs/tamper.md
  --peers=false    do not run other programs
`

func main() { action.Main("tamper", benchmark) }

func benchmark(ctx context.Context, args []string, stdout io.Writer) error {
	var release, policyFile, payload, update string
	peers := true
	flags := flag.NewFlagSet("tamper", flag.ContinueOnError)
	flags.StringVar(&release, "release", "", "")
	flags.StringVar(&policyFile, "policy", "", "")
	flags.StringVar(&payload, "payload", "", "")
	flags.StringVar(&update, "update", "", "")
	flags.BoolVar(&peers, "peers", true, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if (release == "") != (policyFile == "") || release != "" && payload != "" {
		return action.UsageError("--release and --policy go together, and not with --payload")
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
	if release != "" {
		text, err := os.ReadFile(policyFile)
		if err != nil {
			return err
		}
		p, err := policy.Parse(text)
		if err != nil {
			return err
		}
		b.On(release, p, time.Now())
	}
	if payload != "" {
		if err := b.OnPayload(payload); err != nil {
			return err
		}
	}
	if peers {
		b.Peers = tamper.FindPeers(exec.LookPath)
	}
	return all(ctx, b, update, stdout)
}

func all(ctx context.Context, b *tamper.Bench, update string, stdout io.Writer) error {
	cases, err := b.Cases()
	if err != nil {
		return err
	}
	var results []*tamper.Result
	for _, c := range cases {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := b.Run(ctx, c)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if err := tamper.Table(stdout, results, b.Peers); err != nil {
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
		return action.Reject(errors.New("the verifier let a defect pass, named it wrongly or refused a control"))
	}
	return nil
}
