// SPDX-License-Identifier: MIT

// Agreement holds the Go part of bills of materials against what two programs of others read from the released programs
// themselves: go version -m and govulncheck. It prints a line for each program.
//
//	agreement FOLDER
//
// FOLDER has archives ..._debug.tar.gz and beside each its bill of materials ... .cdx.json. go has to be in PATH. Exit codes:
// 0 all agree, 1 failure, 2 usage, 3 they differ.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/vuln/scan"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/objects"
	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/twin"
)

const usage = `usage: agreement FOLDER
`

// maxBill bounds a bill of materials, in bytes.
const maxBill = 64 << 20

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "agreement", agreement(ctx, args, stdout))
}

func agreement(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("agreement", flag.ContinueOnError)
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		if err := action.Parse(flags, usage, args, stdout); err != nil {
			return err
		}
		return action.UsageError("one folder has to be named")
	}
	twins, err := filepath.Glob(filepath.Join(args[0], "*_debug.tar.gz"))
	if err != nil {
		return err
	}
	if len(twins) == 0 {
		return fmt.Errorf("read %s: no archive ..._debug.tar.gz is there", args[0])
	}
	var faults []string
	for _, file := range twins {
		found, err := judge(ctx, file, stdout)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		faults = append(faults, found...)
	}
	if len(faults) > 0 {
		return action.Reject(errors.New(strings.Join(faults, "\n")))
	}
	return nil
}

// judge compares one archive's witnesses.
func judge(ctx context.Context, archive string, stdout io.Writer) ([]string, error) {
	bill, err := readBill(strings.TrimSuffix(archive, "_debug.tar.gz") + ".cdx.json")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "agreement")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	unpacked, err := twin.Unpack(archive, dir)
	if err != nil {
		return nil, err
	}
	var faults []string
	all := modules{}
	for _, p := range unpacked.Programs {
		seen, packages, err := read(ctx, p.File)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		vuln, err := govulncheck(ctx, p.File, dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		faults = append(faults, differences("go version -m of "+p.Name, seen, "govulncheck", vuln)...)
		linked := seen.linked(packages)
		maps.Copy(all, linked)
		fmt.Fprintf(stdout, "%s: go %s, %d modules required, %d linked\n", p.Name, seen[standard], len(seen)-1, len(linked)-1)
	}
	return append(faults, differences("the programs of "+filepath.Base(archive), all, "the bill of materials", ofBill(bill))...), nil
}

// read asks go version -m, and the program's symbols for the packages that are linked.
func read(ctx context.Context, file string) (modules, []string, error) {
	out, err := exec.CommandContext(ctx, "go", "version", "-m", file).Output()
	if err != nil {
		return nil, nil, fmt.Errorf("run go version -m: %w", err)
	}
	seen, err := ofGoVersion(string(out))
	if err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(file) // twin bounds it
	if err != nil {
		return nil, nil, err
	}
	symbols, err := objects.Symbols(data, false)
	if err != nil {
		return nil, nil, err
	}
	return seen, objects.Packages(symbols), nil
}

// govulncheck runs over a database without a record: its bill of materials is what is asked for.
func govulncheck(ctx context.Context, file, dir string) (modules, error) {
	db, err := os.MkdirTemp(dir, "db")
	if err != nil {
		return nil, err
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(db)}
	cmd := scan.Command(ctx, "-db", address.String(), "-mode", "binary", "-format", "json", file)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("run govulncheck: %v: %s", err, &stderr)
	}
	return ofGovulncheck(&stdout)
}

func readBill(name string) (*component.Document, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read bill of materials: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBill+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBill {
		return nil, fmt.Errorf("read bill of materials %s: it is larger than %d bytes", filepath.Base(name), maxBill)
	}
	return component.Parse(filepath.Base(name), text)
}
