// SPDX-License-Identifier: MIT

// Attribute says of every byte of a released program whose it is; package attribution says how. It prints the shares, and
// ends with exit code 3 if a byte, a symbol, a Go package or a component is not accounted for, or if more than the ceiling
// is of no component. Package action has the other exit codes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/sbom/attribution"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/objects"
)

const usage = `usage: attribute --graph FILE --program FILE --released FILE --ceiling PERCENT [--runtime DIR] [--beside FILE]...
                 [--objects LIBRARY=ID]... [--json FILE] [--areas FILE] [--quiet]

  --graph FILE          the release file's graph
  --program FILE        the program as it was linked, with symbols
  --released FILE       the program as it is released
  --runtime DIR         the toolchain's runtime that it was linked with, if there is C in it
  --beside FILE         another program of the graph, as it was linked: components list its Go packages, too; may be
                        repeated
  --ceiling PERCENT     how much of the released program may be of no component
  --objects LIBRARY=ID  C objects that were linked, and their component; may be repeated, in the order of the link;
                        ID is a component's in the graph, or its purl without version
  --json FILE           write the report there, too
  --areas FILE          write the released program's pieces there, for sbom treemap
  --quiet               print no shares; for build actions
  @FILE                 stands for the arguments in FILE, one a line
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "attribute", attribute(args, stdout))
}

func attribute(args []string, stdout io.Writer) error {
	var graphFile, program, released, runtime, jsonFile, areasFile string
	var ceiling float64
	var quiet bool
	var libraries, beside action.List
	flags := flag.NewFlagSet("attribute", flag.ContinueOnError)
	flags.StringVar(&graphFile, "graph", "", "")
	flags.StringVar(&program, "program", "", "")
	flags.StringVar(&released, "released", "", "")
	flags.StringVar(&runtime, "runtime", "", "")
	flags.StringVar(&jsonFile, "json", "", "")
	flags.StringVar(&areasFile, "areas", "", "")
	flags.BoolVar(&quiet, "quiet", false, "")
	flags.Float64Var(&ceiling, "ceiling", -1, "")
	flags.Var(&beside, "beside", "")
	flags.Var(&libraries, "objects", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if graphFile == "" || program == "" || released == "" {
		return action.UsageError("--graph, --program and --released have to name files")
	}
	if !(ceiling >= 0 && ceiling <= 100) {
		return action.UsageError("--ceiling has to be a percentage")
	}
	in := attribution.Input{Ceiling: ceiling}
	if runtime != "" {
		in.Runtime = os.DirFS(runtime)
	}
	if err := read(&in, graphFile, program, released); err != nil {
		return err
	}
	if err := assign(&in, libraries); err != nil {
		return err
	}
	if err := neighbours(&in, beside); err != nil {
		return err
	}
	report, err := attribution.Attribute(in)
	if err != nil {
		return err
	}
	if quiet {
		stdout = io.Discard
	}
	if err := report.Table(stdout); err != nil {
		return err
	}
	if err := write(jsonFile, report.JSON); err != nil {
		return err
	}
	if err := write(areasFile, report.Areas); err != nil {
		return err
	}
	if len(report.Faults) > 0 {
		return action.Reject(errors.New(strings.Join(first(report.Faults), "\n")))
	}
	return nil
}

// maxFaults is how many faults are printed; the report has them all.
const maxFaults = 100

func first(faults []string) []string {
	if more := len(faults) - maxFaults; more > 0 {
		return append(faults[:maxFaults:maxFaults], fmt.Sprintf("and %d more faults: --json has them all", more))
	}
	return faults
}

// readFile reads a file of a size that is not out of reason.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > binary.MaxImage {
		return nil, fmt.Errorf("%s: %d bytes are more than the limit of %d", name, info.Size(), binary.MaxImage)
	}
	return os.ReadFile(name)
}

// write makes a file if it has a name.
func write(name string, encode func() ([]byte, error)) error {
	if name == "" {
		return nil
	}
	text, err := encode()
	if err != nil {
		return err
	}
	return action.WriteFile(name, 0o644, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

func read(in *attribution.Input, graphFile, program, released string) error {
	text, err := os.Open(graphFile)
	if err != nil {
		return fmt.Errorf("read graph: %w", err)
	}
	defer text.Close()
	if in.Graph, err = graph.Read(text); err != nil {
		return err
	}
	if in.Program, err = readFile(program); err != nil {
		return fmt.Errorf("read program: %w", err)
	}
	if in.Released, err = readFile(released); err != nil {
		return fmt.Errorf("read released program: %w", err)
	}
	return nil
}

// component is the ID of the component that a name means; a name that means none is left for the attribution to refuse.
func component(d *graph.Document, name string) string {
	for i := range d.Components {
		if c := &d.Components[i]; c.Identity() == name {
			return c.ID
		}
	}
	return name
}

// neighbours reads which Go packages the other programs have.
func neighbours(in *attribution.Input, programs []string) error {
	for _, name := range programs {
		data, err := readFile(name)
		if err != nil {
			return fmt.Errorf("read program beside: %w", err)
		}
		symbols, err := objects.Symbols(data, false)
		if err != nil {
			return fmt.Errorf("read program beside %s: %w", name, err)
		}
		in.Beside = append(in.Beside, objects.Packages(symbols)...)
	}
	return nil
}

func assign(in *attribution.Input, libraries []string) error {
	for _, l := range libraries {
		name, id, ok := strings.Cut(l, "=")
		if !ok {
			return action.UsageError("--objects %s: has to be LIBRARY=ID", l)
		}
		data, err := readFile(name)
		if err != nil {
			return fmt.Errorf("read objects: %w", err)
		}
		in.Libraries = append(in.Libraries, attribution.Library{Name: filepath.Base(name), Data: data, Component: component(in.Graph, id)})
	}
	return nil
}
