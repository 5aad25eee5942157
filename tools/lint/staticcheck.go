// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

type staticcheck struct {
	runner   Runner
	toolsDir string
}

// problem is one line of staticcheck -f json:
// https://staticcheck.dev/docs/running-staticcheck/cli/formatters/
type problem struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Location struct {
		File string `json:"file"`
		Line int    `json:"line"`
	} `json:"location"`
}

func (s staticcheck) check(ctx context.Context, t *Tree) ([]Finding, error) {
	program, err := tool(ctx, s.runner, s.toolsDir, "staticcheck")
	if err != nil {
		return nil, err
	}
	return eachModule(ctx, t, func(m Module) ([]Finding, error) {
		res, err := s.runner.Run(ctx, Command{Dir: t.dir(m), Env: moduleEnv, Args: []string{program, "-f", "json", "./..."}})
		if err != nil {
			return nil, err
		}
		var findings []Finding
		for decoder := json.NewDecoder(bytes.NewReader(res.Stdout)); ; {
			var p problem
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("read the output of staticcheck: %w", err)
			}
			findings = append(findings, Finding{t.relative(m, p.Location.File), p.Location.Line, p.Message + " (" + p.Code + ")"})
		}
		if res.Exit != 0 && len(findings) == 0 {
			return nil, fmt.Errorf("run staticcheck: %s", lastLines(res.Stderr))
		}
		return findings, nil
	})
}

// tool is the path of a program that the go.mod in dir pins by a tool line. The
// go command builds it when its cache has it no more.
func tool(ctx context.Context, r Runner, dir, name string) (string, error) {
	// The host's architecture, whatever the checks are told to look at.
	res, err := r.Run(ctx, Command{Dir: dir, Env: []string{"GOWORK=off", "GOOS=", "GOARCH="}, Args: []string{"go", "tool", "-n", name}})
	if err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	program := strings.TrimSpace(string(res.Stdout))
	if res.Exit != 0 || program == "" || strings.ContainsAny(program, "\n") {
		return "", fmt.Errorf("build %s in %s: %s; go tool -n %s shows more", name, dir, lastLines(res.Stderr), name)
	}
	return program, nil
}
