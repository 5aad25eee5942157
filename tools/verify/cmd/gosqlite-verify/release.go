// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/gosum"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

const releaseUsage = `usage: gosqlite-verify [flags] FOLDER
       gosqlite-verify policy --help          make a policy
       gosqlite-verify rules                  every rule, and what it reads
       gosqlite-verify verify-bundle --help   check one Sigstore bundle

  --policy FILE     whom to trust and what to demand; by default gosqlite/policy.json in your configuration.
                    It is never taken from FOLDER
  --version V       refuse any release but this one
  --platform P      a part is enough: what belongs to all platforms and to this one, such as linux_amd64
  --inputs FOLDER   what the release was made of: upstream digests in bills of materials are looked for in it
  --gosum FILE      a go.sum: the release's Go module has to agree with it
  --json            print the report for machines

Exit codes: 0 the release stands, 1 it could not be checked, 2 usage or no policy, 3 it is refused.
`

func (p *program) release(ctx context.Context, usage string, args []string) error {
	var policyFile, goSum string
	var asJSON bool
	o := verify.Options{Now: p.now(), Clock: p.now}
	flags := flag.NewFlagSet("gosqlite-verify", flag.ContinueOnError)
	flags.StringVar(&policyFile, "policy", "", "")
	flags.StringVar(&o.Version, "version", "", "")
	flags.StringVar(&o.Platform, "platform", "", "")
	flags.StringVar(&o.Inputs, "inputs", "", "")
	flags.StringVar(&goSum, "gosum", "", "")
	flags.BoolVar(&asJSON, "json", false, "")
	// The folder may stand before, between or after the flags.
	var flagArgs []string
	flagArgs, o.Dir = split(flags, args)
	if err := action.Parse(flags, usage, flagArgs, p.stdout); err != nil {
		return err
	}
	if o.Dir == "" {
		return action.UsageError("name the folder of a release")
	}
	o.Version = strings.TrimPrefix(o.Version, "v")
	var err error
	if o.Policy, err = p.readPolicy(policyFile, o.Dir); err != nil {
		return err
	}
	if goSum != "" {
		if o.GoSum, err = readFile(goSum, gosum.MaxSize); err != nil {
			return err
		}
	}
	report, err := verify.Run(ctx, o)
	if err != nil {
		return err
	}
	return p.report(report, asJSON)
}

// split takes the one argument that is no flag out of args.
func split(flags *flag.FlagSet, args []string) (rest []string, folder string) {
	for i := 0; i < len(args); i++ {
		name := strings.TrimLeft(args[i], "-")
		switch {
		case !strings.HasPrefix(args[i], "-") && folder == "":
			folder = args[i]
			continue
		case strings.HasPrefix(args[i], "-") && !strings.Contains(name, "=") && i+1 < len(args):
			if f := flags.Lookup(name); f != nil && !isBool(f) {
				rest = append(rest, args[i])
				i++
			}
		}
		rest = append(rest, args[i])
	}
	return rest, folder
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// readPolicy reads the policy, from a file that is named or from the user's configuration.
func (p *program) readPolicy(name, folder string) (*policy.Policy, error) {
	named := name != ""
	if !named {
		var err error
		if name, err = p.policyFile(); err != nil {
			return nil, err
		}
	}
	text, err := readFile(name, policy.MaxSize)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, action.UsageError("no policy: %s is not there. Get the release key from a place that you trust, then run: gosqlite-verify policy --key KEY.pem --out %s", name, name)
	}
	if err != nil {
		return nil, action.UsageError("read policy: %w", err)
	}
	if inside(name, folder) {
		return nil, action.UsageError("policy %s lies in the folder under check: whoever made that folder could have made it", name)
	}
	parsed, err := policy.Parse(text)
	if err != nil {
		return nil, action.UsageError("%s: %w", name, err)
	}
	return parsed, nil
}

// inside reports whether a file lies in a folder, by their real places.
func inside(name, folder string) bool {
	name, folder = realPath(name), realPath(folder)
	rel, err := filepath.Rel(folder, name)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func realPath(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return name
}

// report prints what was found. The throughput goes to stderr: it is not the same twice.
func (p *program) report(r *verify.Report, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	} else if err := r.Table(p.stdout); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	speed := func(bytes int64, took time.Duration) string {
		return fmt.Sprintf("%.1f MB in %.2f s, %.0f MB/s", float64(bytes)/1e6, took.Seconds(), float64(bytes)/1e6/max(took.Seconds(), 1e-3))
	}
	fmt.Fprintf(p.stderr, "digests and signatures: %s; with contents: %s\n", speed(r.OuterBytes, r.Outer), speed(r.Bytes, r.Outer+r.Inner))
	if !r.OK {
		return action.Reject(fmt.Errorf("the release is refused: %s", strings.Join(r.Classes(), ", ")))
	}
	return nil
}
