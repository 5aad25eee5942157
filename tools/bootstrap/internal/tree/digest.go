// SPDX-License-Identifier: MIT

package tree

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// Digest returns the tree digest of a folder, in hex: the SHA-256 of its listing.
func Digest(dir string) (string, error) {
	text, err := Listing(dir)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:]), nil
}

// Listing returns what
//
//	find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
//
// prints in a folder. Links and devices are errors, since find would skip them.
func Listing(dir string) (string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file", rel)
		}
		names = append(names, filepath.ToSlash(rel))
		return CheckName(filepath.ToSlash(rel))
	})
	if err != nil {
		return "", fmt.Errorf("digest %s: %w", dir, err)
	}
	return digest(names, func(name string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	}, func(sums []string) string {
		var text strings.Builder
		for i, name := range names {
			fmt.Fprintf(&text, "%s  ./%s\n", sums[i], name)
		}
		return text.String()
	})
}

// H1 returns the hash of a Go module zip as go.sum writes it
// (https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash, Hash1).
func H1(src *Source) (string, error) {
	open := make(map[string]func() (io.ReadCloser, error), len(src.Files))
	names := make([]string, 0, len(src.Files))
	for _, f := range src.Files {
		if strings.Contains(f.Name, "\n") || open[f.Name] != nil {
			return "", fmt.Errorf("hash module: %q comes twice or holds a newline", f.Name)
		}
		open[f.Name] = f.Open
		names = append(names, f.Name)
	}
	return digest(names, func(name string) (io.ReadCloser, error) { return open[name]() },
		func(sums []string) string {
			h := sha256.New()
			for i, name := range names {
				fmt.Fprintf(h, "%s  %s\n", sums[i], name)
			}
			return "h1:" + base64.StdEncoding.EncodeToString(h.Sum(nil))
		})
}

// digest sorts names in place, hashes the files on all cores and hands the
// sums, in that order, to sum.
func digest(names []string, open func(string) (io.ReadCloser, error), sum func([]string) string) (string, error) {
	sort.Strings(names)
	sums := make([]string, len(names))
	errs := make([]error, runtime.NumCPU())
	var wg sync.WaitGroup
	for w := range errs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < len(names) && errs[w] == nil; i += len(errs) {
				sums[i], errs[w] = hashOne(names[i], open)
			}
		}()
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return "", err
		}
	}
	return sum(sums), nil
}

func hashOne(name string, open func(string) (io.ReadCloser, error)) (string, error) {
	f, err := open(name)
	if err != nil {
		return "", fmt.Errorf("hash %s: %w", name, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("hash %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// FileDigest returns the SHA-256 of one file, in hex.
func FileDigest(path string) (string, error) {
	return hashOne(path, func(p string) (io.ReadCloser, error) { return os.Open(p) })
}
