// SPDX-License-Identifier: MIT

package verified

import (
	"encoding/hex"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// Limits of files that the manifest does not list, in bytes.
const (
	maxDocument = strictjson.MaxSize
	maxExtra    = 64 << 20 // what signatures add to an archive
	maxUnlisted = 1 << 28  // all documents
)

// A wanted file is one that belongs to the part.
type wanted struct {
	source.File
	limit  int64
	listed bool // by the manifest, or the signed form of a file that is
}

// choose takes of a release's files those that belong to all platforms and to one. The verifier decides afterwards whether
// these are enough; what this is for is that nothing is got in vain.
func choose(files []source.File, m *manifest.Manifest, platform string, debug bool) ([]wanted, error) {
	entries, signed := map[string]manifest.File{}, map[string]manifest.File{}
	var platforms []string
	for _, e := range m.Files {
		entries[e.Name] = e
		if e.Kind == manifest.Archive {
			platforms = append(platforms, e.Platform)
		}
		if e.Kind == manifest.Archive || e.Kind == manifest.Debug {
			for _, end := range []string{".tar.gz", ".zip"} {
				if stem, ok := strings.CutSuffix(e.Name, end); ok {
					signed[stem+"_signed"+end] = e
				}
			}
		}
	}
	var list []wanted
	found := false
	for _, f := range files {
		name := about(f.Name)
		e, listed := entries[name]
		s, isSigned := signed[name]
		if isSigned {
			e = s
		}
		if e.Platform != "" && e.Platform != platform || e.Kind == manifest.Debug && !debug {
			continue
		}
		w := wanted{f, maxDocument, false}
		switch {
		case listed && f.Name == name:
			if w.limit = e.Size; f.SHA256 != hex.EncodeToString(e.SHA256[:]) || f.Size >= 0 && f.Size != e.Size {
				return nil, source.Refuse(source.BadDigest, "list: %s is not the one that the manifest of %s lists; the files of two releases are mixed", f.Name, m.Version)
			}
			found = found || e.Kind == manifest.Archive
			w.Size, w.listed = e.Size, true
		case isSigned && f.Name == name:
			w.limit, w.listed = e.Size+maxExtra, true
		}
		list = append(list, w)
	}
	if !found {
		return nil, source.Refuse(source.NoPlatform, "release %s has nothing for %s; it has %s", m.Version, platform, strings.Join(platforms, ", "))
	}
	return list, nil
}

// about is the file that a signature, or a signed copy, is about; another file is about itself.
func about(name string) string {
	if rest, ok := strings.CutPrefix(name, "embedded/"); ok {
		archive, _, _ := strings.Cut(rest, "/")
		return archive
	}
	if stem, ok := strings.CutSuffix(name, ".sigstore.json"); ok {
		return strings.TrimSuffix(stem, ".DEVELOPMENT")
	}
	return strings.TrimSuffix(name, ".signed.json")
}
