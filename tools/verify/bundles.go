// SPDX-License-Identifier: MIT

package verify

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Rules about bundles and about evidence that they sign. Those of package trust stand in the table.

// bundleKind holds the kind of a signature against the kind of file. An envelope signs only its own payload, so that one
// beside an archive would say nothing about it.
func (r *release) bundleKind(f *file) (class, detail string) {
	b := r.bundles[f.name]
	if b == nil {
		return "", ""
	}
	statement := strings.HasSuffix(f.subject, statementSuffix)
	switch {
	case statement && b.Envelope == nil:
		return "wrong-bundle-kind", "a statement is signed in an envelope"
	case !statement && b.Envelope != nil:
		return "wrong-bundle-kind", "an envelope signs its payload, not the file"
	case statement && b.Envelope.PayloadType != payloadType:
		return "wrong-payload-type", fmt.Sprintf("payload type %.80q, not %s", b.Envelope.PayloadType, payloadType)
	}
	return "", ""
}

func (r *release) payloadAgrees(f *file) (class, detail string) {
	b, subject := r.bundles[f.name], r.byName[f.subject]
	if b == nil || b.Envelope == nil || subject == nil || !strings.HasSuffix(f.subject, statementSuffix) {
		return "", ""
	}
	if sha256.Sum256(b.Envelope.Payload) != subject.sha256 {
		return "payload-mismatch", "what was signed is not the file " + f.subject
	}
	return "", ""
}

// development refuses signatures that say of themselves that they prove nothing.
func (r *release) development(f *file) (class, detail string) {
	if r.options.Policy.AllowDevelopment {
		return "", ""
	}
	if strings.HasSuffix(f.name, developmentSuffix) {
		return "development-signature", "its name says that a development authority made it"
	}
	if a := r.assessments[f.name]; a != nil && slices.ContainsFunc(a.Chain, isDevelopment) {
		return "development-signature", "a certificate says that a development authority made it"
	}
	return "", ""
}

// isDevelopment reports whether a certificate says so in one of its names.
func isDevelopment(c *pki.Certificate) bool {
	names := append([]string{string(c.Subject), string(c.Issuer)}, c.Identities...)
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(strings.ToUpper(name), "DEVELOPMENT") })
}

func (r *release) canonical(f *file) (class, detail string) {
	if s := r.statements[f.name]; s != nil && !s.canonical && f.name == provenanceName {
		return "not-canonical", "keys sorted, no spaces and one newline at the end are needed"
	}
	return "", ""
}

func provenanceRule(r *release, v *verdicts) {
	if class, err := r.provenance(); class != "" {
		v.fail(provenanceName, class, "%v", err)
	}
}

// evidenceRule looks for what the policy demands.
func evidenceRule(r *release, v *verdicts) {
	need := func(e policy.Evidence, there bool, what string) {
		if r.options.Policy.Demands(e) && !there {
			v.fail("", "evidence-missing", "%s: the release has no %s", e, what)
		}
	}
	need(policy.Commit, r.byName[commitName] != nil, commitName)
	s := r.statements[commitName]
	need(policy.Tag, s != nil && s.commit.isSigned(), "signed tag in "+commitName)
	need(policy.Ledger, r.byName[ledgerName] != nil, ledgerName)
	need(policy.SignedArchives, r.byName[signedManifestName] != nil, signedManifestName)
	if r.manifest == nil {
		return
	}
	need(policy.Module, r.has(manifest.Module, "", ".zip"), "Go module")
	need(policy.VEX, r.has(manifest.VEX, "", ""), "VEX document")
	need(policy.Notes, r.has(manifest.Notes, "", ""), "notes")
	need(policy.API, r.has(manifest.API, "", ""), "description of the interface")
	r.inputsEvidence(v)
	for i, e := range r.manifest.Files {
		if r.leftOut(&r.manifest.Files[i]) {
			continue
		}
		switch e.Kind {
		case manifest.Archive:
			need(policy.Debug, r.has(manifest.Debug, e.Platform, ""), "debug twin for "+e.Platform)
			for _, format := range sbomFormats {
				need(policy.SBOM, r.hasSBOM(e.Platform, format), format+" document for "+e.Platform)
			}
		case manifest.SBOM:
			cdx := r.sboms[e.Name]
			if cdx != nil && cdx.Format == sbomFormats[0] {
				need(policy.SignedSBOM, r.byName[e.Name+signedSBOMSuffix] != nil, "signed copy of "+e.Name)
			}
		}
	}
}

// inputsEvidence wants every upstream object held against its bytes, where the policy does.
func (r *release) inputsEvidence(v *verdicts) {
	if !r.options.Policy.Demands(policy.Inputs) {
		return
	}
	count, bound := r.countObjects()
	switch {
	case r.inputSums == nil:
		v.fail("", "evidence-missing", "%s: they are demanded and were not given: --inputs", policy.Inputs)
	case count.Bound > 0:
		v.fail("", "evidence-missing", "%s: %d upstream objects are not among them, such as %.200s", policy.Inputs, count.Bound, bound)
	case count.Recomputed == 0:
		v.fail("", "evidence-missing", "%s: no bill of materials names an object", policy.Inputs)
	}
}

// has reports whether the manifest lists a file of a kind and platform whose name ends so.
func (r *release) has(kind manifest.Kind, platform, suffix string) bool {
	return slices.ContainsFunc(r.manifest.Files, func(f manifest.File) bool {
		return f.Kind == kind && f.Platform == platform && strings.HasSuffix(f.Name, suffix)
	})
}

// reproducedRule counts the reproducers whose statements and signatures have no fault, and who say that they had the same
// bytes independently.
func reproducedRule(r *release, v *verdicts) {
	var signers [][]string
	for name, a := range r.assessments {
		f := r.byName[name]
		if !strings.HasPrefix(f.subject, reproducedPrefix) || len(a.Faults) > 0 {
			continue
		}
		s := r.statements[f.subject]
		if class, _ := r.subjects(r.byName[f.subject]); class != "" || s == nil || !r.counts(s) {
			continue
		}
		if len(a.Chain) > 0 {
			signers = append(signers, a.Chain[0].Identities)
		} else {
			signers = append(signers, []string{"key " + a.Signer})
		}
	}
	if have, want := people(signers), r.options.Policy.Reproduced; have < want {
		v.fail("", "reproduced-threshold", "%d of %d demanded reproducers had the same bytes", have, want)
	}
}

// people counts who is behind signers with these identities: who holds two keys or certificates that share one is one.
func people(signers [][]string) int {
	var groups [][]string
	for _, s := range signers {
		mine := slices.Clone(s)
		groups = slices.DeleteFunc(groups, func(g []string) bool {
			same := slices.ContainsFunc(g, func(id string) bool { return slices.Contains(mine, id) })
			if same {
				mine = append(mine, g...)
			}
			return same
		})
		groups = append(groups, mine)
	}
	return len(groups)
}

// notes are what the policy does not demand, although the release has it.
func (r *release) notes() []string {
	stamps, logged, reproduced := 0, 0, 0
	for name, b := range r.bundles {
		stamps += len(b.Timestamps)
		logged += len(b.LogEntries)
		if strings.HasPrefix(name, reproducedPrefix) {
			reproduced++
		}
	}
	notes := []string{}
	trusted := &r.options.Policy.Trust
	if stamps > 0 && len(trusted.Stamps) == 0 {
		notes = append(notes, fmt.Sprintf("%d timestamps were not judged: the policy names no authority", stamps))
	}
	if r.hasEmbedded() && len(trusted.Stamps) == 0 {
		notes = append(notes, "timestamps inside of programs were not judged: the policy names no authority")
	}
	if reproduced > 0 && !trusted.Knows(trust.Reproducer) {
		notes = append(notes, fmt.Sprintf("%d signatures of reproducers were not judged: the policy names none", reproduced))
	}
	if n := r.demonstrations(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d statements of reproducers are demonstrations, which prove nothing", n))
	}
	if r.hasEmbedded() && !trusted.Knows(trust.Code) {
		notes = append(notes, "whose signatures inside of programs are was not judged: the policy names no authority")
	}
	if logged > 0 && len(trusted.Logs) == 0 {
		notes = append(notes, fmt.Sprintf("whose %d transparency log entries are was not judged: the policy names no log", logged))
	}
	if n := r.countLeftOut(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d files of the manifest are not there: a part for %s was asked for", n, r.options.Platform))
	}
	for _, f := range r.files {
		if r.ofWhole(f) {
			notes = append(notes, f.name+": about all platforms, of which a part is there; judged as a file alone")
		}
		if f.role == RoleSBOM && !isRead(f.name) {
			notes = append(notes, f.name+": of a format that is not read; judged as a file alone")
		}
	}
	return notes
}
