// SPDX-License-Identifier: MIT

package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/jsf"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/sbom"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Rules about bills of materials.

// sbomFormats are the formats that each archive has a document in.
var sbomFormats = []string{sbom.CycloneDX, sbom.SPDX}

// hasSBOM reports whether a platform has a document of a format.
func (r *release) hasSBOM(platform, format string) bool {
	return slices.ContainsFunc(r.manifest.Files, func(e manifest.File) bool {
		d := r.sboms[e.Name]
		return e.Kind == manifest.SBOM && e.Platform == platform && d != nil && d.Format == format
	})
}

// sbomSubject binds a platform's document to its archive. A document of the whole release has no artifact of its own.
func (r *release) sbomSubject(f *file) (class, detail string) {
	d := r.sboms[f.name]
	if d == nil || f.entry.Platform == "" {
		return "", ""
	}
	e := r.entryOf(manifest.Archive, f.entry.Platform)
	if e == nil {
		return "sbom-wrong-subject", "there is no archive for " + f.entry.Platform
	}
	if want := hex.EncodeToString(e.SHA256[:]); d.Subject.SHA256() != want || d.Subject.Objects[0].Name != e.Name {
		return "sbom-wrong-subject", fmt.Sprintf("it is about %.100q with SHA-256 %.64q, not about %s", d.Subject.Name, d.Subject.SHA256(), e.Name)
	}
	return "", ""
}

// An object is something in the release that a bill of materials can name. Of a file that is left out, the manifest tells
// the SHA-256 alone.
type object struct{ sha256, sha512 string }

// objects are what a document can name: files of the release, and what lies in the archive of its platform, or for a
// document of the whole release in any. By a name there may then be several.
func (r *release) objects(platform string) map[string][]object {
	objects := map[string][]object{}
	for _, f := range r.files {
		if f.entry == nil {
			continue
		}
		objects[f.name] = append(objects[f.name], object{f.hexSum(), hex.EncodeToString(f.sha512[:])})
		c := r.archives[f.name]
		if f.role != RoleArchive || c == nil || platform != "" && f.entry.Platform != platform {
			continue
		}
		for _, x := range c.entries {
			objects[inner(x.Name)] = append(objects[inner(x.Name)], object{hex.EncodeToString(x.SHA256[:]), hex.EncodeToString(x.SHA512[:])})
		}
	}
	for i := range r.leftOutFiles() {
		e := &r.manifest.Files[i]
		objects[e.Name] = append(objects[e.Name], object{hex.EncodeToString(e.SHA256[:]), ""})
	}
	return objects
}

// has reports whether every digest of o is the object's, by algorithms that are recomputed.
func (x object) has(o sbom.Object) bool {
	for _, d := range o.Digests {
		want := map[string]string{"SHA-256": x.sha256, "SHA-512": x.sha512}[d.Algorithm]
		if want != d.Value && (x.sha512 != "" || d.Algorithm != "SHA-512") {
			return false
		}
	}
	return true
}

// sbomDigests recomputes every digest of an object of the release. A document that has nothing to say by SHA-256 about
// such an object is as wrong as one that says something else; only the subject of a document of the whole release has no
// digest, since the manifest lists the document.
func (r *release) sbomDigests(f *file) (class, detail string) {
	d := r.sboms[f.name]
	if d == nil || r.ofWhole(f) {
		return "", ""
	}
	class = "sbom-digest-mismatch"
	objects := r.objects(f.entry.Platform)
	for i, c := range append([]sbom.Component{d.Subject}, d.Components...) {
		for _, o := range c.Objects {
			have := objects[o.Name]
			switch {
			case o.Kind != "file" && (o.Kind != "" || have == nil), i == 0 && len(o.Digests) == 0:
			case have == nil:
				return class, fmt.Sprintf("%.100q is no file of the release", o.Name)
			case o.Digest("SHA-256") == "":
				return class, o.Name + ": no digest by SHA-256"
			case !slices.ContainsFunc(have, func(x object) bool { return x.has(o) }):
				return class, fmt.Sprintf("%s has not the digests %.300q", o.Name, o.Digests)
			}
		}
	}
	return "", ""
}

// countObjects counts what documents name: recomputed by sbomDigests or among the inputs, or bound by the signature alone.
// The first of those is named.
func (r *release) countObjects() (count Objects, bound string) {
	for _, f := range r.files {
		d := r.sboms[f.name]
		if d == nil || r.ofWhole(f) {
			continue
		}
		objects := r.objects(f.entry.Platform)
		for _, c := range append([]sbom.Component{d.Subject}, d.Components...) {
			for _, o := range c.Objects {
				ours := o.Kind == "file" || o.Kind == "" && objects[o.Name] != nil
				switch {
				case len(o.Digests) == 0:
				case ours || r.inputSums[o.Digest("SHA-256")]:
					count.Recomputed++
				default:
					if count.Bound++; bound == "" {
						bound = fmt.Sprintf("%s of %s in %s", o.Name, c.Name, f.name)
					}
				}
			}
		}
	}
	return count, bound
}

// sbomCovers looks for every program and library of the archive.
func (r *release) sbomCovers(f *file) (class, detail string) {
	d := r.sboms[f.name]
	if d == nil || f.entry.Platform == "" {
		return "", ""
	}
	c := r.archiveOf(f.entry.Platform)
	if c == nil {
		return "", ""
	}
	named := map[string]bool{}
	for _, c := range d.Components {
		for _, o := range c.Objects {
			// Only what is said of a released file is held against its bytes.
			if o.Kind == "" || o.Kind == "file" {
				named[o.Name] = true
			}
		}
	}
	for _, e := range c.entries {
		name := inner(e.Name)
		if (strings.HasPrefix(name, "bin/") || strings.HasPrefix(name, "lib/")) && !named[name] {
			return "sbom-uncovered", name + " is in the archive and not in the document"
		}
	}
	return "", ""
}

// sbomInputs looks for every upstream component among the inputs, when those were given: one of its objects has to be
// there, be it a download, a linked file or a tree of files.
func (r *release) sbomInputs(f *file) (class, detail string) {
	d := r.sboms[f.name]
	if d == nil || r.inputSums == nil || r.ofWhole(f) {
		return "", ""
	}
	objects := r.objects(f.entry.Platform)
	for _, c := range d.Components {
		found := false
		for _, o := range c.Objects {
			_, ours := objects[o.Name]
			found = found || o.Kind == "file" || o.Kind == "" && ours || r.inputSums[o.Digest("SHA-256")]
		}
		if !found {
			return "sbom-input-missing", fmt.Sprintf("%.100q %s: no input has a SHA-256 of it", c.Name, c.Version)
		}
	}
	return "", ""
}

// copyAgrees takes the signature off a signed copy and compares.
func (r *release) copyAgrees(f *file) (class, detail string) {
	s := r.signedSBOMs[f.name]
	original := r.byName[strings.TrimSuffix(f.name, signedSBOMSuffix)]
	if s == nil || original == nil {
		return "", ""
	}
	text, err := r.read(original, strictjson.MaxSize)
	if err != nil {
		return "signed-sbom-mismatch", err.Error()
	}
	if content, err := jsf.Content(text); err != nil || sha256.Sum256(content) != s.Content {
		return "signed-sbom-mismatch", "without its signature it is not " + original.name
	}
	return "", ""
}

// copySigned judges the signature inside of a signed copy. Its time is that of the bundles beside it, so that no timestamp
// of its own is asked for.
func (r *release) copySigned(f *file) (class, detail string) {
	s := r.signedSBOMs[f.name]
	if s == nil {
		return "", ""
	}
	b := &bundle.Bundle{Certificate: s.Certificate, Message: &bundle.Message{Signature: s.Signature}}
	if s.Key != nil {
		b.Hint = s.Key.Hint()
	}
	trusted := r.options.Policy.Trust
	trusted.MinStamps, trusted.MinEntries = 0, 0
	for _, when := range r.signingTimes(manifest.FileName) {
		if a := trusted.Assess(b, s.Message, trust.Release, when); len(a.Faults) > 0 {
			return "signed-sbom-signature", a.Faults[0].Detail
		}
	}
	return "", ""
}
