// SPDX-License-Identifier: MIT

package judge

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestPaths reads the project's list, and holds the manual's table against it.
func TestPaths(t *testing.T) {
	f, err := os.Open("../paths.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := ReadList(f)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../../docs/hermetic.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(page), "## What actions touch outside\n")
	if !ok {
		t.Fatal("the page has no such section")
	}
	said := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\|[^|]*\\|[^|]*\\| (.*) \\|$").FindAllStringSubmatch(section, -1) {
		for _, name := range strings.Split(row[1], ", ") {
			said[strings.Trim(name, "`")+" "+row[2]] = true
		}
	}
	listed := map[string]bool{}
	for _, e := range l.Paths {
		row := e.Path + " " + strings.ToUpper(e.Reason[:1]) + e.Reason[1:]
		listed[row] = true
		if !said[row] {
			t.Errorf("the page does not say %s", row)
		}
	}
	for row := range said {
		if !listed[row] {
			t.Errorf("the page says what the list does not: %s", row)
		}
	}
}
