// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/advisory"
)

// buildAdvisories writes what is made from all sources of a folder. Nothing is written when one of them is wrong.
func buildAdvisories(_ context.Context, args []string, env environment) error {
	var in, out string
	rest, err := parse("advisory build", env, args, func(f *flag.FlagSet) {
		f.StringVar(&in, "in", "", "")
		f.StringVar(&out, "out", "", "")
	})
	switch {
	case err != nil:
		return err
	case in == "" || out == "" || len(rest) > 0:
		return action.UsageError("advisory build takes --in DIR and --out DIR")
	}
	names, err := filepath.Glob(filepath.Join(in, "x_*.json"))
	if err != nil {
		return err
	}
	var all []*advisory.Advisory
	for _, name := range names {
		text, err := readFile(name)
		if err != nil {
			return fmt.Errorf("read advisory: %w", err)
		}
		a, err := advisory.Parse(text)
		if err == nil && a.ID+".json" != filepath.Base(name) {
			err = fmt.Errorf("read advisory: %s holds %s", name, a.ID)
		}
		if err != nil {
			return err
		}
		all = append(all, a)
	}
	files, err := advisory.Build(all)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		dir := filepath.Join(out, filepath.Dir(filepath.FromSlash(name)))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := write(dir, filepath.Base(name), files[name]); err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, name)
	}
	return nil
}
