// SPDX-License-Identifier: MIT

package binary

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// ImportList gives what an image takes from outside as sorted lines, one fact each:
//
//	interp /lib64/ld-linux-x86-64.so.2
//	library libc.so.6
//	symbol libc.so.6 memcpy@GLIBC_2.14
//	version GLIBC_2.28
//
// The text is meant to be committed beside a platform, so that a new dependency is a reviewed line.
func (m *Image) ImportList() []string {
	var out []string
	if m.Interp != "" {
		out = append(out, "interp "+m.Interp)
	}
	for _, l := range m.Libraries {
		out = append(out, "library "+l)
	}
	for _, s := range m.Imports {
		lib := s.Library
		if lib == "" {
			lib = "-"
		}
		line := "symbol " + lib + " " + s.Name
		if s.Version != "" {
			line += "@" + s.Version
		}
		out = append(out, line)
	}
	for _, v := range m.Versions {
		out = append(out, "version "+v)
	}
	sort.Strings(out)
	return compact(out)
}

func compact(sorted []string) []string {
	out := sorted[:0]
	for i, s := range sorted {
		if i == 0 || s != sorted[i-1] {
			out = append(out, s)
		}
	}
	return out
}

// MaxGlibc is the highest GLIBC_x.y version that the image needs, without its prefix; empty if it needs none.
// A version that is not of numbers, such as GLIBC_PRIVATE or GLIBC_ABI_DT_RELR, is an error: no floor covers it.
func (m *Image) MaxGlibc() (string, error) {
	top := ""
	all := append([]string(nil), m.Versions...)
	for _, s := range m.Imports {
		all = append(all, s.Version)
	}
	for _, v := range all {
		v, ok := strings.CutPrefix(v, "GLIBC_")
		if !ok {
			continue
		}
		newer, err := versionLess(top, v)
		if err != nil {
			return "", fmt.Errorf("read version GLIBC_%s: %w", v, err)
		}
		if newer {
			top = v
		}
	}
	return top, nil
}

// GlibcAtMost tells whether the image runs on a glibc of the given version, such as "2.28", and the version it needs.
func (m *Image) GlibcAtMost(floor string) (bool, string, error) {
	top, err := m.MaxGlibc()
	if err != nil {
		return false, "", err
	}
	above, err := versionLess(floor, top)
	return !above, top, err
}

// versionLess compares dotted numbers; the empty version comes before all.
func versionLess(a, b string) (bool, error) {
	x, err := versionParts(a)
	if err != nil {
		return false, err
	}
	y, err := versionParts(b)
	if err != nil {
		return false, err
	}
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return x[i] < y[i], nil
		}
	}
	return len(x) < len(y), nil
}

func versionParts(v string) ([]int, error) {
	if v == "" {
		return nil, nil
	}
	var parts []int
	for _, p := range strings.Split(v, ".") {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("version %q is not made of numbers", v)
		}
		parts = append(parts, n)
	}
	return parts, nil
}
