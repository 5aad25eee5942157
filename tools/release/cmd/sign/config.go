// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

const (
	configSchema = "gosqlite-signing/1"
	maxConfig    = 1 << 20 // bytes

	// maxSkew is how far a timestamp may be from this machine's clock.
	maxSkew = 5 * time.Minute
)

// A config says who signs what, and who stamps it. It holds no secret.
type config struct {
	Schema       string      `json:"schema"`
	Release      signer      `json:"release"`                // bundles and SBOMs
	Authenticode *signer     `json:"authenticode,omitempty"` // Windows programs
	Apple        *signer     `json:"apple,omitempty"`        // macOS programs
	Timestamps   []authority `json:"timestamps,omitempty"`
	Logs         []record    `json:"logs,omitempty"`

	kept string // the folder where answers of logs stay until what they are for is on the disk; empty for nowhere
}

// keepBeside keeps answers of logs beside what is made: a log refuses an entry that it has, so that the same command, after a
// failure, needs them.
func (c *config) keepBeside(name string) { c.kept = filepath.Clean(name) + ".entries" }

// forget removes the answers. What they were for is there, so that one that stays is no failure.
func (c *config) forget(w *world) {
	if len(c.Logs) == 0 {
		return
	}
	names, err := filepath.Glob(filepath.Join(c.kept, "*.json"))
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	if err = errors.Join(err, os.Remove(c.kept)); err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(w.stderr, "remove what nobody needs any more: %v\n", err)
	}
}

// An authority stamps times.
type authority struct {
	URL   string `json:"url"`
	Roots string `json:"roots"`           // a PEM file of anchors
	Chain string `json:"chain,omitempty"` // a PEM file of what the authority may leave out
}

// A record is a transparency log of the kind Rekor v2.
type record struct {
	URL string `json:"url"`
	Key string `json:"key"` // a PEM file with the log's public key
}

// readConfig reads a configuration. Names of files in it are relative to its folder.
func readConfig(name string) (*config, error) {
	text, err := readText(name, maxConfig)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(text, filepath.Dir(name))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return c, nil
}

// parseConfig reads the text of a configuration in a folder.
func parseConfig(text []byte, dir string) (*config, error) {
	c := &config{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, err
	}
	// More would take a bracket for the end.
	if _, err := d.Token(); c.Schema != configSchema || !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("schema %q is not %s, or something follows the value", c.Schema, configSchema)
	}
	for _, s := range c.signers() {
		s.resolve(dir)
	}
	for i := range c.Timestamps {
		resolve(dir, &c.Timestamps[i].Roots)
		resolve(dir, &c.Timestamps[i].Chain)
	}
	for i := range c.Logs {
		resolve(dir, &c.Logs[i].Key)
	}
	return c, nil
}

// signers are the signers that the configuration names, the release's first.
func (c *config) signers() []*signer {
	out := []*signer{&c.Release}
	for _, s := range []*signer{c.Authenticode, c.Apple} {
		if s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (s *signer) resolve(dir string) {
	if !(key.Reference{Name: s.Key}).InPlugin() {
		resolve(dir, &s.Key)
	}
	resolve(dir, &s.Chain)
	if name, ok := strings.CutPrefix(s.Secret, "file:"); ok {
		resolve(dir, &name)
		s.Secret = "file:" + name
	}
}

func resolve(dir string, name *string) {
	if *name != "" && !filepath.IsAbs(*name) {
		*name = filepath.Join(dir, *name)
	}
}
