// SPDX-License-Identifier: MIT

package tree

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// siteFolder is where the manual lies, for people who look with a browser.
const siteFolder = "site/"

// Limits of a site, in files and in bytes of all of them.
const (
	maxSiteFiles = 5000
	maxSite      = 256 << 20
)

// Site lays out the manual, from the tar.gz that //docs:site is. It is read here, once: no signature says what it has to be.
func Site(name string) (items []Item, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("lay out site %s: %w", name, err)
		}
	}()
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	left := int64(maxSite)
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		switch {
		case err == io.EOF && len(items) == 0:
			return nil, errors.New("it has no files")
		case err == io.EOF:
			return items, nil
		case err != nil:
			return nil, err
		case h.Typeflag == tar.TypeDir:
			continue
		case h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) || h.Name == ".":
			return nil, fmt.Errorf("%.100q is no regular file with a plain name", h.Name)
		case len(items) == maxSiteFiles || h.Size > left:
			return nil, fmt.Errorf("it has more than %d files or %d bytes", maxSiteFiles, maxSite)
		}
		text, err := io.ReadAll(io.LimitReader(t, h.Size))
		if err != nil {
			return nil, err
		}
		left -= h.Size
		items = append(items, Bytes(siteFolder+h.Name, text, false))
	}
}
