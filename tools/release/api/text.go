// SPDX-License-Identifier: MIT

package api

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Files of the description, below the root of the tree.
const (
	Released = "api/v1.txt"
	Next     = "api/next.txt"
)

// MaxText bounds a file of the description, in bytes.
const MaxText = 4 << 20

// Lines are the description of the code: each thing once, with the platforms that have it when not all do.
func (c *Code) Lines() []string {
	on := map[string][]string{}
	for _, p := range c.Platforms {
		for _, line := range c.lines[p] {
			on[line] = append(on[line], p.String())
		}
	}
	var all []string
	for line, platforms := range on {
		if len(platforms) == len(c.Platforms) {
			all = append(all, line)
			continue
		}
		rel, rest, _ := strings.Cut(strings.TrimPrefix(line, "pkg "), ",")
		for _, p := range platforms {
			all = append(all, "pkg "+rel+" ("+p+"),"+rest)
		}
	}
	slices.Sort(all)
	return all
}

var lineForm = regexp.MustCompile(`^pkg ([a-z0-9_/]+)(?: \(([a-z0-9]+/[a-z0-9]+)\))?, ((?:const|func|method|type|var) .+)$`)

// A Line is one line of a file of the description.
type Line struct {
	File   string
	Number int
	Text   string
}

// String is file:number: text.
func (l Line) String() string { return fmt.Sprintf("%s:%d: %s", l.File, l.Number, l.Text) }

// ReadFile reads a file of the description below root.
func ReadFile(root, name string) ([]Line, error) {
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	defer f.Close()
	return Read(name, f)
}

// Read reads a file of the description; name is for errors.
func Read(name string, r io.Reader) ([]Line, error) {
	limited := &io.LimitedReader{R: r, N: MaxText + 1}
	scanner := bufio.NewScanner(limited)
	scanner.Buffer(nil, 1<<20)
	var lines []Line
	last := ""
	for n := 1; scanner.Scan(); n++ {
		text := scanner.Text()
		if strings.HasPrefix(text, "#") {
			continue
		}
		if !lineForm.MatchString(text) {
			return nil, fmt.Errorf("read the description: %s:%d: %q is no line of it; package api has the form", name, n, text)
		}
		if text <= last {
			return nil, fmt.Errorf("read the description: %s:%d: the line is double or out of order", name, n)
		}
		last = text
		lines = append(lines, Line{name, n, text})
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read the description: %s: %w", name, err)
	}
	if limited.N == 0 {
		return nil, fmt.Errorf("read the description: %s is larger than %d bytes", name, MaxText)
	}
	return lines, nil
}

const (
	releasedHead = "# SPDX-License-Identifier: MIT\n# What releases promise. Written by: (cd tools && go run ./release/cmd/api write)\n"
	nextHead     = "# SPDX-License-Identifier: MIT\n# What the next release adds. Written by: (cd tools && go run ./release/cmd/api write)\n"
)

// Format is a file of the description.
func Format(name string, lines []string) []byte {
	head := map[string]string{Released: releasedHead, Next: nextHead}[name]
	lines = slices.Sorted(slices.Values(lines))
	if len(lines) == 0 {
		return []byte(head)
	}
	return []byte(head + strings.Join(lines, "\n") + "\n")
}

// forPlatform are the bodies of lines that hold for a platform, by package.
func forPlatform(lines []Line, p Platform) map[string][]string {
	byPackage := map[string][]string{}
	for _, l := range lines {
		m := lineForm.FindStringSubmatch(l.Text)
		if m != nil && (m[2] == "" || m[2] == p.String()) {
			byPackage[m[1]] = append(byPackage[m[1]], m[3])
		}
	}
	return byPackage
}

// flat is the lines of forPlatform as [Code.lines] has them.
func flat(byPackage map[string][]string) []string {
	var all []string
	for _, rel := range slices.Sorted(maps.Keys(byPackage)) {
		for _, body := range byPackage[rel] {
			all = append(all, "pkg "+rel+", "+body)
		}
	}
	slices.Sort(all)
	return all
}
