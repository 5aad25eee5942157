// SPDX-License-Identifier: MIT

package provenance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SourceName is the name of the dependency that is this tree.
const SourceName = "source"

// SourceURI is where the tree is published.
const SourceURI = "https://github.com/gosqlite/gosqlite"

// MaxSources bounds the files of the tree that reach a build.
const MaxSources = 20_000

// Source is the dependency on files of the tree, given by their paths and SHA-256. Its content is what sha256sum prints
// for them in the order of their paths' bytes, and its digest the SHA-256 of that: in-toto's dirHash. With the content, a
// stranger checks a checkout by sha256sum --check.
func Source(files map[string][32]byte) (Resource, error) {
	if len(files) == 0 || len(files) > MaxSources {
		return Resource{}, fmt.Errorf("%d source files: 1 to %d are needed", len(files), MaxSources)
	}
	var list []byte
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !isPath(name) {
			return Resource{}, fmt.Errorf("source file %q: a clean relative path without control characters or backslash is needed", name)
		}
		list = fmt.Appendf(list, "%x  %s\n", files[name], name)
	}
	sum := sha256.Sum256(list)
	digest := hex.EncodeToString(sum[:])
	return Resource{
		Name: SourceName, URI: SourceURI, MediaType: "text/plain; charset=utf-8", Content: list,
		Digest: Digest{DirHash: digest, SHA256: digest},
	}, nil
}

// isPath refuses what sha256sum would escape and what leads out of the tree.
func isPath(name string) bool {
	special := func(r rune) bool { return r == '\\' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }
	return name != "" && path.Clean(name) == name && name != "." && name != ".." && !path.IsAbs(name) &&
		!strings.HasPrefix(name, "../") && !strings.ContainsFunc(name, special)
}

// GoSum are the module zips that a go.sum lists. Lines about go.mod files are left out: the zips hold those.
func GoSum(text []byte) ([]Resource, error) {
	if len(text) > maxPins {
		return nil, fmt.Errorf("go.sum: larger than %d bytes", maxPins)
	}
	if !bytes.HasSuffix(text, []byte("\n")) {
		return nil, errors.New("go.sum: empty, or the last line is cut off")
	}
	if !utf8.Valid(text) {
		return nil, errors.New("go.sum: bytes that are no UTF-8, which JSON can't hold")
	}
	var out []Resource
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("go.sum: %.200q is not a module, a version and a hash", line)
		}
		if strings.HasSuffix(fields[1], "/go.mod") {
			continue
		}
		r, err := moduleResource(fields[0]+"@"+fields[1], fields[0], fields[1], fields[2])
		if err != nil {
			return nil, fmt.Errorf("go.sum: %w", err)
		}
		out = append(out, r)
	}
	return out, nil
}
