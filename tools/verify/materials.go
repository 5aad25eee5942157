// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/jsf"
	"github.com/gosqlite/gosqlite/tools/verify/sbom"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/trust"

	"crypto/sha256"
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
	if want := hex.EncodeToString(e.SHA256[:]); d.Subject.SHA256() != want {
		return "sbom-wrong-subject", fmt.Sprintf("it is about %.100q with SHA-256 %.64q, not about %s", d.Subject.Name, d.Subject.SHA256(), e.Name)
	}
	return "", ""
}

// objects are the digests of everything in the release that a document of a platform can name: files of the release, and
// what lies in the platform's archive.
func (r *release) objects(platform string) map[string]string {
	objects := map[string]string{}
	if e := r.entryOf(manifest.Archive, platform); e != nil && r.archives[e.Name] != nil {
		for _, x := range r.archives[e.Name].entries {
			objects[inner(x.Name)] = hex.EncodeToString(x.SHA256[:])
			objects[x.Name] = objects[inner(x.Name)]
		}
	}
	for _, f := range r.files {
		if f.entry != nil {
			objects[f.name] = f.hexSum()
		}
	}
	return objects
}

// sbomDigests recomputes the digest of every component that is an object of the release.
func (r *release) sbomDigests(f *file) (class, detail string) {
	d := r.sboms[f.name]
	if d == nil {
		return "", ""
	}
	objects := r.objects(f.entry.Platform)
	for _, c := range d.Components {
		have, ok := objects[c.Name]
		if !ok {
			continue
		}
		if c.SHA256() != have {
			return "sbom-digest-mismatch", fmt.Sprintf("%s has SHA-256 %s; the document says %.64q", c.Name, have, c.SHA256())
		}
	}
	return "", ""
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
	for _, e := range c.entries {
		name := inner(e.Name)
		if !strings.HasPrefix(name, "bin/") && !strings.HasPrefix(name, "lib/") {
			continue
		}
		if !slices.ContainsFunc(d.Components, func(c sbom.Component) bool { return c.Name == name || c.Name == e.Name }) {
			return "sbom-uncovered", name + " is in the archive and not in the document"
		}
	}
	return "", ""
}

// sbomInputs looks for the digests of upstream objects among the inputs, when those were given.
func (r *release) sbomInputs(f *file) (class, detail string) {
	d := r.sboms[f.name]
	if d == nil || r.inputSums == nil {
		return "", ""
	}
	objects := r.objects(f.entry.Platform)
	for _, c := range d.Components {
		if _, ours := objects[c.Name]; ours || len(c.Digests) == 0 {
			continue
		}
		if !r.inputSums[c.SHA256()] {
			return "sbom-input-missing", fmt.Sprintf("%.100q %s: no input has its SHA-256 %.64q", c.Name, c.Version, c.SHA256())
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
	if content, err := jsf.Content(text); err != nil || !bytes.Equal(content, s.Content) {
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
	trusted.MinStamps = 0
	a := trusted.Assess(b, sha256.Sum256(s.Message), trust.Release, r.signingTime())
	if len(a.Faults) > 0 {
		return "signed-sbom-signature", a.Faults[0].Detail
	}
	return "", ""
}
