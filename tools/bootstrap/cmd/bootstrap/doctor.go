// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/doctor"
)

// doctor prints what is there and what is missing; exit code 1 if a build
// cannot run.
func (a *app) doctor(_ context.Context, flags *flag.FlagSet, args []string) error {
	asJSON := flags.Bool("json", false, "print JSON")
	if err := a.parse(flags, args, 0); err != nil {
		return err
	}
	s, err := a.setup()
	if err != nil {
		return err
	}
	report := doctor.Examine(s, doctor.ThisMachine())
	write := report.WriteTable
	if *asJSON {
		write = report.WriteJSON
	}
	if err := write(a.stdout); err != nil {
		return err
	}
	if !report.Ready {
		return errNotReady
	}
	return nil
}
