// SPDX-License-Identifier: MIT

// Package notices writes the licenses of everything that a release archive holds into one text, from the license
// files of the very inputs that were built.
package notices

import (
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// MaxLicense is the largest license file that is accepted, in bytes.
const MaxLicense = 1 << 20

// Section is one component: what it is called, and the file that holds its license.
type Section struct {
	Title string
	File  string
}

// ParseSection reads TITLE=FILE.
func ParseSection(s string) (Section, error) {
	title, file, ok := strings.Cut(s, "=")
	if !ok || title == "" || file == "" {
		return Section{}, fmt.Errorf("read section %q: write it as TITLE=FILE", s)
	}
	return Section{title, file}, nil
}

// Write writes the sections in the order given. Of a source file it takes the comments that say under which license it
// is. Line ends become newlines. A license that is empty is an error: it
// would say less than the archive needs.
func Write(w io.Writer, sections []Section) error {
	rule := strings.Repeat("=", 80)
	for i, s := range sections {
		text, err := read(s.File)
		if err != nil {
			return fmt.Errorf("read license of %s: %w", s.Title, err)
		}
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "%s\n%s\n%s\n\n%s\n", rule, s.Title, rule, text); err != nil {
			return err
		}
	}
	return nil
}

func read(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxLicense+1))
	if err != nil {
		return "", err
	}
	if len(data) > MaxLicense {
		return "", fmt.Errorf("%s is larger than %d bytes", file, MaxLicense)
	}
	text := strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n"))
	if text == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	if source[path.Ext(file)] {
		if text = notice(text); text == "" {
			return "", fmt.Errorf("%s is a source file that does not begin with comments, or none of these speaks of a license", file)
		}
	}
	return text, nil
}

// source are the endings of source files.
var source = map[string]bool{".S": true, ".c": true, ".h": true}

// notice keeps those of the comments before the first line of code that speak of copyright or license.
func notice(text string) string {
	var kept []string
	for {
		comment, rest, ok := strings.Cut(text, "*/")
		if !ok || !strings.HasPrefix(comment, "/*") {
			return strings.Join(kept, "\n\n")
		}
		if lower := strings.ToLower(comment); strings.Contains(lower, "copyright") || strings.Contains(lower, "license") {
			kept = append(kept, comment+"*/")
		}
		text = strings.TrimSpace(rest)
	}
}
