// SPDX-License-Identifier: MIT

package audit

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// pins compares each pin, and each of its channels, with a dependency.
func (a *auditor) pins() error {
	text, err := read(a.tree, "pins/pins.json")
	if err != nil {
		return err
	}
	debs, err := read(a.tree, "pins/debs.sha256")
	if err != nil {
		return err
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("read pins: %w", err)
	}
	delete(file, "schema")
	delete(file, "bazel") // no input of an action
	return a.group(file, string(debs))
}

// group compares pins. What has no tree is a group of pins itself.
func (a *auditor) group(pins map[string]json.RawMessage, debs string) error {
	for name, text := range pins {
		var p struct {
			Tree     string
			Channels []channel
		}
		if err := json.Unmarshal(text, &p); err != nil {
			return fmt.Errorf("read pin %s: %w", name, err)
		}
		if p.Tree == "" {
			var inner map[string]json.RawMessage
			if err := json.Unmarshal(text, &inner); err != nil {
				return fmt.Errorf("read pins %s: %w", name, err)
			}
			if err := a.group(inner, debs); err != nil {
				return err
			}
			continue
		}
		a.counts.Pins++
		a.has(name, "sha256sumTree", p.Tree)
		var unhashed []string
		for _, c := range p.Channels {
			if a.archive(name, c, debs) {
				unhashed = append(unhashed, c.Name)
			}
		}
		said := ""
		if d := a.dependencies[name]; d != nil {
			said = d.Annotations["archivesWithoutDigest"]
		}
		if said != strings.Join(unhashed, ", ") {
			a.fault("dependency %s: it names %q as channels whose archive has no digest, and they are %q", name, said, unhashed)
		}
	}
	return nil
}

type channel struct {
	Name, Kind, Package, Module, H1 string
	SHA256                          *string
	Nested                          *struct{ Module, H1 string }
}

// archive compares the archive of a channel; it reports whether no digest of it is known.
func (a *auditor) archive(pin string, c channel, debs string) (unhashed bool) {
	name := pin + " by " + c.Name
	switch {
	case c.Kind == "own": // it lies in this tree
		return false
	case c.SHA256 != nil:
		a.has(name, "sha256", *c.SHA256)
	case c.H1 != "":
		a.has(name, "dirHash", hexOf(c.H1))
		if c.Nested != nil {
			a.has(name+": "+c.Nested.Module, "dirHash", hexOf(c.Nested.H1))
			a.counts.Archives++
		}
	case c.Kind == "debian":
		sum := ""
		for line := range strings.Lines(debs) {
			if fields := strings.Fields(line); len(fields) == 2 && strings.HasPrefix(fields[1], c.Package+"_") {
				sum = fields[0]
			}
		}
		a.has(name, "sha256", sum)
	default:
		return true
	}
	a.counts.Archives++
	return false
}

// hexOf is a hash of go.sum in hexadecimal digits; of what is none it is empty.
func hexOf(h1 string) string {
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(h1, "h1:"))
	if err != nil {
		return ""
	}
	return hex.EncodeToString(sum)
}

// modules compares each module of the two go.sum files.
func (a *auditor) modules() error {
	for _, name := range []string{"go.sum", "tools/go.sum"} {
		text, err := read(a.tree, name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) != 3 {
				return fmt.Errorf("read %s: %q is not a module, a version and a hash", name, line)
			}
			if !strings.HasSuffix(fields[1], "/go.mod") {
				a.has(fields[0]+"@"+fields[1], "dirHash", hexOf(fields[2]))
				a.counts.Modules++
			}
		}
	}
	return nil
}

// made are the files of the Go module that are not of the tree.
var made = []string{"internal/capi/sqlite3.c", "internal/capi/sqlite3.h", "internal/capi/sqlite3_options.h"}

// sources compares the list of source files with the tree, line by line, and with the Go module of the release.
func (a *auditor) sources() error {
	a.expected["source"] = true
	d := a.dependencies["source"]
	if d == nil {
		a.fault("source: it is not listed")
		return nil
	}
	if sum := hexSum(d.Content); d.Digest["sha256"] != sum || d.Digest["dirHash"] != sum || len(d.Digest) != 2 {
		a.fault("source: its digests are not those of the list, %s", sum)
	}
	listed, names := map[string]string{}, []string{}
	lines := bufio.NewScanner(bytes.NewReader(d.Content))
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || listed[name] != "" {
			a.fault("source: line %q is not a digest, two spaces and a name that was not there before", lines.Text())
			continue
		}
		listed[name], names = sum, append(names, name)
		have, err := digest(a.tree, name)
		if err != nil {
			return err
		}
		if have != sum {
			a.fault("source: %s is not that file of the tree", name)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read list of sources: %w", err)
	}
	if !slices.IsSorted(names) {
		a.fault("source: the list is not sorted")
	}
	a.counts.Sources = len(names)
	for _, name := range Everywhere {
		if listed[name] == "" {
			a.fault("source: %s is not listed", name)
		}
	}
	return a.module(listed)
}

// module wants every file of the Go module among the sources.
func (a *auditor) module(listed map[string]string) error {
	zips, err := filepath.Glob(filepath.Join(a.set, "gosqlite_v*.zip"))
	if err != nil || len(zips) != 1 {
		a.fault("source: the set has %d Go modules, not one", len(zips))
		return err
	}
	z, err := zip.OpenReader(zips[0])
	if err != nil {
		return fmt.Errorf("read Go module: %w", err)
	}
	defer z.Close()
	for _, f := range z.File {
		_, rest, _ := strings.Cut(f.Name, "@")
		_, name, _ := strings.Cut(rest, "/")
		if slices.Contains(made, name) {
			continue
		}
		text, err := contents(f)
		if err != nil {
			return fmt.Errorf("read Go module: %s: %w", f.Name, err)
		}
		if sum := hexSum(text); listed[name] != sum {
			a.fault("source: %s of the Go module is not listed with the SHA-256 %s", name, sum)
		}
	}
	return nil
}
