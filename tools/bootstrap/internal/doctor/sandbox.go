// SPDX-License-Identifier: MIT

package doctor

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// sandboxRow asks for what .bazelrc demands of every action, before Bazel refuses it in words of its own.
func sandboxRow(m Machine) Row {
	if err := m.Sandbox(); err != nil {
		return Row{"sandbox", Missing, err.Error(), sandboxHow}
	}
	return Row{"sandbox", OK, "user namespaces and mounts in them", ""}
}

// sandboxHow names what refuses a sandbox on the usual systems.
const sandboxHow = "on Ubuntu 24.04 and newer: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; " +
	"in a container: start it with --privileged; elsewhere: sysctl user.max_user_namespaces must not be 0"

// makeSandbox makes the namespaces that Bazel's linux-sandbox makes, and mounts /proc in them, as it does: AppArmor allows
// the former and refuses the latter. A program of its own mounts, since a profile can know unshare.
func makeSandbox() error {
	out, err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "--ipc", "--net", "--pid", "--fork",
		"mount", "-t", "proc", "proc", "/proc").CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("unshare is not installed, so that it was not tried: apt-get install util-linux")
	case err != nil:
		said, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("none can be made: %w: %s", err, said)
	}
	return nil
}
