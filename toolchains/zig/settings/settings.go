// SPDX-License-Identifier: MIT

// Package settings reads what the build wrote beside a toolchain program: lines of KEY=VALUE, a key possibly several
// times. Values of path keys are relative to the execution root, which is found from the program's own name.
package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Settings are the values of one target.
type Settings struct {
	// Root stands before the execution root's relative paths: empty or ending in a slash.
	Root   string
	values map[string][]string
}

// Read parses the file NAME in the folder of the program SELF (its argv[0]).
func Read(self, name string) (*Settings, error) {
	root, err := root(self)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(filepath.Dir(self), name)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	s := &Settings{Root: root, values: map[string][]string{}}
	for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("read settings: %s:%d: no KEY=VALUE: %q", path, n+1, line)
		}
		s.values[key] = append(s.values[key], value)
	}
	return s, nil
}

// root is what precedes bazel-out/ in a program's name. The link /proc/self/exe would not do: a sandbox names its
// inputs by symbolic links, and the other end has neighbours that no action declared.
func root(self string) (string, error) {
	before, _, ok := strings.Cut(self, "bazel-out/")
	if !ok {
		return "", fmt.Errorf("find execution root: program %s is not below bazel-out", self)
	}
	return before, nil
}

// All gives a key's values in the order of the file.
func (s *Settings) All(key string) []string { return s.values[key] }

// Get gives a key's only value, or "".
func (s *Settings) Get(key string) string {
	if v := s.values[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Path gives a key's only value as a path that can be opened from here.
func (s *Settings) Path(key string) string { return s.Root + s.Get(key) }

// ExpandParams replaces each argument @FILE by the file's lines, as Bazel and cmd/link write them: one argument a
// line, possibly in double quotes with backslash escapes.
func ExpandParams(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		if !strings.HasPrefix(arg, "@") {
			out = append(out, arg)
			continue
		}
		data, err := os.ReadFile(arg[1:])
		if err != nil {
			return nil, fmt.Errorf("read parameter file: %w", err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, unquote(line))
			}
		}
	}
	return out, nil
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
