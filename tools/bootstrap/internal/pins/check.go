// SPDX-License-Identifier: MIT

package pins

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Names and versions become folder names and arguments of the package clients.
var (
	nameRE    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	versionRE = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+~-]{0,63}$`)
	sha512RE  = regexp.MustCompile(`^[0-9a-f]{128}$`)
	coordRE   = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z./+~_-]{0,127}$`)
)

func (f *File) check() error {
	if f.Schema != Schema {
		return fmt.Errorf("schema %d: only schema %d is understood; update the tree", f.Schema, Schema)
	}
	for what, s := range map[string]string{"version": f.Bazel.Version, "package": f.Bazel.Package,
		"revision": f.Bazel.Revision, "suite": f.Bazel.Suite} {
		if !versionRE.MatchString(s) {
			return fmt.Errorf("bazel: %s %q is not well formed", what, s)
		}
	}
	if up := Upstream(f.Bazel.Revision); up != f.Bazel.Version {
		return fmt.Errorf("bazel: version %s is not that of revision %s, which is %q", f.Bazel.Version, f.Bazel.Revision, up)
	}
	for _, p := range f.All() {
		if !nameRE.MatchString(p.Name) {
			return fmt.Errorf("pin %q: a name holds only a-z, 0-9 and _", p.Name)
		}
		if err := p.Pin.check(); err != nil {
			return fmt.Errorf("pin %s: %w", p.Name, err)
		}
	}
	return nil
}

func (p Pin) check() error {
	if !versionRE.MatchString(p.Version) {
		return fmt.Errorf("version %q is not well formed", p.Version)
	}
	if err := checkHex("tree", p.Tree); err != nil {
		return err
	}
	if !sha512RE.MatchString(p.TreeSHA512) {
		return fmt.Errorf("tree_sha512 %q is not 128 digits of lower-case hexadecimal", p.TreeSHA512)
	}
	for name, sum := range p.SHA3 {
		if err := checkHex("sha3_256 of "+name, sum); err != nil {
			return err
		}
	}
	if len(p.Files) == 0 {
		return fmt.Errorf("files: no file is declared")
	}
	if p.Registry() == nil {
		return fmt.Errorf("channels: none that the registries mode can use")
	}
	for _, c := range p.Channels {
		if err := c.check(); err != nil {
			return fmt.Errorf("channel %s: %w", c.Name, err)
		}
	}
	return nil
}

func (c Channel) check() error {
	if c.Name == "" || c.VerifiedBy == "" {
		return fmt.Errorf("name and verified_by are required")
	}
	for _, s := range []string{c.Package, c.Module, c.Version, c.Platform, c.Path} {
		if s != "" && (!coordRE.MatchString(s) || strings.Contains(s, "..")) {
			return fmt.Errorf("%q is not well formed", s)
		}
	}
	if c.SHA256 != nil {
		if err := checkHex("sha256", *c.SHA256); err != nil {
			return err
		}
	}
	missing := func(fields ...string) error {
		for i := 0; i < len(fields); i += 2 {
			if fields[i+1] == "" {
				return fmt.Errorf("%s is required for kind %q", fields[i], c.Kind)
			}
		}
		return nil
	}
	switch c.Kind {
	case Archive:
		if !strings.HasPrefix(c.URL, "https://") {
			return fmt.Errorf("url %q does not start with https://", c.URL)
		}
		return nil
	case GoModule:
		if c.Nested != nil {
			if err := checkH1(c.Nested.H1); err != nil {
				return fmt.Errorf("nested: %w", err)
			}
		}
		if err := checkH1(c.H1); err != nil {
			return err
		}
		return missing("module", c.Module, "version", c.Version)
	case Wheel, Crate:
		if c.SHA256 == nil {
			return fmt.Errorf("sha256 is required for kind %q", c.Kind)
		}
		return missing("package", c.Package, "version", c.Version, "strip_prefix", c.StripPrefix)
	case Debian:
		return missing("package", c.Package, "path", c.Path)
	case Own:
		return missing("path", c.Path)
	case BCR:
		return missing("module", c.Module, "version", c.Version)
	}
	return fmt.Errorf("kind %q is unknown", c.Kind)
}

func checkHex(what, s string) error {
	if b, err := hex.DecodeString(s); err != nil || len(b) != 32 || strings.ToLower(s) != s {
		return fmt.Errorf("%s %q is not 64 lower-case hex digits", what, s)
	}
	return nil
}

func checkH1(s string) error {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "h1:"))
	if err != nil || len(b) != 32 || !strings.HasPrefix(s, "h1:") {
		return fmt.Errorf("h1 %q is not a go.sum hash", s)
	}
	return nil
}
