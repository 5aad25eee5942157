// SPDX-License-Identifier: MIT

// Interop lets programs of others judge a release; package checks says which. It needs no network.
//
// Exit codes: 0 all that were run agree; 1 failure; 2 usage; 3 one disagrees, or with --all one was not run.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/checks"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

const usage = `usage: interop [flags]

  --release DIR       the release to judge; by default one that is made for the purpose
  --policy FILE       the policy under which it passes
  --verifier FILE     the program gosqlite-verify, for the check that it opens no socket
  --sigstore-js FILE  tools/verify/checks/sigstore/verify.mjs, with its modules beside it or in SIGSTORE_MODULES
  --cosign FILE       the program cosign, if it is not in PATH
  --all               a program that is not installed is a failure
`

func main() { action.Main("interop", interop) }

func interop(ctx context.Context, args []string, stdout io.Writer) error {
	r := &checks.Release{Now: time.Now(), Programs: map[string]string{}}
	var policyFile, verifier, script, cosign string
	var needAll bool
	flags := flag.NewFlagSet("interop", flag.ContinueOnError)
	flags.StringVar(&r.Dir, "release", "", "")
	flags.StringVar(&policyFile, "policy", "", "")
	flags.StringVar(&verifier, "verifier", "", "")
	flags.StringVar(&script, "sigstore-js", "", "")
	flags.StringVar(&cosign, "cosign", "", "")
	flags.BoolVar(&needAll, "all", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if (r.Dir == "") != (policyFile == "") {
		return action.UsageError("--release and --policy go together")
	}
	for _, name := range []string{"sha256sum", "openssl", "osslsigncode", "node", "cosign", "strace"} {
		r.Programs[name], _ = exec.LookPath(name)
	}
	for name, path := range map[string]string{"gosqlite-verify": verifier, "verify.mjs": script, "cosign": cosign} {
		if path == "" {
			continue
		}
		full, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		r.Programs[name] = full
	}
	if r.Programs["verify.mjs"] == "" {
		r.Programs["node"] = ""
	}
	var err error
	if r.Temp, err = os.MkdirTemp("", "interop"); err != nil {
		return err
	}
	defer os.RemoveAll(r.Temp)
	if err := prepare(r, policyFile); err != nil {
		return err
	}
	return checks.Report(stdout, outcomes(checks.Run(ctx, r)), needAll)
}

// prepare reads the policy, or makes a release and its policy.
func prepare(r *checks.Release, policyFile string) (err error) {
	var text []byte
	if policyFile != "" {
		if r.Dir, err = filepath.Abs(r.Dir); err != nil {
			return err
		}
		if text, err = os.ReadFile(policyFile); err != nil {
			return err
		}
	} else {
		made := releasetest.Build(releasetest.NewKeys(), releasetest.Hooks{})
		r.Dir, r.Now = filepath.Join(r.Temp, "release"), releasetest.Now
		if err := made.Write(r.Dir); err != nil {
			return err
		}
		if text, err = json.Marshal(made.Policy); err != nil {
			return err
		}
	}
	r.PolicyText = text
	r.Policy, err = policy.Parse(text)
	return err
}

func outcomes(verdicts []checks.Verdict) (list []checks.Outcome) {
	for _, v := range verdicts {
		list = append(list, checks.Outcome{
			Line: []string{v.Check.Program, v.Check.Asks, string(v.State), v.Detail}, Ran: v.State != checks.NotRun, Right: v.State == checks.Agrees,
		})
	}
	return list
}
