// SPDX-License-Identifier: MIT

package collect

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// pin is what a file of pins says of one input: the digest of its declared files, and the archive of each channel.
type pin struct {
	Version string            `json:"version"`
	Tree    string            `json:"tree"`
	SHA512  string            `json:"tree_sha512"`
	SHA3    map[string]string `json:"sha3_256"`

	Channels []struct {
		Kind    string `json:"kind"`
		URL     string `json:"url"`
		Package string `json:"package"`
		Version string `json:"version"`
		SHA256  string `json:"sha256"`
	} `json:"channels"`
}

// pins are the entries of a file of pins, by key; those below "modules" too.
type pins map[string]pin

func parsePins(text []byte) (pins, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("read pins: %w", err)
	}
	out := pins{}
	read := func(entries map[string]json.RawMessage) error {
		for key, value := range entries {
			var p pin
			if json.Unmarshal(value, &p) == nil && p.Tree != "" {
				out[key] = p
			}
		}
		return nil
	}
	if modules, ok := raw["modules"]; ok {
		var entries map[string]json.RawMessage
		if err := json.Unmarshal(modules, &entries); err != nil {
			return nil, fmt.Errorf("read pins: modules: %w", err)
		}
		if err := read(entries); err != nil {
			return nil, err
		}
		delete(raw, "modules")
	}
	return out, read(raw)
}

// digests names every object that the pin has a digest of. They do not depend on the channel that brought the input.
func (p *pin) digests(title string) []graph.Digest {
	name := title + " " + p.Version + ": declared files"
	out := []graph.Digest{
		{Object: graph.Tree, Name: name, Alg: graph.SHA256, Value: p.Tree},
		{Object: graph.Tree, Name: name, Alg: graph.SHA512, Value: p.SHA512},
	}
	for _, c := range p.Channels {
		if c.SHA256 == "" {
			continue // the archive was never fetched: the tree's digest decides
		}
		url := c.URL
		switch c.Kind {
		case "crate":
			url = "https://static.crates.io/crates/" + c.Package + "/" + c.Package + "-" + c.Version + ".crate"
		case "wheel":
			url = "https://pypi.org/project/" + c.Package + "/" + c.Version + "/"
		}
		out = append(out, graph.Digest{Object: graph.Download, Name: url, Alg: graph.SHA256, Value: c.SHA256})
	}
	return out
}

// origin is the address of the archive that the pin's public origin gives; its digest may not be known.
func (p *pin) origin() string {
	for _, c := range p.Channels {
		if c.Kind == "archive" {
			return c.URL
		}
	}
	return ""
}

// checkSHA3 holds files against the digests that upstream publishes, and returns these.
func (p *pin) checkSHA3(files map[string]string) ([]graph.Digest, error) {
	var out []graph.Digest
	for name, want := range p.SHA3 {
		path, ok := files[name]
		if !ok {
			continue
		}
		seen, err := sha3File(path)
		if err != nil {
			return nil, err
		}
		if seen != want {
			return nil, fmt.Errorf("digest %s: its SHA3-256 is %s, the pin says %s", name, seen, want)
		}
		data, err := readFile(path)
		if err != nil {
			return nil, err
		}
		out = append(out, fileDigests(graph.LinkedFile, name, data)...)
		out = append(out, graph.Digest{Object: graph.LinkedFile, Name: name, Alg: graph.SHA3_256, Value: seen})
	}
	slices.SortFunc(out, func(a, b graph.Digest) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) })
	return out, nil
}
