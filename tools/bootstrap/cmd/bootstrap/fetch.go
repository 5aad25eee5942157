// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/bundle"
)

// fetch fills the cache and checks what is there already; --bundle also writes it to a file, --import takes it
// from one.
func (a *app) fetch(ctx context.Context, flags *flag.FlagSet, args []string) error {
	out := flags.String("bundle", "", "write all inputs to this file")
	in := flags.String("import", "", "take all inputs from this file")
	if err := a.parse(flags, args, 0); err != nil {
		return err
	}
	if *out != "" && *in != "" {
		return &usageError{"fetch: --bundle and --import exclude each other"}
	}
	s, err := a.setup()
	if err != nil {
		return err
	}
	s.Recheck = true
	switch {
	case *out != "":
		return bundle.Export(ctx, s, *out)
	case *in != "":
		return bundle.Import(ctx, s, *in)
	}
	return s.Fetch(ctx)
}
