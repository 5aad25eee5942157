// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/figure"
)

// write prints the report and writes the files that were asked for.
func write(r *figure.Report, o options, stdout io.Writer) error {
	text := r.Markdown()
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if o.json != "" {
		data, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			return err
		}
		if err := replace(o.json, append(data, '\n')); err != nil {
			return err
		}
	}
	if o.svg != "" {
		if err := replace(o.svg, []byte(r.SVG())); err != nil {
			return err
		}
	}
	if o.update == "" {
		return nil
	}
	page, err := os.ReadFile(o.update)
	if err != nil {
		return err
	}
	updated, err := between(string(page), text)
	if err != nil {
		return fmt.Errorf("update %s: %w", o.update, err)
	}
	return replace(o.update, []byte(updated))
}

// Marks of the section that the command writes.
const (
	sectionBegin = "<!-- driver -->\n"
	sectionEnd   = "<!-- /driver -->"
)

// between puts text between the marks of a page.
func between(page, text string) (string, error) {
	before, rest, found := strings.Cut(page, sectionBegin)
	_, after, closed := strings.Cut(rest, sectionEnd)
	if !found || !closed {
		return "", fmt.Errorf("find the section: write %s and %s where it belongs, each on a line", strings.TrimSpace(sectionBegin), sectionEnd)
	}
	return before + sectionBegin + text + sectionEnd + after, nil
}

// replace writes a file by a temporary name.
func replace(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".bench-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
