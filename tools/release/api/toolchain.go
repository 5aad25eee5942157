// SPDX-License-Identifier: MIT

package api

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// GOROOT asks the go command for the folder of its standard library.
func GOROOT(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		return "", fmt.Errorf("find the standard library: go env GOROOT: %v; install Go or name the folder by --goroot", err)
	}
	return dir, nil
}
