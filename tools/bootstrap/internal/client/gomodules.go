// SPDX-License-Identifier: MIT

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// FetchGoZips downloads modules with the go command and returns their zips in
// the module cache.
func FetchGoZips(ctx context.Context, r Runner, dir string, modules []GoModuleVersion) (map[GoModuleVersion]string, error) {
	return fetchGoFiles(ctx, r, dir, []string{"mod", "download", "-json"}, modules, func(a goAnswer) string { return a.Zip })
}

// FetchGoMods downloads the go.mod files of modules, without the modules, and
// returns them in the module cache.
func FetchGoMods(ctx context.Context, r Runner, dir string, modules []GoModuleVersion) (map[GoModuleVersion]string, error) {
	return fetchGoFiles(ctx, r, dir, []string{"list", "-m", "-e", "-json"}, modules, func(a goAnswer) string { return a.GoMod })
}

// goAnswer is what both commands print of a module.
type goAnswer struct {
	Path, Version, Zip, GoMod string
	Error                     json.RawMessage // a text, or an object that holds one
}

func fetchGoFiles(ctx context.Context, r Runner, dir string, args []string, modules []GoModuleVersion, file func(goAnswer) string) (map[GoModuleVersion]string, error) {
	files := map[GoModuleVersion]string{}
	if len(modules) == 0 {
		return files, nil
	}
	fail := func(err error) (map[GoModuleVersion]string, error) {
		return nil, fmt.Errorf("fetch %d Go modules: %w", len(modules), err)
	}
	for _, m := range modules {
		args = append(args, m.String())
	}
	out, runErr := r.Run(ctx, Command{Dir: dir, Env: goEnv, Name: "go", Args: args})
	// The commands report failed downloads in their answers, not on stderr.
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var a goAnswer
		err := dec.Decode(&a)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fail(errors.Join(runErr, fmt.Errorf("read the go command's answer: %w", err)))
		}
		if len(a.Error) > 0 {
			return fail(&Failed{Command: Command{Name: "go", Args: args[:2]}, Stderr: errorText(a.Error), Err: errors.New("failed")})
		}
		files[GoModuleVersion{a.Path, a.Version}] = file(a)
	}
	if runErr != nil {
		return fail(runErr)
	}
	for _, m := range modules {
		if files[m] == "" {
			return fail(fmt.Errorf("the go command brought no file of %s", m))
		}
	}
	return files, nil
}

// errorText reads the Error of `go mod download`, a text, or of `go list`.
func errorText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct{ Err string }
	if json.Unmarshal(raw, &object) == nil && object.Err != "" {
		return object.Err
	}
	return string(raw)
}
