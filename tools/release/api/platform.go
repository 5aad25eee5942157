// SPDX-License-Identifier: MIT

package api

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Platform is a pair of GOOS and GOARCH; rows that differ by libc alone are one.
type Platform struct{ OS, Arch string }

// String is linux/amd64.
func (p Platform) String() string { return p.OS + "/" + p.Arch }

var matrixRow = regexp.MustCompile(`(?m)^    _row\("([a-z0-9_]+)", "([a-z0-9]+)", "([a-z0-9]+)", "([a-z]+)", "([^"]+)", "([^"]+)", "([a-z]+)"\),$`)

// A Row is one row of platforms/matrix.bzl.
type Row struct {
	Name     string   `json:"name"`
	Platform Platform `json:"-"`
	Floor    string   `json:"floor"` // oldest system, for people
	Tier     string   `json:"tier"`  // tested, smoke or linked
}

// Rows are the rows of the matrix below root, in its order.
func Rows(root string) ([]Row, error) {
	data, err := os.ReadFile(filepath.Join(root, "platforms", "matrix.bzl"))
	if err != nil {
		return nil, fmt.Errorf("read the platforms: %w", err)
	}
	var rows []Row
	for _, m := range matrixRow.FindAllSubmatch(data, -1) {
		rows = append(rows, Row{string(m[1]), Platform{string(m[2]), string(m[3])}, string(m[6]), string(m[7])})
	}
	// A row in another form would be left out in silence.
	if begun := len(regexp.MustCompile(`(?m)^ +_row\(`).FindAll(data, -1)); len(rows) == 0 || len(rows) != begun {
		return nil, fmt.Errorf("read the platforms: understood %d of %d rows of platforms/matrix.bzl; write each as _row(\"...\", ...) on one line", len(rows), begun)
	}
	return rows, nil
}

// Platforms are those of the matrix below root, each once, ordered.
func Platforms(root string) ([]Platform, error) {
	rows, err := Rows(root)
	if err != nil {
		return nil, err
	}
	var all []Platform
	for _, r := range rows {
		if !slices.Contains(all, r.Platform) {
			all = append(all, r.Platform)
		}
	}
	slices.SortFunc(all, func(a, b Platform) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}
