// SPDX-License-Identifier: MIT

package verify

import (
	"slices"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Rules are all rules, in the order in which they are asked.
var Rules = slices.Concat(folderRules, signatureRules, statementRules, archiveRules, sbomRules, embeddedRules)

var folderRules = []Rule{
	{Name: "file-types", Asks: "Is each file a regular one, with a name that no other has where case does not count?",
		Reads: "folder", Classes: []string{"not-regular", "case-collision"}, Roles: all, check: eachFile((*release).fileType)},
	{Name: "closure", Asks: "Is everything there, and nothing else?",
		Reads: "folder, manifest", Classes: []string{"missing-file", "missing-bundle", "unlisted-file", "two-bundles"}, Roles: all, check: closure},
	{Name: "documents", Asks: "Can each document be read?",
		Reads:   "manifest, SHA256SUMS, bundles, statements, bills of materials",
		Classes: []string{"malformed-manifest", "malformed-sums", "malformed-bundle", "malformed-statement", "malformed-sbom", "malformed-signed-sbom", "malformed-signed-manifest"},
		Roles:   []Role{RoleManifest, RoleSums, RoleBundle, RoleStatement, RoleSBOM, RoleSignedSBOM, RoleSignedManifest}, check: eachFile((*release).readable)},
	{Name: "strict-json", Asks: "Has each JSON document one meaning: no duplicate, unknown or differently spelt key, nothing after the value?",
		Reads: "JSON documents", Classes: []string{"ambiguous-json"},
		Roles: []Role{RoleBundle, RoleStatement, RoleSBOM, RoleSignedSBOM, RoleSignedManifest}, check: eachFile((*release).strict)},
	{Name: "sums", Asks: "Does SHA256SUMS say what the manifest says?",
		Reads: "SHA256SUMS, manifest", Classes: []string{"sums-mismatch"}, Roles: []Role{RoleSums}, check: eachFile((*release).sumsAgree)},
	{Name: "digests", Asks: "Has each file the size and digest that the manifest says?",
		Reads: "payload, manifest", Classes: []string{"digest-mismatch"}, Roles: payload, check: eachFile((*release).digestAgrees)},
	{Name: "names", Asks: "Do the names of archives name their version and platform?",
		Reads: "manifest", Classes: []string{"wrong-name"}, Roles: []Role{RoleArchive, RoleDebug}, check: eachFile((*release).rightName)},
	{Name: "minimum-version", Asks: "Is the release no older than the policy allows?",
		Reads: "manifest, policy", Classes: []string{"version-too-old"}, check: minimumVersion},
	{Name: "version", Asks: "Is the release the one that was asked for?",
		Reads: "manifest, --version", Classes: []string{"wrong-version"}, check: askedVersion},
	{Name: "module", Asks: "Are the files of the Go module the three of the release's version, and do they say the same?",
		Reads: "module, manifest", Classes: []string{"module-mismatch"}, Roles: []Role{RoleModule}, check: eachFile((*release).moduleWhole)},
	{Name: "gosum", Asks: "Does the Go module have the h1: digests of the user's go.sum?",
		Reads: "module, --gosum", Classes: []string{"gosum-mismatch", "gosum-missing"}, check: goSum},
}

// bundleRule is the rule of one check of package trust.
func bundleRule(check trust.Check, asks string, classes ...string) Rule {
	return Rule{Name: string(check), Asks: asks, Reads: "bundles, policy", Classes: classes, Roles: []Role{RoleBundle},
		check: eachFile(func(r *release, f *file) (class, detail string) {
			a := r.assessments[f.name]
			if a == nil {
				return "", "" // documents or closure refused it
			}
			for _, x := range a.Faults {
				if x.Check == check {
					return x.Class, x.Detail
				}
			}
			return "", ""
		})}
}

var signatureRules = []Rule{
	{Name: "bundle-kind", Asks: "Does a bundle sign what its name says: a file by a message signature, a statement by an envelope of it?",
		Reads: "bundles, statements", Classes: []string{"wrong-bundle-kind", "wrong-payload-type"}, Roles: []Role{RoleBundle}, check: eachFile((*release).bundleKind)},
	{Name: "payload", Asks: "Is an envelope's payload the statement beside it?",
		Reads: "bundles, statements", Classes: []string{"payload-mismatch"}, Roles: []Role{RoleBundle}, check: eachFile((*release).payloadAgrees)},
	{Name: "development", Asks: "Is no development authority behind it?",
		Reads: "bundles, policy", Classes: []string{"development-signature"}, Roles: []Role{RoleBundle}, check: eachFile((*release).development)},
	bundleRule(trust.CheckKey, "Is the key in the policy?", "unknown-key"),
	bundleRule(trust.CheckRole, "May the signer sign such a file?", "wrong-role"),
	bundleRule(trust.CheckAlgorithm, "Is it ECDSA on P-256 with SHA-256?", "wrong-algorithm"),
	bundleRule(trust.CheckSignature, "Does the signature verify?", "bad-signature"),
	bundleRule(trust.CheckHint, "Do digest and key id of the bundle say the same as file and key?", "message-digest-mismatch", "key-id-mismatch"),
	bundleRule(trust.CheckWindow, "Was the key valid when it signed?", "key-outside-validity"),
	bundleRule(trust.CheckChain, "Does a trusted authority stand behind the certificate?", "untrusted-certificate", "malformed-certificate"),
	bundleRule(trust.CheckPurpose, "Is the certificate for code signing alone?", "wrong-purpose"),
	bundleRule(trust.CheckIdentity, "Is it the identity, and the issuer, of the policy?", "wrong-identity", "wrong-issuer"),
	bundleRule(trust.CheckValidity, "Were all certificates valid when it was signed?", "certificate-expired"),
	bundleRule(trust.CheckStampCount, "Are there as many timestamps by different authorities as the policy demands?", "timestamp-missing"),
	bundleRule(trust.CheckStampForm, "Can each timestamp be read?", "malformed-timestamp"),
	bundleRule(trust.CheckStampOver, "Is each timestamp over this signature?", "timestamp-mismatch"),
	bundleRule(trust.CheckStampSig, "Does the authority's signature verify?", "timestamp-bad-signature"),
	bundleRule(trust.CheckStampTrust, "Does a trusted authority stand behind each timestamp?", "timestamp-untrusted"),
	bundleRule(trust.CheckStampFor, "Is the authority's certificate for time stamping alone?", "timestamp-wrong-purpose"),
	bundleRule(trust.CheckStampTime, "Were the authority's certificates valid at that time?", "timestamp-expired"),
	bundleRule(trust.CheckStampBinds, "Does the timestamp bind the authority's certificate?", "timestamp-unbound"),
	bundleRule(trust.CheckStampFuture, "Does the timestamp not lie in the future?", "timestamp-future"),
	bundleRule(trust.CheckLogCount, "Are there as many entries in different transparency logs as the policy demands?", "log-entry-missing"),
	bundleRule(trust.CheckLogForm, "Can each log entry be read?", "malformed-log-entry"),
	bundleRule(trust.CheckLogOf, "Is each log entry of this signature?", "log-entry-mismatch"),
	bundleRule(trust.CheckLogProof, "Does the inclusion proof lead from the entry to the root of its checkpoint?", "log-proof-mismatch"),
	bundleRule(trust.CheckLogSigned, "Did a trusted log sign the checkpoint?", "log-untrusted"),
	bundleRule(trust.CheckLogWindow, "Was the log trusted when the signature was made?", "log-outside-validity"),
}

var statementRules = []Rule{
	{Name: "statement-form", Asks: "Is each statement of in-toto, and the provenance of SLSA?",
		Reads: "statements", Classes: []string{"statement-type"}, Roles: []Role{RoleStatement}, check: eachFile((*release).form)},
	{Name: "canonical", Asks: "Is the provenance in the one text that its values have?",
		Reads: "provenance", Classes: []string{"not-canonical"}, Roles: []Role{RoleStatement}, check: eachFile((*release).canonical)},
	{Name: "subjects", Asks: "Is the provenance about exactly the files of the manifest, and any other statement about this release?",
		Reads: "statements, manifest", Classes: []string{"provenance-subjects", "statement-subject"}, Roles: []Role{RoleStatement}, check: eachFile((*release).subjects)},
	{Name: "provenance", Asks: "Does the provenance say who built, how, and of what, each thing with its digest, and the commit statement of the same sources?",
		Reads: "provenance, commit statement, policy", Classes: []string{"provenance-incomplete", "provenance-builder", "provenance-digest", "commit-source"}, check: provenanceRule},
	{Name: "build", Asks: "Does the provenance tell of a build of this release: by our build type, of the version, time and platforms of the manifest, from one list of sources?",
		Reads: "provenance, manifest", Classes: []string{"build-type", "build-parameters", "build-source"}, check: buildRule},
	{Name: "tag", Asks: "Is the tag the release's, of a release commit, and that made of the source commit alone?",
		Reads: "commit statement, manifest", Classes: []string{"tag-malformed", "tag-mismatch", "tag-source"}, check: tagRule},
	{Name: "tag-signature", Asks: "Is the tag signed by the key of the commit statement?",
		Reads: "commit statement, its bundle", Classes: []string{"tag-signature"}, check: tagSignatureRule},
	{Name: "module-source", Asks: "Is each file of the Go module, but for the amalgamation, a source of the provenance?",
		Reads: "module, provenance", Classes: []string{"module-source"}, check: moduleSources},
	{Name: "ledger", Asks: "Does the ledger statement hold a ledger, of a build that made the files of the release?",
		Reads: "ledger statement, manifest", Classes: []string{"ledger-malformed", "ledger-mismatch"}, check: ledgerRule},
	{Name: "evidence", Asks: "Is all evidence there that the policy demands?",
		Reads: "folder, policy, --inputs", Classes: []string{"evidence-missing"}, check: evidenceRule},
	{Name: "reproduced", Asks: "Do as many reproducers as the policy demands state that they had the same bytes, and not in a demonstration?",
		Reads: "statements, bundles, policy", Classes: []string{"reproduced-threshold"}, check: reproducedRule},
}

// archiveRule is the rule of one check of package container.
func archiveRule(check container.Check, asks string, roles []Role, classes ...string) Rule {
	return Rule{Name: string(check), Asks: asks, Reads: "archives", Classes: classes, Roles: roles,
		check: eachFile(func(r *release, f *file) (class, detail string) {
			c := r.archives[f.name]
			if c == nil {
				return "", "" // no archive, or file-types refused it
			}
			for _, x := range c.faults {
				if x.Check == check {
					return x.Class, x.Detail
				}
			}
			return "", ""
		})}
}

var unpacked = append(packed[:len(packed):len(packed)], RoleModule, RoleSBOM, RoleAPI)

var archiveRules = []Rule{
	archiveRule(container.CheckForm, "Do all programs read the same from the archive: one plain form, whole, without gaps or a rest?", unpacked, "archive-malformed"),
	archiveRule(container.CheckNames, "Does each name stay in its folder, on every system, and stand once?", unpacked, "archive-unsafe", "archive-duplicate"),
	archiveRule(container.CheckTypes, "Are all entries regular files: no links, devices, folders?", unpacked, "archive-unsafe"),
	archiveRule(container.CheckModes, "Is no entry setuid, or writable by others?", packed, "archive-unsafe"),
	archiveRule(container.CheckLimits, "Does it unpack to a sensible size?", unpacked, "archive-bomb"),
	{Name: "archive-contents", Asks: "Does the archive hold its one folder, and in it what a release of the platform needs?",
		Reads: "archives, manifest", Classes: []string{"archive-contents"}, Roles: []Role{RoleArchive, RoleDebug}, check: eachFile((*release).holds)},
	{Name: "platform", Asks: "Are the programs for the platform that the manifest says?",
		Reads: "programs, manifest", Classes: []string{"wrong-platform"}, Roles: []Role{RoleArchive, RoleDebug}, check: eachFile((*release).fitsPlatform)},
	{Name: "debug-twin", Asks: "Has each debug twin the build identity of the program that it belongs to?",
		Reads: "programs", Classes: []string{"twin-mismatch", "twin-missing", "twin-unidentified"}, Roles: []Role{RoleDebug}, check: eachFile((*release).isTwin)},
}

var sbomRules = []Rule{
	{Name: "sbom-subject", Asks: "Is a platform's bill of materials about that platform's archive, by name and digest?",
		Reads: "bills of materials, manifest", Classes: []string{"sbom-wrong-subject"}, Roles: []Role{RoleSBOM}, check: eachFile((*release).sbomSubject)},
	{Name: "sbom-digests", Asks: "Has each object of the release the digest that the bill of materials says?",
		Reads: "bills of materials, archives", Classes: []string{"sbom-digest-mismatch"}, Roles: []Role{RoleSBOM}, check: eachFile((*release).sbomDigests)},
	{Name: "sbom-coverage", Asks: "Does the bill of materials name each program and library of its archive?",
		Reads: "bills of materials, archives", Classes: []string{"sbom-uncovered"}, Roles: []Role{RoleSBOM}, check: eachFile((*release).sbomCovers)},
	{Name: "sbom-inputs", Asks: "Is each upstream object of the bill of materials among the inputs, with its digest?",
		Reads: "bills of materials, --inputs", Classes: []string{"sbom-input-missing"}, Roles: []Role{RoleSBOM}, check: eachFile((*release).sbomInputs)},
	{Name: "vex", Asks: "Is each VEX document about products and components of the release's bills of materials?",
		Reads: "VEX, bills of materials", Classes: []string{"vex-malformed", "vex-product"}, Roles: []Role{RoleVEX}, check: eachFile((*release).vexAgrees)},
	{Name: "notes", Asks: "Are the notes of the release's version and day, and the files that they list the manifest's?",
		Reads: "notes, manifest", Classes: []string{"notes-mismatch"}, Roles: []Role{RoleNotes}, check: eachFile((*release).notesAgree)},
	{Name: "api", Asks: "Is the description of the interface an archive of texts, of the release's version?",
		Reads: "API description, manifest", Classes: []string{"api-mismatch"}, Roles: []Role{RoleAPI}, check: eachFile((*release).apiAgrees)},
	{Name: "signed-sbom", Asks: "Is a signed copy, without its signature, the bill of materials of the manifest?",
		Reads: "signed copies, bills of materials", Classes: []string{"signed-sbom-mismatch"}, Roles: []Role{RoleSignedSBOM}, check: eachFile((*release).copyAgrees)},
	{Name: "signed-sbom-signature", Asks: "Does the signature in the copy verify, by a key of the policy?",
		Reads: "signed copies, policy", Classes: []string{"signed-sbom-signature"}, Roles: []Role{RoleSignedSBOM}, check: eachFile((*release).copySigned)},
}

var embeddedRules = []Rule{
	{Name: "signed-digests", Asks: "Has each signed archive the digest of the signed manifest, and that the digest of the unsigned one?",
		Reads: "signed archives, signed manifest, manifest", Classes: []string{"signed-digest-mismatch", "signed-missing"},
		Roles: []Role{RoleSignedArchive, RoleSignedManifest}, check: eachFile((*release).signedDigests)},
	{Name: "embedded-strip", Asks: "Is a signed archive, with signatures stripped from its programs, the unsigned one, and does each code signature call its program by its name?",
		Reads: "signed archives, archives", Classes: []string{"embedded-mismatch", "embedded-identifier"}, Roles: []Role{RoleSignedArchive}, check: eachFile((*release).stripsToUnsigned)},
	{Name: "embedded-signature", Asks: "Does each program of a signed archive have one signature, over its bytes, by a code authority of the policy, and beside it nothing but timestamps by the policy's authorities?",
		Reads: "signed archives, policy", Classes: []string{"embedded-bad-signature", "embedded-missing", "embedded-untrusted", "embedded-timestamp", "embedded-unsigned"},
		Roles: []Role{RoleSignedArchive}, check: eachFile((*release).embeddedSigned)},
	{Name: "embedded-detached", Asks: "Is each detached signature of a program of its archive, and the one that the signed archive has inside?",
		Reads: "embedded/, archives", Classes: []string{"detached-mismatch"},
		Roles: []Role{RoleEmbedded}, check: eachFile((*release).detachedAgrees)},
}
