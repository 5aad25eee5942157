// SPDX-License-Identifier: MIT

package component

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
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

// Pins is what the file of pins brings as Go modules: rule modules of the build, and the Go SDK itself.
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
		SDK     pin            `json:"go_sdk"`
		Modules map[string]pin `json:"modules"`
	}
	if err := json.Unmarshal(text, &pins); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if pins.SDK.Version == "" || len(pins.Modules) == 0 {
		return nil, fmt.Errorf("read %s: it pins no Go SDK or no modules", name)
	}
	d := &Document{File: name, Components: []Component{
		goModule(name, "stdlib", pins.SDK.Version), goModule(name, "toolchain", pins.SDK.Version),
	}}
	for _, m := range pins.Modules {
		for _, c := range m.Channels {
			if c.Kind == "go_module" {
				d.Components = append(d.Components, goModule(name, c.Module, c.Version))
			}
		}
	}
	slices.SortFunc(d.Components, func(a, b Component) int { return cmp.Compare(a.ID, b.ID) })
	return d, nil
}

func goModule(document, path, version string) Component {
	return Component{Document: document, ID: path + "@" + version, Name: path, Version: version, PURL: "pkg:golang/" + path + "@" + version, Role: BuildTool}
}
