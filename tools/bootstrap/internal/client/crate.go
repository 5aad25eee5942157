// SPDX-License-Identifier: MIT

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Crate is an unpacked crate.
type Crate struct {
	Dir     string
	Version string
	SHA256  string // of the .crate file, as cargo verified it
}

// FetchCrate vendors a crate with cargo below dir, which must be empty. An
// empty version means the newest, one such as "<0.40.0" the newest below that.
func FetchCrate(ctx context.Context, r Runner, dir, name, version string) (*Crate, error) {
	fail := func(err error) (*Crate, error) { return nil, fmt.Errorf("fetch crate %s %s: %w", name, version, err) }
	requirement := "*"
	switch {
	case strings.HasPrefix(version, "<"):
		requirement = version
	case version != "":
		requirement = "=" + version
	}
	manifest := fmt.Sprintf("[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n"+
		"[dependencies]\n%s = %q\n[workspace]\n", name, requirement)
	if err := os.MkdirAll(filepath.Join(dir, "src"), 0o755); err != nil {
		return fail(err)
	}
	for file, text := range map[string]string{"Cargo.toml": manifest, "src/lib.rs": ""} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			return fail(err)
		}
	}
	if _, err := r.Run(ctx, Command{Dir: dir, Name: "cargo",
		Args: []string{"vendor", "-q", "--versioned-dirs", "vendor"}}); err != nil {
		return fail(err)
	}
	found, err := filepath.Glob(filepath.Join(globEscape(dir), "vendor", name+"-[0-9]*"))
	if err != nil || len(found) != 1 {
		return fail(fmt.Errorf("cargo brought %d folders of it, want 1", len(found)))
	}
	c := &Crate{Dir: found[0], Version: strings.TrimPrefix(filepath.Base(found[0]), name+"-")}
	var sums struct {
		Package string `json:"package"`
	}
	data, err := os.ReadFile(filepath.Join(c.Dir, ".cargo-checksum.json"))
	if err == nil {
		err = json.Unmarshal(data, &sums)
	}
	if err == nil && sums.Package == "" {
		err = errors.New("cargo recorded no checksum of the crate")
	}
	if err != nil {
		return fail(err)
	}
	c.SHA256 = sums.Package
	return c, nil
}

// noVersion is what cargo says when the index has the crate, but no version that meets the requirement.
const noVersion = "failed to select a version for the requirement"

// NoVersion tells whether FetchCrate failed because there is no such version.
func NoVersion(err error) bool {
	var f *Failed
	return errors.As(err, &f) && strings.Contains(f.Stderr, noVersion)
}

var amalgamationRE = regexp.MustCompile(`(?m)^#define SQLITE_VERSION\s+"([0-9.]+)"`)

// SQLiteVersion reads SQLITE_VERSION from a header's text.
func SQLiteVersion(header []byte) (string, error) {
	m := amalgamationRE.FindSubmatch(header)
	if m == nil {
		return "", errors.New("read SQLite's version: no #define SQLITE_VERSION in sqlite3.h")
	}
	return string(m[1]), nil
}
