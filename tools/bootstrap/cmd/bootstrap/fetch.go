// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/bundle"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
)

// fetch fills the cache and checks what is there already; --bundle also writes it to a file, --import takes it
// from one; --exec also brings the inputs for another machine.
func (a *app) fetch(ctx context.Context, flags *flag.FlagSet, args []string) error {
	out := flags.String("bundle", "", "write all inputs to this file")
	in := flags.String("import", "", "take all inputs from this file")
	exec := flags.String("exec", "", "fetch for this machine too: "+pins.LinuxARM64)
	if err := a.parse(flags, args, 0); err != nil {
		return err
	}
	if *out != "" && *in != "" {
		return &usageError{"fetch: --bundle and --import exclude each other"}
	}
	if *exec != "" && *exec != pins.LinuxAMD64 && *exec != pins.LinuxARM64 {
		return &usageError{fmt.Sprintf("fetch: --exec %s: choose %s or %s", *exec, pins.LinuxAMD64, pins.LinuxARM64)}
	}
	s, err := a.setup()
	if err != nil {
		return err
	}
	s.Recheck = true
	if *exec != "" {
		s.Execs = []string{*exec}
	}
	switch {
	case *out != "":
		return bundle.Export(ctx, s, *out)
	case *in != "":
		return bundle.Import(ctx, s, *in)
	}
	return s.Fetch(ctx)
}
