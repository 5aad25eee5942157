// SPDX-License-Identifier: MIT

package provenance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// maxPins bounds the files that describe inputs, in bytes.
const maxPins = 4 << 20

// A pin and its channels, as pins/README.md has them; only what a digest needs.
type pin struct {
	Version  string    `json:"version"`
	Tree     string    `json:"tree"`
	Channels []channel `json:"channels"`
}

type channel struct {
	Name       string  `json:"name"`
	Kind       string  `json:"kind"`
	URL        string  `json:"url"`
	Package    string  `json:"package"`
	Module     string  `json:"module"`
	Version    string  `json:"version"`
	Platform   string  `json:"platform"`
	SHA256     *string `json:"sha256"`
	H1         string  `json:"h1"`
	Nested     *nested `json:"nested"`
	VerifiedBy string  `json:"verified_by"`
}

type nested struct {
	Module  string `json:"module"`
	Version string `json:"version"`
	H1      string `json:"h1"`
}

// Unhashed is the annotation of a pin that names, by ", " between them, the channels whose archive has no known digest:
// nobody has hashed it yet, or a registry vouches for it. What is not in it and not listed by itself lies in this tree.
const Unhashed = "archivesWithoutDigest"

// Pins are the dependencies that pins.json pins: for each pin its tree, and the archive of each channel whose digest is
// known; the others are named in the annotation Unhashed. The digests of Debian packages are in debs, the text of
// debs.sha256.
func Pins(text, debs []byte) ([]Resource, error) {
	if len(text) > maxPins || len(debs) > maxPins {
		return nil, fmt.Errorf("pins: larger than %d bytes", maxPins)
	}
	pins, err := parsePins(text)
	if err != nil {
		return nil, fmt.Errorf("pins: %w", err)
	}
	var out []Resource
	for _, name := range slices.Sorted(maps.Keys(pins)) {
		p := pins[name]
		if !isSHA256(p.Tree) {
			return nil, fmt.Errorf("pins: %s: tree %.70q is no digest", name, p.Tree)
		}
		r := Resource{Name: name, Digest: Digest{Tree: p.Tree}, Annotations: map[string]string{"version": p.Version}}
		if unhashed := p.unhashed(); len(unhashed) > 0 {
			r.Annotations[Unhashed] = strings.Join(unhashed, ", ")
		}
		out = append(out, r)
		for _, c := range p.Channels {
			resources, err := c.resources(name, debs)
			if err != nil {
				return nil, fmt.Errorf("pins: %s: channel %s: %w", name, c.Name, err)
			}
			out = append(out, resources...)
		}
	}
	return out, nil
}

// parsePins reads all pins by name. Every key that is not known to be something else is a pin, so that a new one can't be
// forgotten.
func parsePins(text []byte) (map[string]pin, error) {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	if schema := string(file["schema"]); schema != "1" {
		return nil, fmt.Errorf("schema %.20s is not known", schema)
	}
	pins := map[string]pin{}
	add := func(name string, text json.RawMessage) error {
		var p pin
		if err := json.Unmarshal(text, &p); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, ok := pins[name]; ok {
			return fmt.Errorf("%s is the name of two pins", name)
		}
		pins[name] = p
		return nil
	}
	if len(file["modules"]) == 0 {
		return nil, errors.New("modules are missing")
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		// Bazel itself is recorded and may move: it is no input of an action.
		if name == "schema" || name == "bazel" {
			continue
		}
		group := map[string]json.RawMessage{name: file[name]}
		if name == "modules" || name == "schemas" {
			clear(group)
			if err := json.Unmarshal(file[name], &group); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		for name, text := range group {
			if err := add(name, text); err != nil {
				return nil, err
			}
		}
	}
	return pins, nil
}

// unhashed are the names of the channels that carry an archive whose digest is not known.
func (p *pin) unhashed() (names []string) {
	for _, c := range p.Channels {
		if c.Kind == "bcr" || c.Kind == "archive" && c.SHA256 == nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// resources are the archives that the channel carries; none when it has no digest of its own.
func (c *channel) resources(pin string, debs []byte) ([]Resource, error) {
	r := Resource{Name: pin + " by " + c.Name, Annotations: map[string]string{"verifiedBy": c.VerifiedBy}}
	switch c.Kind {
	case "own", "bcr": // the tree digest stands for it
		return nil, nil
	case "archive":
		if c.SHA256 == nil { // nobody has hashed it yet: the tree decides
			return nil, nil
		}
		r.URI = c.URL
	case "wheel":
		r.URI = "pkg:pypi/" + c.Package + "@" + c.Version + "?platform=" + url.QueryEscape(c.Platform)
	case "crate":
		r.URI = "pkg:cargo/" + c.Package + "@" + c.Version
	case "go_module":
		return c.modules(r)
	case "debian":
		return debianResource(r, c, debs)
	default:
		return nil, fmt.Errorf("kind %q is not known", c.Kind)
	}
	if c.SHA256 == nil || !isSHA256(*c.SHA256) {
		return nil, errors.New("its sha256 is no digest")
	}
	r.Digest = Digest{SHA256: *c.SHA256}
	return []Resource{r}, nil
}

func (c *channel) modules(r Resource) ([]Resource, error) {
	outer, err := moduleResource(r.Name, c.Module, c.Version, c.H1)
	if err != nil {
		return nil, err
	}
	outer.Annotations = r.Annotations
	out := []Resource{outer}
	if c.Nested != nil {
		inner, err := moduleResource(r.Name+": "+c.Nested.Module, c.Nested.Module, c.Nested.Version, c.Nested.H1)
		if err != nil {
			return nil, err
		}
		inner.Annotations = r.Annotations
		out = append(out, inner)
	}
	return out, nil
}

// moduleResource is a module zip by the hash that go.sum has. That hash is in-toto's dirHash in another spelling; it is
// the SHA-256 of no file.
func moduleResource(name, module, version, h1 string) (Resource, error) {
	text, ok := strings.CutPrefix(h1, "h1:")
	sum, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(sum) != 32 {
		return Resource{}, fmt.Errorf("module %s: %.60q is no h1 hash", module, h1)
	}
	return Resource{
		Name:   name,
		URI:    "pkg:golang/" + module + "@" + url.QueryEscape(version),
		Digest: Digest{DirHash: hex.EncodeToString(sum)},
	}, nil
}

// debianResource finds the channel's package in debs: lines of a digest, two spaces and NAME_VERSION_ARCH.deb.
func debianResource(r Resource, c *channel, debs []byte) ([]Resource, error) {
	for line := range bytes.Lines(debs) {
		sum, file, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
		name, rest, _ := strings.Cut(file, "_")
		version, arch, ok := strings.Cut(strings.TrimSuffix(rest, ".deb"), "_")
		if name != c.Package {
			continue
		}
		if !ok || !isSHA256(sum) {
			return nil, fmt.Errorf("debs: line %.200q is not a digest, two spaces and NAME_VERSION_ARCH.deb", line)
		}
		r.URI = "pkg:deb/debian/" + name + "@" + url.QueryEscape(version) + "?arch=" + arch
		r.Digest = Digest{SHA256: sum}
		return []Resource{r}, nil
	}
	return nil, fmt.Errorf("package %s is not in debs: renew it with ./bazelw update bazel", c.Package)
}

func isSHA256(s string) bool {
	sum, err := hex.DecodeString(s)
	return err == nil && len(sum) == 32 && strings.ToLower(s) == s
}
