// SPDX-License-Identifier: MIT

//go:build !linux

package trial

import (
	"errors"
	"os/exec"

	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// EnterArgument is never the first argument here.
const EnterArgument = "enter-surroundings"

// enter refuses: what cannot be varied must not be reported as varied.
func enter(_ *exec.Cmd, s variation.Setting, _ *System) error {
	if s.UID == 0 && s.Host == "" && !s.OneCore && !s.System {
		return nil
	}
	return errors.New("this system has no namespaces; leave out uid, uname, cores and system, or run on Linux")
}

// Enter is of no use here.
func Enter([]string, []string) error {
	return errors.New("enter surroundings: this system has no namespaces")
}
