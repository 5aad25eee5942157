// SPDX-License-Identifier: MIT

// Package golden holds lists of what releases promise, other than names in Go,
// against files of the folder api. Tests alone use it.
//
// A file has lines that begin with #, and lines NAME or NAME = VALUE, ordered by
// their bytes, each NAME once. tools/release/semver reads them: a name that goes
// breaks what was promised; what a changed value means depends on the file.
package golden

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Update is the variable of the environment that, set to 1, lets a test write
// its file instead of comparing it.
const Update = "GOSQLITE_UPDATE_API"

const head = "# SPDX-License-Identifier: MIT\n# %s Written by: " + Update + "=1 go test %s\n"

// Check fails the test where lines are not those of the file. about says in a
// sentence what the file has, and tests names the package that writes it.
func Check(t testing.TB, file, about, tests string, lines []string) {
	t.Helper()
	text, err := Text(about, tests, lines)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv(Update) == "1" {
		if err := write(file, text); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatalf("read what was promised: %v; run %s=1 go test %s", err, Update, tests)
	}
	for _, d := range Differences(string(have), string(text)) {
		t.Errorf("%s: %s; if that is meant, run %s=1 go test %s", file, d, Update, tests)
	}
}

// Text is the file's text.
func Text(about, tests string, lines []string) ([]byte, error) {
	lines = slices.Sorted(slices.Values(lines))
	var b bytes.Buffer
	fmt.Fprintf(&b, head, about, tests)
	last := ""
	for _, l := range lines {
		name, _, _ := strings.Cut(l, " = ")
		if name == "" || name == last || strings.ContainsAny(l, "\n\r") || strings.HasPrefix(l, "#") {
			return nil, fmt.Errorf("write %q: a line is NAME or NAME = VALUE, each name once", l)
		}
		last = name
		b.WriteString(l + "\n")
	}
	if last == "" {
		return nil, fmt.Errorf("write the list: it is empty")
	}
	return b.Bytes(), nil
}

// Differences are the lines that one text has and the other has not.
func Differences(file, code string) []string {
	before, after := strings.Split(file, "\n"), strings.Split(code, "\n")
	var all []string
	for _, l := range before {
		if !slices.Contains(after, l) {
			all = append(all, fmt.Sprintf("the code has it no more: %q", l))
		}
	}
	for _, l := range after {
		if !slices.Contains(before, l) {
			all = append(all, fmt.Sprintf("the file has it not: %q", l))
		}
	}
	if all == nil && file != code {
		all = []string{"its lines are out of order"}
	}
	return all
}

func write(file string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".api*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer os.Remove(f.Name()) // no more there once it is renamed
	_, err = f.Write(text)
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
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
