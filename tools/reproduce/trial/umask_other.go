// SPDX-License-Identifier: MIT

//go:build !unix

package trial

import (
	"errors"
	"os/exec"
)

// startWithUmask refuses: what cannot be varied must not be reported as varied.
func startWithUmask(*exec.Cmd, int) error {
	return errors.New("this system has no umask; run on Linux or macOS")
}
