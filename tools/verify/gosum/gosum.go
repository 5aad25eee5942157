// SPDX-License-Identifier: MIT

// Package gosum computes the h1: digests that go.sum holds, from a module zip and its go.mod, and looks them up there:
// https://go.dev/ref/mod#go-sum-files
package gosum

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/container"
)

// MaxSize bounds a go.sum, in bytes.
const MaxSize = 16 << 20

// Hash is the h1: digest of the files of a module zip.
func Hash(entries []container.Entry) string {
	lines := make([]string, len(entries))
	byName := slices.Clone(entries)
	slices.SortFunc(byName, func(a, b container.Entry) int { return strings.Compare(a.Name, b.Name) })
	for i, e := range byName {
		lines[i] = fmt.Sprintf("%x  %s\n", e.SHA256, e.Name)
	}
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

// HashMod is the h1: digest of a go.mod alone.
func HashMod(digest [32]byte) string {
	return Hash([]container.Entry{{Name: "go.mod", SHA256: digest}})
}

// Lookup finds the digests of a module version, such as v1.0.0 or v1.0.0/go.mod. A go.sum may hold several for one, of
// which one has to match in the go command; here all have to, so that more than one is returned.
func Lookup(text []byte, module, version string) ([]string, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("go.sum: %d bytes, at most %d", len(text), MaxSize)
	}
	var found []string
	for i, line := range bytes.Split(text, []byte("\n")) {
		fields := strings.Fields(string(line))
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("go.sum: line %d has %d fields, not 3", i+1, len(fields))
		}
		if fields[0] == module && fields[1] == version {
			found = append(found, fields[2])
		}
	}
	return found, nil
}
