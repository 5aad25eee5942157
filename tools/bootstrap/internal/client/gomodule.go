// SPDX-License-Identifier: MIT

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// GoModule is a downloaded module zip.
type GoModule struct {
	Zip string // the file in the module cache
	H1  string // computed from the zip
}

// FetchGoModule downloads module@version with the go command, which asks the
// checksum database, and hashes the zip.
func FetchGoModule(ctx context.Context, r Runner, dir, module, version string) (*GoModule, error) {
	out, err := r.Run(ctx, Command{Dir: dir, Env: goEnv, Name: "go",
		Args: []string{"mod", "download", "-json", module + "@" + version}})
	var answer struct{ Zip, Error string }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr == nil && answer.Error != "" {
		// The command reports a failed download in the answer, not on stderr.
		return nil, fmt.Errorf("fetch module %s: %w", module, &Failed{
			Command: Command{Name: "go", Args: []string{"mod"}}, Stderr: answer.Error, Err: errors.New("failed")})
	} else if err == nil && jsonErr != nil {
		err = fmt.Errorf("read the go command's answer: %w", jsonErr)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch module %s@%s: %w", module, version, err)
	}
	src, err := tree.OpenZip(answer.Zip, "")
	if err != nil {
		return nil, fmt.Errorf("fetch module %s@%s: %w; `go clean -modcache` removes a damaged cache", module, version, err)
	}
	defer src.Close()
	h1, err := tree.H1(src)
	if err != nil {
		return nil, fmt.Errorf("fetch module %s@%s: %w", module, version, err)
	}
	return &GoModule{answer.Zip, h1}, nil
}

// GoModuleVersions lists the versions of a module, oldest first.
func GoModuleVersions(ctx context.Context, r Runner, dir, module string) ([]string, error) {
	out, err := r.Run(ctx, Command{Dir: dir, Env: goEnv, Name: "go",
		Args: []string{"list", "-m", "-versions", "-json", module}})
	if err != nil {
		return nil, fmt.Errorf("list versions of %s: %w", module, err)
	}
	var answer struct{ Versions []string }
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, fmt.Errorf("list versions of %s: %w", module, err)
	}
	return answer.Versions, nil
}

// goEnv makes the go command ignore the workspace and a user's build flags.
var goEnv = []string{"GOWORK=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GO111MODULE=on"}

// Source opens the module's files, without the module@version/ prefix.
func (m *GoModule) Source(module, version string) (*tree.Source, error) {
	return tree.OpenZip(m.Zip, module+"@"+version)
}
