// SPDX-License-Identifier: MIT

package component

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"

	"golang.org/x/mod/modfile"
)

// GoMod is what a go.mod requires, as a document. name says which go.mod it is.
func GoMod(name, file string) (*Document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read requirements: %w", err)
	}
	mod, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("read requirements: %w", err)
	}
	d := &Document{File: name}
	for _, r := range mod.Require {
		d.Components = append(d.Components, goModule(name, r.Mod.Path, r.Mod.Version))
	}
	return d, nil
}

// Pins is what the file of pins brings: rule modules of the build, as Go modules too where they are some, the Go SDK as the
// Go database names it, Bazel, zig, and the amalgamation.
func Pins(name string, text []byte) (*Document, error) {
	type pin struct {
		Version  string `json:"version"`
		Channels []struct {
			Kind    string `json:"kind"`
			Module  string `json:"module"`
			Version string `json:"version"`
		} `json:"channels"`
	}
	var pins struct {
		Bazel   pin            `json:"bazel"`
		SDK     pin            `json:"go_sdk"`
		Zig     pin            `json:"zig"`
		SQLite  pin            `json:"sqlite_amalgamation"`
		Modules map[string]pin `json:"modules"`
	}
	if err := json.Unmarshal(text, &pins); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if pins.SDK.Version == "" || pins.Bazel.Version == "" || pins.Zig.Version == "" || pins.SQLite.Version == "" || len(pins.Modules) == 0 {
		return nil, fmt.Errorf("read %s: it pins no Go SDK, Bazel, zig, SQLite or no modules", name)
	}
	d := &Document{File: name, Components: []Component{
		goModule(name, "stdlib", pins.SDK.Version), goModule(name, "toolchain", pins.SDK.Version),
		buildTool(name, "bazel", pins.Bazel.Version, "pkg:generic/bazel"), buildTool(name, "zig", pins.Zig.Version, "pkg:generic/zig"),
		buildTool(name, "sqlite", pins.SQLite.Version, "pkg:generic/sqlite"),
	}}
	for module, m := range pins.Modules {
		d.Components = append(d.Components, buildTool(name, module, m.Version, "pkg:bazel/"+module))
		for _, c := range m.Channels {
			if c.Kind == "go_module" {
				d.Components = append(d.Components, goModule(name, c.Module, c.Version))
			}
		}
	}
	slices.SortFunc(d.Components, func(a, b Component) int { return cmp.Compare(a.ID, b.ID) })
	return d, nil
}

var javaPackage = regexp.MustCompile(`(?m)^[0-9a-f]{64} +openjdk-[0-9]+-jre-headless_([0-9]+\.[0-9]+\.[0-9]+)`)

// Java is the OpenJDK that runs Bazel, by the list of Debian packages that was recorded.
func Java(name string, text []byte) (Component, error) {
	m := javaPackage.FindSubmatch(text)
	if m == nil {
		return Component{}, fmt.Errorf("read %s: it names no package openjdk-...-jre-headless", name)
	}
	return buildTool(name, "openjdk", string(m[1]), "pkg:generic/openjdk"), nil
}

func buildTool(document, name, version, purl string) Component {
	return Component{Document: document, ID: name + "@" + version, Name: name, Version: version, PURL: purl + "@" + version, Role: BuildTool}
}

func goModule(document, path, version string) Component {
	return Component{Document: document, ID: path + "@" + version, Name: path, Version: version, PURL: "pkg:golang/" + path + "@" + version, Role: BuildTool}
}
