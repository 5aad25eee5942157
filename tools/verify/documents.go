// SPDX-License-Identifier: MIT

package verify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/jsf"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/sbom"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// documented is what the documents of a release say. A document that can't be read is in bad alone.
type documented struct {
	manifest       *manifest.Manifest
	sums           []manifest.Sum
	bundles        map[string]*bundle.Bundle // by the bundle's name
	assessments    map[string]*trust.Assessment
	statements     map[string]*statement
	sboms          map[string]*sbom.Document
	signedSBOMs    map[string]*jsf.Signed
	signedManifest *signedManifest

	bad   map[string]error    // why a document can't be read
	loose map[string][]string // liberties of a document's JSON
}

var reproducedPattern = regexp.MustCompile(`^reproduced-[0-9A-Za-z][0-9A-Za-z._-]{0,63}\.intoto\.json$`)

// documents reads all documents, and tells from the manifest what each file is for.
func (r *release) documents() error {
	r.bundles, r.assessments = map[string]*bundle.Bundle{}, map[string]*trust.Assessment{}
	r.statements, r.sboms = map[string]*statement{}, map[string]*sbom.Document{}
	r.signedSBOMs = map[string]*jsf.Signed{}
	r.bad, r.loose = map[string]error{}, map[string][]string{}
	if f := r.byName[manifest.FileName]; f != nil {
		f.role = RoleManifest
		r.document(f, manifest.MaxText, func(text []byte) (faults []string, err error) {
			r.manifest, err = manifest.Parse(text)
			return nil, err
		})
	}
	if r.manifest != nil {
		for i, e := range r.manifest.Files {
			if f := r.byName[e.Name]; f != nil {
				f.role, f.entry = Role(e.Kind), &r.manifest.Files[i]
			}
		}
	}
	r.signedSet()
	for _, f := range r.files {
		r.evidence(f)
	}
	for _, f := range r.files {
		r.readDocument(f)
	}
	for name, b := range r.bundles {
		r.assess(name, b)
	}
	return nil
}

// signedSet reads the signed manifest, which names the signed archives and the signatures in embedded/.
func (r *release) signedSet() {
	f := r.byName[signedManifestName]
	if f == nil {
		return
	}
	f.role = RoleSignedManifest
	r.document(f, manifest.MaxText, func(text []byte) (faults []string, err error) {
		r.signedManifest, faults, err = parseSignedManifest(text)
		return faults, err
	})
	for _, e := range r.signedFiles() {
		r.named(e.Name, RoleSignedArchive)
		for _, s := range e.Signatures {
			r.named(s.File, RoleEmbedded)
		}
	}
}

// named gives a role to a file that a list names, if it is there and has none.
func (r *release) named(name string, role Role) {
	if f := r.byName[name]; f != nil && f.role == RoleUnlisted {
		f.role = role
	}
}

// evidence gives a role to what is in the closure and not in the manifest.
func (r *release) evidence(f *file) {
	switch {
	case f.role != RoleUnlisted:
	case f.name == manifest.SumsName:
		f.role = RoleSums
	case f.name == provenanceName, f.name == commitName, f.name == ledgerName, reproducedPattern.MatchString(f.name):
		f.role = RoleStatement
	case strings.HasSuffix(f.name, signedSBOMSuffix) && r.lists(strings.TrimSuffix(f.name, signedSBOMSuffix), manifest.SBOM):
		f.role = RoleSignedSBOM
	case strings.HasSuffix(f.name, bundleSuffix):
		f.subject = strings.TrimSuffix(strings.TrimSuffix(f.name, developmentSuffix), bundleSuffix)
		if r.isSigned(f.subject) {
			f.role = RoleBundle
		}
	}
}

// lists reports whether the manifest lists a file of one of the kinds.
func (r *release) lists(name string, kinds ...manifest.Kind) bool {
	return r.manifest != nil && slices.ContainsFunc(r.manifest.Files, func(f manifest.File) bool {
		return f.Name == name && slices.Contains(kinds, f.Kind)
	})
}

// isSigned reports whether a bundle belongs to the file.
func (r *release) isSigned(name string) bool {
	return name == manifest.FileName || name == provenanceName || r.byName[name] != nil && isEvidence(name) ||
		r.lists(name, manifest.Archive, manifest.Debug)
}

func isEvidence(name string) bool {
	return name == signedManifestName || name == commitName || name == ledgerName || reproducedPattern.MatchString(name)
}

// document reads one document; what keeps it from being read goes to bad.
func (r *release) document(f *file, limit int64, parse func([]byte) ([]string, error)) {
	text, err := r.read(f, limit)
	if err == nil {
		var faults []string
		if faults, err = parse(text); len(faults) > 0 {
			r.loose[f.name] = faults
		}
	}
	if err != nil {
		r.bad[f.name] = err
	}
}

func (r *release) readDocument(f *file) {
	switch {
	case f.role == RoleSums:
		r.document(f, manifest.MaxText, func(text []byte) (faults []string, err error) {
			r.sums, err = manifest.ParseSums(text)
			return nil, err
		})
	case f.role == RoleBundle:
		r.document(f, bundle.MaxSize, func(text []byte) ([]string, error) {
			b, faults, err := bundle.Parse(text)
			if err == nil {
				err = r.keep(int64(len(text)), func() { r.bundles[f.name] = b })
			}
			return faults, err
		})
	case f.role == RoleStatement:
		r.document(f, strictjson.MaxSize, func(text []byte) ([]string, error) {
			s, faults, err := parseStatement(text)
			if err == nil {
				err = r.keep(int64(len(text)), func() { r.statements[f.name] = s })
			}
			return faults, err
		})
	}
}

// bills reads the bills of materials, of which the outer checks want no more than digest and signature.
func (r *release) bills() error {
	for _, f := range r.files {
		r.readBill(f)
	}
	return nil
}

func (r *release) readBill(f *file) {
	switch {
	case f.role == RoleSBOM && isRead(f.name):
		r.document(f, strictjson.MaxSize, func(text []byte) ([]string, error) {
			d, faults, err := sbom.Parse(text)
			if err == nil {
				err = r.keep(d.Size(), func() { r.sboms[f.name] = d })
			}
			return faults, err
		})
	case f.role == RoleSignedSBOM:
		r.document(f, strictjson.MaxSize, func(text []byte) ([]string, error) {
			s, faults, err := jsf.Parse(text)
			if err == nil {
				r.signedSBOMs[f.name] = s // digests and a signature
			}
			return faults, err
		})
	}
}

// isRead tells the bills of materials that are read, by the format that their names promise. Others are judged as files
// alone.
func isRead(name string) bool {
	return strings.HasSuffix(name, ".cdx.json") || strings.HasSuffix(name, ".cdx-1.6.json") || strings.HasSuffix(name, ".spdx.json")
}

// assess judges a bundle against the file that it signs.
func (r *release) assess(name string, b *bundle.Bundle) {
	subject := r.byName[r.byName[name].subject]
	if subject == nil {
		return // the rule closure misses it
	}
	role := trust.Release
	if strings.HasPrefix(subject.name, reproducedPrefix) {
		if role = trust.Reproducer; !r.options.Policy.Trust.Knows(role) {
			return // such statements then count for nothing; notes says so
		}
	}
	r.assessments[name] = r.options.Policy.Trust.Assess(b, subject.sha256, role, r.options.Now)
}
