// SPDX-License-Identifier: MIT

package client

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// FetchWheel downloads a wheel with pip into dir, which must be empty, and
// returns its file.
func FetchWheel(ctx context.Context, r Runner, dir, pkg, version, platform string) (string, error) {
	_, err := r.Run(ctx, Command{Dir: dir, Name: "python3", Args: []string{"-m", "pip", "download", "-q",
		"--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:",
		"--platform", platform, "-d", dir, pkg + "==" + version}})
	if err != nil {
		var failed *Failed
		if errors.As(err, &failed) && strings.Contains(failed.Stderr, "No module named pip") {
			err = &MissingTool{"python3"}
		}
		return "", fmt.Errorf("fetch wheel %s %s: %w", pkg, version, err)
	}
	found, err := filepath.Glob(filepath.Join(globEscape(dir), "*.whl"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("fetch wheel %s %s: pip brought %d wheels, want 1", pkg, version, len(found))
	}
	return found[0], nil
}

var availableRE = regexp.MustCompile(`(?m)^Available versions: (.*)$`)

// WheelVersions lists the versions of a package, newest first.
func WheelVersions(ctx context.Context, r Runner, dir, pkg string) ([]string, error) {
	out, err := r.Run(ctx, Command{Dir: dir, Name: "python3", Args: []string{"-m", "pip", "index", "versions",
		"--disable-pip-version-check", "--no-input", pkg}})
	if err != nil {
		return nil, fmt.Errorf("list versions of %s: %w", pkg, err)
	}
	m := availableRE.FindSubmatch(out)
	if m == nil {
		return nil, fmt.Errorf("list versions of %s: pip's answer names none", pkg)
	}
	return strings.Split(strings.TrimSpace(string(m[1])), ", "), nil
}

func globEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
