// SPDX-License-Identifier: MIT

package collect

import (
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// maxFile bounds a file that is read whole, in bytes.
const maxFile = 1 << 30

func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("read %s: larger than %d bytes", name, int64(maxFile))
	}
	return os.ReadFile(name)
}

func sumFile(name string, h hash.Hash) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("digest file: %w", err)
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("digest file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sha256File(name string) (string, error) { return sumFile(name, sha256.New()) }

func sha3File(name string) (string, error) { return sumFile(name, sha3.New256()) }

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func sha512Hex(data []byte) string {
	sum := sha512.Sum512(data)
	return hex.EncodeToString(sum[:])
}

// treeDigests are the digests of a listing of files, as package graph defines it.
func treeDigests(name string, files []graph.File) []graph.Digest {
	lines := make([]string, 0, len(files))
	for _, f := range files {
		lines = append(lines, f.SHA256+"  ./"+f.Path+"\n")
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return fileDigests(graph.Tree, name, []byte(strings.Join(lines, "")))
}

// fileDigests are the digests of an object that is at hand.
func fileDigests(object graph.Object, name string, data []byte) []graph.Digest {
	return []graph.Digest{
		{Object: object, Name: name, Alg: graph.SHA256, Value: sha256Hex(data)},
		{Object: object, Name: name, Alg: graph.SHA512, Value: sha512Hex(data)},
	}
}
