// SPDX-License-Identifier: MIT

// Package published holds a build against a release that somebody published: a verdict for each file. What a build makes
// has to be there byte by byte. Signatures come after the build, so a file that carries one is compared without it, by a
// rule that has a name:
//
//	bytes         every file of the payload, manifest.json, SHA256SUMS, provenance.intoto.json
//	authenticode  a program for Windows in X_signed.tar.gz or .zip: checksum and entry of the certificate table zero, the
//	              table cut off
//	codesign      a program for macOS there: without LC_CODE_SIGNATURE, the sizes of __LINKEDIT zero, the signature cut off
//	jsf           X.signed.json is X with a member "signature"
//
// Other files of such an archive, and names, kinds, links, modes, times, fields and order of all, have to be those of the
// archive that was built, and so the header of gzip. One that holds a byte outside of its members is another: after the end of
// gzip or tar, before, between or after the members of a zip, in a comment. So is a zip that says two things of a member: in
// front of it or behind it, and in the directory.
// Signatures that lie beside, and statements, are made by no build; they are listed, and for gosqlite-verify to judge. This
// package shares no code with it. Anything else is a failure.
package published

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

// maxText bounds documents that are read whole, in bytes.
const maxText = 64 << 20

// A Release is a published folder.
type Release struct {
	Manifest  []byte
	Target    string   // Bazel label that it says it was built as
	Platforms []string // rows of the platform list
	files     map[string]string
	payload   map[string]bool
}

// Open reads what a folder claims to be.
func Open(dir string) (*Release, error) {
	files, err := compare.Tree(dir)
	if err != nil {
		return nil, err
	}
	r := &Release{files: files, payload: map[string]bool{}}
	for _, name := range []string{manifest.FileName, manifest.SumsName, provenance.FileName} {
		if files[name] == "" {
			return nil, fmt.Errorf("read release: %s has no %s", dir, name)
		}
		r.payload[name] = true
	}
	if r.Manifest, err = read(files[manifest.FileName], manifest.MaxText); err != nil {
		return nil, err
	}
	m, err := manifest.Parse(r.Manifest)
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	for _, f := range m.Files {
		r.payload[f.Name] = true
	}
	text, err := read(files[provenance.FileName], provenance.MaxText)
	if err != nil {
		return nil, err
	}
	var s provenance.Statement
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read release: %s: %w", provenance.FileName, err)
	}
	p := s.Predicate.BuildDefinition.ExternalParameters
	if r.Target, r.Platforms = p.Target, p.Platforms; r.Target == "" || len(r.Platforms) == 0 {
		return nil, fmt.Errorf("read release: %s names no target or no platform", provenance.FileName)
	}
	return r, nil
}

func read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	return text, nil
}

// Compare gives the verdict on each file: A is the release, B what was built, a map from name to path.
func (r *Release) Compare(built map[string]string) ([]compare.File, error) {
	plain := map[string]string{}
	for name := range r.payload {
		plain[name] = r.files[name]
	}
	out, err := compare.Files(plain, built)
	if err != nil {
		return nil, err
	}
	for i := range out {
		switch f := &out[i]; {
		case f.HashA+f.HashB == "":
			f.Detail = "in the manifest, and neither built nor there"
		case f.HashA == "":
			f.Detail = "built, and not in the release"
		case f.HashB == "":
			f.Detail = "in the release, and not built"
		case f.HashA == f.HashB:
			// Permissions are of the folder, not of the release: Bazel makes all outputs executable.
			f.Status, f.Detail = compare.Pass, ""
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		if r.payload[name] {
			continue
		}
		f, err := r.apart(name, built)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b compare.File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// apart is the verdict on a file that is not of the payload.
func (r *Release) apart(name string, built map[string]string) (compare.File, error) {
	f := compare.File{Name: name, Status: compare.Fail}
	var err error
	if f.SizeA, f.HashA, err = compare.Digest(r.files[name]); err != nil {
		return f, err
	}
	var rule string
	original, strip := r.origin(name)
	switch {
	case strip != nil && built[original] == "":
		f.Detail = original + ", which it is made from, was not built"
		return f, nil
	case strip != nil:
		if f.SizeB, f.HashB, err = compare.Digest(built[original]); err != nil {
			return f, err
		}
		rule, err = strip(r.files[name], built[original])
	case isSignature(name):
		f.Status, f.Detail = compare.Apart, "no build makes it; gosqlite-verify judges it"
		return f, nil
	default:
		f.Detail = "no build makes it, and it is neither signature nor statement of a release"
		return f, nil
	}
	var d *differs
	switch {
	case errors.As(err, &d):
		f.Detail, f.Place = "is not "+original+" with signatures: "+d.why, d.place
	case err != nil:
		return f, fmt.Errorf("%s: %w", name, err)
	default:
		f.Status, f.Rule, f.Detail = compare.Pass, rule, "is "+original+" but for signatures: "+rule
	}
	return f, nil
}

// origin is the payload file that a file carries signatures of, and how they are taken off; nil for other files.
func (r *Release) origin(name string) (string, func(signed, built string) (rule string, err error)) {
	if x, ok := strings.CutSuffix(name, ".signed.json"); ok && r.payload[x] {
		return x, sameDocument
	}
	for _, extension := range []string{".tar.gz", ".zip"} {
		if stem, ok := strings.CutSuffix(name, "_signed"+extension); ok && r.payload[stem+extension] {
			return stem + extension, sameArchive
		}
	}
	return "", nil
}

// isSignature tells what lies beside a payload: detached signatures, and what is stated about the release.
func isSignature(name string) bool {
	if strings.HasPrefix(name, "embedded/") {
		return strings.HasSuffix(name, ".authenticode") || strings.HasSuffix(name, ".macho")
	}
	if strings.Contains(name, "/") {
		return false
	}
	return strings.HasSuffix(name, ".sigstore.json") || name == "manifest_signed.json" || name == "commit.intoto.json" || name == "ledger.intoto.json" ||
		strings.HasPrefix(name, "reproduced-") && strings.HasSuffix(name, ".intoto.json")
}

// differs says that a signed file is not the built one with signatures.
type differs struct {
	why   string
	place *compare.Place
}

func (d *differs) Error() string { return d.why }

// sameDocument is the rule jsf.
func sameDocument(signed, built string) (string, error) {
	a, err := read(signed, maxText)
	if err != nil {
		return "", err
	}
	b, err := read(built, maxText)
	if err != nil {
		return "", err
	}
	if _, err := jcs.Transform(a); err != nil {
		// Of a key that is there twice the map below would keep one value, and another reader might keep the other.
		return "", &differs{why: err.Error()}
	}
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(a, &object); err != nil {
		return "", &differs{why: err.Error()}
	}
	if _, ok := object["signature"]; !ok {
		return "", &differs{why: "it has no signature"}
	}
	delete(object, "signature")
	x, err := jcs.Marshal(object)
	if err != nil {
		return "", &differs{why: err.Error()}
	}
	y, err := jcs.Transform(b)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(x, y) {
		return "", &differs{"the document without it differs", compare.Locate(x, y)}
	}
	return "jsf", nil
}
