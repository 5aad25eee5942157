// SPDX-License-Identifier: MIT

// Provenance writes a release's provenance statement; docs/provenance.md says what it states. It is run by build actions;
// package action has the exit codes.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

const usage = `usage: provenance --out FILE --manifest FILE --target LABEL --pins FILE --debs FILE --source PATH=FILE...

  --out FILE           the statement to write
  --manifest FILE      the manifest, whose files are the subjects
  --target LABEL       the release set that was built, such as //tools/release:release_all
  --pins FILE          pins.json
  --debs FILE          debs.sha256, the digests of Debian packages
  --gosum FILE         a go.sum; may be repeated
  --source PATH=FILE   a file of this tree that reaches the build, by its path in the tree, and the file with its contents;
                       may be repeated
  @FILE                stands for the arguments in FILE, one a line
`

// maxInput bounds the files that are read whole, in bytes.
const maxInput = 16 << 20

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "provenance", write(args, stdout))
}

func write(args []string, stdout io.Writer) error {
	var out, manifestFile, target, pins, debs string
	var gosums, sources action.List
	flags := flag.NewFlagSet("provenance", flag.ContinueOnError)
	flags.StringVar(&out, "out", "", "")
	flags.StringVar(&manifestFile, "manifest", "", "")
	flags.StringVar(&target, "target", "", "")
	flags.StringVar(&pins, "pins", "", "")
	flags.StringVar(&debs, "debs", "", "")
	flags.Var(&gosums, "gosum", "")
	flags.Var(&sources, "source", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if out == "" || manifestFile == "" || target == "" || pins == "" || debs == "" {
		return action.UsageError("--out, --manifest, --target, --pins and --debs are needed")
	}
	m, err := readManifest(manifestFile)
	if err != nil {
		return err
	}
	dependencies, err := readDependencies(pins, debs, gosums, sources)
	if err != nil {
		return err
	}
	statement, err := provenance.New(m, target, dependencies)
	if err != nil {
		return err
	}
	text, err := statement.Encode()
	if err != nil {
		return err
	}
	return action.WriteFile(out, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// readManifest accepts only the one text that the manifest's values have.
func readManifest(name string) (*manifest.Manifest, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if again, err := m.Encode(); err != nil || !bytes.Equal(again, text) {
		return nil, fmt.Errorf("read %s: it is not the text that its values have: %w", name, err)
	}
	return m, nil
}

func readDependencies(pins, debs string, gosums, sources []string) ([]provenance.Resource, error) {
	pinsText, err := readFile(pins)
	if err != nil {
		return nil, err
	}
	debsText, err := readFile(debs)
	if err != nil {
		return nil, err
	}
	out, err := provenance.Pins(pinsText, debsText)
	if err != nil {
		return nil, err
	}
	for _, name := range gosums {
		text, err := readFile(name)
		if err != nil {
			return nil, err
		}
		modules, err := provenance.GoSum(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out = append(out, modules...)
	}
	source, err := readSources(sources)
	return append(out, source), err
}

func readSources(args []string) (provenance.Resource, error) {
	files := map[string][32]byte{}
	for _, arg := range args {
		name, file, ok := strings.Cut(arg, "=")
		if !ok || file == "" {
			return provenance.Resource{}, action.UsageError("--source %q: write PATH=FILE", arg)
		}
		if _, ok := files[name]; ok {
			return provenance.Resource{}, action.UsageError("--source %s: given twice", name)
		}
		sum, err := digest(file)
		if err != nil {
			return provenance.Resource{}, fmt.Errorf("digest source %s: %w", name, err)
		}
		files[name] = sum
	}
	return provenance.Source(files)
}

func digest(name string) (sum [32]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [32]byte(h.Sum(nil)), nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("read %s: larger than %d bytes", name, maxInput)
	}
	return data, nil
}
