// SPDX-License-Identifier: MIT

package figure

import (
	"os"
	"runtime"
	"strings"
)

// ThisMachine describes the machine as far as its system tells.
func ThisMachine() Machine {
	m := Machine{CPU: runtime.GOARCH, Processors: runtime.NumCPU(), OS: runtime.GOOS}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, found := strings.Cut(string(info), "model name"); found {
			line, _, _ := strings.Cut(rest, "\n")
			_, model, _ := strings.Cut(line, ":")
			m.CPU = strings.TrimSpace(model) + ", " + runtime.GOARCH
		}
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		parts := strings.SplitN(strings.TrimSpace(string(release)), ".", 3)
		m.OS = "Linux " + strings.Join(parts[:min(2, len(parts))], ".")
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(load), " ")
	}
	return m
}
