// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/cache"
)

// Depends is what the result of a scanner depends on beside this program: files of the tree, the programs that it runs, by
// their bytes and by what they say of themselves, and the settings of the environment that these are known to read, but those that are set for them whatever the user's say. What else
// lies on the machine is not in it: headers of its C library, other programs that those run, files of the user's settings.
// After a change of that, --fresh asks again; the gate of a release always does.
func (s *Scanner) Depends(ctx context.Context, e *Env, in *cache.Inputs) ([]string, error) {
	parts := []string{e.Tree.Root, s.reads(in), e.settings()}
	for _, runs := range s.runs {
		part, err := runs(ctx, e)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// What scanners read.
func goFiles(in *cache.Inputs) string  { return in.Go() }
func cFiles(in *cache.Inputs) string   { return in.Part(cache.Source) }
func allFiles(in *cache.Inputs) string { return in.Part(cache.All) }
func scripts(in *cache.Inputs) string {
	return in.Part(func(name string) bool { may, _ := forShell(name); return may })
}

// settingNames are settings of the environment by which programs find other files, or take other options: of the go command and
// go/packages, of GCC and clang, and of zig. Go env prints some of them as well, and CGO_ENABLED as it is asked for, not as a
// source scan finds it. GOWORK and the locale are not among them: every program runs with GOWORK=off and LC_ALL=C, but for
// the go command of a source scan, which has GOWORK=off and one language.
var settingNames = []string{
	"CGO_ENABLED", "GOPACKAGESDRIVER", "GOPACKAGESDEBUG", "GOROOT", "GOFLAGS", "GODEBUG", "GOEXPERIMENT",
	"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX", "SDKROOT",
	"CCC_OVERRIDE_OPTIONS", "CLANG_CONFIG_FILE_USER_DIR", "CLANG_CONFIG_FILE_SYSTEM_DIR", "PKG_CONFIG", "PKG_CONFIG_PATH",
	"ZIG_LIB_DIR", "ZIG_LIBC",
}

// settings are those of the environment that programs read; of one that is set twice, the last counts.
func (e *Env) settings() string {
	set := map[string]string{}
	for _, v := range e.Environ {
		if name, value, _ := strings.Cut(v, "="); slices.Contains(settingNames, name) {
			set[name] = value
		}
	}
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(set)) {
		fmt.Fprintf(&all, "%s=%q ", name, set[name])
	}
	return all.String()
}

// Go is what the go command says of itself and of its settings, and the environment of others, with the C compiler that it
// uses. Modules outside of the tree are named by go.sum.
func Go(ctx context.Context, e *Env) (string, error) {
	command := lint.Command{Dir: e.Tree.Root, Env: []string{"GOWORK=off", "CGO_ENABLED=1"}, Args: []string{"go", "env", "-json"}}
	res, err := e.Runner.Run(ctx, command)
	if err != nil {
		return "", err
	}
	var settings map[string]string
	if err := decode("go env", res.Stdout, &settings); err != nil {
		return "", err
	}
	delete(settings, "GOGCCFLAGS") // names a folder that is made anew each time
	compiler := strings.Fields(settings["CC"])
	if len(compiler) == 0 {
		return "", fmt.Errorf("run go env: it names no C compiler")
	}
	cc, err := program(compiler...)(ctx, e)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(settings)
	return string(text) + cc + e.settings(), err
}

// program is a program in PATH with the words before --version: its bytes, and what it prints.
func program(words ...string) func(context.Context, *Env) (string, error) {
	return func(ctx context.Context, e *Env) (string, error) {
		file, err := exec.LookPath(words[0])
		if err != nil {
			return "", err
		}
		sum, err := action.Digest(file)
		if err != nil {
			return "", err
		}
		res, err := host(ctx, e, e.Temp, append(slices.Clone(words), "--version")...)
		return fmt.Sprintf("%s %s %q", file, sum, res.Stdout), err
	}
}

// clangProgram is the clang in use. zig's headers lie beside it, in what was pinned and fetched as one.
func clangProgram(ctx context.Context, e *Env) (string, error) {
	return program(e.clang()[:e.words()]...)(ctx, e)
}

// pins are the files that name programs which the go command builds.
func pins(files func(e *Env) []string) func(context.Context, *Env) (string, error) {
	return func(_ context.Context, e *Env) (string, error) {
		var all []string
		for _, name := range files(e) {
			sum, err := action.Digest(name)
			if err != nil {
				return "", err
			}
			all = append(all, sum)
		}
		return strings.Join(all, " "), nil
	}
}

func toolPins(e *Env) []string {
	return []string{filepath.Join(e.Tools, "go.mod"), filepath.Join(e.Tools, "go.sum")}
}

func gitleaksPins(e *Env) []string {
	return []string{e.Gitleaks, strings.TrimSuffix(e.Gitleaks, ".mod") + ".sum"}
}
