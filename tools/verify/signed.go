// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// A signedManifest lists the archives whose programs have signatures inside, and what each was made of. It is JSON:
//
//	{"files":[
//	  {"name":"gosqlite_1.0.0_windows_amd64_signed.zip","sha256":"...","size":3,
//	   "signatures":[
//	     {"file":"embedded/gosqlite_1.0.0_windows_amd64.zip/gosqlite_1.0.0_windows_amd64/bin/gosqlite.exe.authenticode",
//	      "path":"gosqlite_1.0.0_windows_amd64/bin/gosqlite.exe","sha256":"..."}],
//	   "unsigned":{"name":"gosqlite_1.0.0_windows_amd64.zip","sha256":"..."}}],
//	 "manifest":"...","schema":"gosqlite-signed/1","version":"1.0.0"}
//
// where manifest is the SHA-256 of manifest.json. Files are in the order of their names, signatures in that of their paths,
// which are the names of entries of the unsigned archive.
type signedManifest struct {
	Schema   string       `json:"schema"`
	Version  string       `json:"version"`
	Manifest string       `json:"manifest"`
	Files    []signedFile `json:"files"`
}

type signedFile struct {
	Name       string              `json:"name"`
	Size       int64               `json:"size"`
	SHA256     string              `json:"sha256"`
	Signatures []embeddedSignature `json:"signatures"`
	Unsigned   struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
	} `json:"unsigned"`
}

type embeddedSignature struct {
	File   string `json:"file"`
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

func parseSignedManifest(text []byte) (*signedManifest, []string, error) {
	var m signedManifest
	faults, err := strictjson.Read(text, &m)
	switch {
	case err != nil:
		return nil, nil, err
	case m.Schema != "gosqlite-signed/1":
		return nil, nil, fmt.Errorf("schema %.40q is not known", m.Schema)
	case len(m.Files) == 0 || len(m.Files) > manifest.MaxFiles:
		return nil, nil, fmt.Errorf("%d files", len(m.Files))
	}
	digests := []string{m.Manifest}
	for i, f := range m.Files {
		if i > 0 && f.Name <= m.Files[i-1].Name {
			return nil, nil, fmt.Errorf("file %.100q is not in order, or stands twice", f.Name)
		}
		stem, ok := strings.CutSuffix(strings.TrimSuffix(strings.TrimSuffix(f.Name, ".zip"), ".tar.gz"), "_signed")
		if !ok || strings.Contains(f.Name, "/") || !strings.HasPrefix(f.Unsigned.Name, stem+".") {
			return nil, nil, fmt.Errorf("file %.100q is not the signed form of %.100q", f.Name, f.Unsigned.Name)
		}
		digests = append(digests, f.SHA256, f.Unsigned.SHA256)
		for i, s := range f.Signatures {
			if i > 0 && s.Path <= f.Signatures[i-1].Path {
				return nil, nil, fmt.Errorf("signature of %.100q is not in order, or stands twice", s.Path)
			}
			if name := embeddedFolder + f.Unsigned.Name + "/" + s.Path; s.File != name+authenticodeSuffix && s.File != name+machoSuffix {
				return nil, nil, fmt.Errorf("signature %.200q does not belong to %.100q", s.File, s.Path)
			}
			digests = append(digests, s.SHA256)
		}
	}
	for _, d := range digests {
		if _, err := hex.DecodeString(d); err != nil || len(d) != 64 {
			return nil, nil, errors.New("a digest is not 64 hexadecimal digits")
		}
	}
	return &m, faults, nil
}

// signatureOf is the entry of a file in embedded/, and the archives that it belongs to.
func (r *release) signatureOf(name string) (signedFile, embeddedSignature) {
	for _, f := range r.signedFiles() {
		for _, s := range f.Signatures {
			if s.File == name {
				return f, s
			}
		}
	}
	return signedFile{}, embeddedSignature{}
}

// signedFiles are the files of the signed manifest, if there is one.
func (r *release) signedFiles() []signedFile {
	if r.signedManifest == nil {
		return nil
	}
	return r.signedManifest.Files
}

// signedDigests holds the signed manifest against its archives and signatures, and against the manifest.
func (r *release) signedDigests(f *file) (class, detail string) {
	if r.signedManifest == nil || r.manifest == nil {
		return "", "" // documents says so
	}
	class = "signed-digest-mismatch"
	if m := r.byName[manifest.FileName]; m.hexSum() != r.signedManifest.Manifest || r.signedManifest.Version != r.manifest.Version {
		return class, "it is about another release: version or digest of the manifest differ"
	}
	for _, s := range r.signedFiles() {
		if f.role == RoleSignedArchive && s.Name != f.name {
			continue
		}
		have, unsigned := r.byName[s.Name], r.byName[s.Unsigned.Name]
		if e := r.listed(s.Unsigned.Name); have == nil && e != nil && r.leftOut(e) {
			continue
		}
		switch {
		case have == nil:
			return "signed-missing", fmt.Sprintf("%.100q is listed and not there", s.Name)
		case have.size != s.Size || have.hexSum() != s.SHA256:
			return class, s.Name + " has another size or digest"
		case unsigned == nil || unsigned.entry == nil || hex.EncodeToString(unsigned.entry.SHA256[:]) != s.Unsigned.SHA256:
			return class, fmt.Sprintf("%.100q is not the archive of the manifest", s.Unsigned.Name)
		}
		for _, x := range s.Signatures {
			if blob := r.byName[x.File]; blob == nil {
				return "signed-missing", fmt.Sprintf("%.200q is listed and not there", x.File)
			} else if blob.hexSum() != x.SHA256 {
				return class, x.File + " has another digest"
			}
		}
	}
	return "", ""
}
