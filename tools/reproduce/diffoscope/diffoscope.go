// SPDX-License-Identifier: MIT

// Package diffoscope asks the program of that name, where it is installed, what differs between two files. Its text is for
// people; no verdict depends on it. See https://diffoscope.org
package diffoscope

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Limits of one question.
const (
	maxText  = 64 << 10 // bytes that are kept
	patience = 10 * time.Minute
)

// Run compares two files with the program at path. The text is cut at a limit.
func Run(ctx context.Context, path, a, b string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--no-progress", "--text", "-", "--", a, b)
	out, stderr := &head{}, &head{}
	cmd.Stdout, cmd.Stderr = out, stderr
	// What it started may hold its output open.
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	// 1 says that they differ.
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("run diffoscope: %w: %.500s", err, stderr.String())
	}
	return out.String(), nil
}

// head keeps the beginning of what is written.
type head struct {
	text bytes.Buffer
	cut  bool
}

func (h *head) Write(p []byte) (int, error) {
	if left := maxText - h.text.Len(); left < len(p) {
		h.cut = true
		h.text.Write(p[:left])
		return len(p), nil
	}
	return h.text.Write(p)
}

func (h *head) String() string {
	if h.cut {
		return h.text.String() + "\n... cut off here\n"
	}
	return h.text.String()
}
