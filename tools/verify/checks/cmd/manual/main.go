// SPDX-License-Identifier: MIT

// Manual runs the commands of docs/verifying.md on a release that it makes, and on a changed one. Package manual says how
// a page marks them.
//
// Exit codes: 0 every block that was run does what the page says; 1 failure; 2 usage; 3 one does not, or with --all one
// was not run.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/checks"
	"github.com/gosqlite/gosqlite/tools/verify/checks/manual"
	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/gosum"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

const usage = `usage: manual --page FILE --verifier FILE [flags]

  --page FILE      docs/verifying.md
  --verifier FILE  the program gosqlite-verify
  --cosign FILE    the program cosign, if it is not in PATH
  --all            a block that can't be run is a failure
`

func main() { action.Main("manual", read) }

func read(ctx context.Context, args []string, stdout io.Writer) error {
	var page, verifier, cosign string
	var needAll bool
	flags := flag.NewFlagSet("manual", flag.ContinueOnError)
	flags.StringVar(&page, "page", "", "")
	flags.StringVar(&verifier, "verifier", "", "")
	flags.StringVar(&cosign, "cosign", "", "")
	flags.BoolVar(&needAll, "all", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if page == "" || verifier == "" {
		return action.UsageError("--page and --verifier are needed")
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	blocks, err := manual.Parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	dir, err := os.MkdirTemp("", "manual")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := prepare(dir, map[string]string{"gosqlite-verify": verifier, "cosign": cosign}); err != nil {
		return err
	}
	path := filepath.Join(dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")
	r := &manual.Runner{
		Dir: dir, Env: []string{"PATH=" + path, "HOME=" + dir},
		Look: func(name string) (string, error) {
			if own := filepath.Join(dir, "bin", name); exists(own) {
				return own, nil
			}
			return exec.LookPath(name)
		},
		Change: func() error { return change(filepath.Join(dir, "release")) },
	}
	results, err := r.Run(ctx, blocks)
	if err != nil {
		return err
	}
	return checks.Report(stdout, outcomes(page, results), needAll)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// prepare makes what the page takes for given: a release, the keys, a go.sum, the sources, the programs.
func prepare(dir string, programs map[string]string) error {
	keys := releasetest.NewKeys()
	release := releasetest.Build(keys, releasetest.Hooks{})
	if err := release.Write(filepath.Join(dir, "release")); err != nil {
		return err
	}
	sum, err := goSum(release.Files)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"release.pub": releasetest.PublicPEM(keys.Release), "tsa-root.pem": keys.TSARoot[1].PEM(), "code-root.pem": keys.CodeRoot.PEM(),
		"go.sum": sum, "sources/sqlite3.c": releasetest.Upstream, "trusted_root.json": releasetest.TrustedRoot(keys, releasetest.Now, releasetest.Now),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		return err
	}
	for name, program := range programs {
		if program == "" {
			continue
		}
		full, err := filepath.Abs(program)
		if err != nil {
			return err
		}
		if err := os.Symlink(full, filepath.Join(dir, "bin", name)); err != nil {
			return err
		}
	}
	return nil
}

func goSum(files map[string][]byte) (string, error) {
	const name = "gosqlite_v1.2.0.zip"
	a, err := container.Open(bytes.NewReader(files[name]), int64(len(files[name])), name)
	if err != nil {
		return "", err
	}
	entries, _, err := a.Walk()
	return "github.com/gosqlite/gosqlite v1.2.0 " + gosum.Hash(entries) + "\n", err
}

// change flips a bit of an archive, and one of a digest in the manifest.
func change(release string) error {
	for _, name := range []string{"gosqlite_1.2.0_linux_amd64.tar.gz", "manifest.json"} {
		path := filepath.Join(release, name)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data[len(data)-12] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func outcomes(page string, results []manual.Result) (list []checks.Outcome) {
	for _, r := range results {
		list = append(list, checks.Outcome{Line: []string{fmt.Sprintf("%s:%d", page, r.Block.Line), r.State, r.Said}, Ran: r.State != "not run", Right: r.OK()})
	}
	return list
}
