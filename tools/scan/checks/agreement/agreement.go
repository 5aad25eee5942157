// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/component"
)

// own is the module that a release is made from; its folders are components of their own.
const own = "github.com/gosqlite/gosqlite"

// standard is the name of the standard library as each witness gives it.
const standard = "stdlib"

// modules are versions by module; the standard library is one of them.
type modules map[string]string

// ofGoVersion reads what `go version -m FILE` prints.
func ofGoVersion(text string) (modules, error) {
	out := modules{}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		fields := strings.Split(strings.TrimPrefix(line, "\t"), "\t")
		switch {
		case !strings.HasPrefix(line, "\t"):
			_, version, ok := strings.Cut(line, ": go")
			if !ok {
				return nil, fmt.Errorf("read go version: %q names no version", line)
			}
			out[standard], _, _ = strings.Cut(version, " ")
		case fields[0] == "dep" && len(fields) >= 3:
			out[fields[1]] = fields[2]
		}
	}
	if out[standard] == "" {
		return nil, errors.New("read go version: it says nothing of the program")
	}
	return out, nil
}

// ofGovulncheck reads the message SBOM of `govulncheck -mode binary -format json`.
func ofGovulncheck(r io.Reader) (modules, error) {
	for dec := json.NewDecoder(r); ; {
		var m struct {
			SBOM *struct {
				GoVersion string `json:"go_version"`
				Modules   []struct{ Path, Version string }
			}
		}
		if err := dec.Decode(&m); err != nil {
			return nil, fmt.Errorf("read govulncheck: no bill of materials in what it printed: %w", err)
		}
		if m.SBOM == nil {
			continue
		}
		out := modules{standard: strings.TrimPrefix(m.SBOM.GoVersion, "go")}
		for _, module := range m.SBOM.Modules {
			// The main module has no version, or (devel); the standard library stands above.
			if module.Path != "stdlib" && !ours(module.Path) {
				out[module.Path] = module.Version
			}
		}
		return out, nil
	}
}

// ofBill takes the linked Go modules of a bill of materials.
func ofBill(d *component.Document) modules {
	out := modules{}
	for _, c := range d.Components {
		module, version := c.GoModule(), c.Version
		if c.Role == component.BuildTool || module == "" || ours(module) {
			continue
		}
		out[module] = version
	}
	return out
}

func ours(module string) bool { return module == own || strings.HasPrefix(module, own+"/") }

// linked leaves out the modules of which the program has no package: build information names what is required.
func (m modules) linked(packages []string) modules {
	out := modules{}
	for module, version := range m {
		in := func(p string) bool { return p == module || strings.HasPrefix(p, module+"/") }
		if module == standard || slices.ContainsFunc(packages, in) {
			out[module] = version
		}
	}
	return out
}

// differences says where two witnesses disagree.
func differences(nameA string, a modules, nameB string, b modules) []string {
	var out []string
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, module := range slices.Sorted(maps.Keys(all)) {
		if a[module] != b[module] {
			out = append(out, fmt.Sprintf("%s: %s says %q and %s %q", module, nameA, a[module], nameB, b[module]))
		}
	}
	return out
}
