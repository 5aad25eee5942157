// SPDX-License-Identifier: MIT

package tamper

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// text changes the bytes of a JSON document before it is signed.
func text(document string, change func(b []byte) []byte) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Text: func(name string, b []byte) []byte {
			if name == document {
				return change(b)
			}
			return b
		}}
	}
}

func replaced(from, to string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(from), []byte(to), 1) }
}

func documentCases() []Case {
	c := one(familyDocument)
	spaced := func(b []byte) []byte {
		var out bytes.Buffer
		if err := json.Indent(&out, b, "", " "); err != nil {
			return b
		}
		return append(out.Bytes(), '\n')
	}
	var cases []Case
	for _, d := range []struct{ object, name string }{
		{"provenance", releasetest.Provenance}, {"commit statement", releasetest.Commit}, {"ledger statement", releasetest.Ledger}, {"signed manifest", releasetest.SignedManifest}, {"SPDX document", linuxStem + ".spdx.json"},
	} {
		kind := map[string]string{"signed manifest": "signed-manifest", "SPDX document": "sbom"}[d.object]
		if kind == "" {
			kind = "statement"
		}
		cases = append(cases,
			c("no JSON at all, well signed", d.object, "documents", "malformed-"+kind, text(d.name, func([]byte) []byte { return []byte("yaml: true\n") })),
			c("an array, well signed", d.object, "documents", "malformed-"+kind, text(d.name, func([]byte) []byte { return []byte("[]\n") })),
			c("a duplicate key, well signed", d.object, "strict-json", "ambiguous-json", text(d.name, func(b []byte) []byte {
				_, rest, _ := bytes.Cut(b, []byte(`:`))
				first := b[:len(b)-len(rest)-1]
				return append(append(bytes.Clone(first), []byte(`:null,`)...), b[1:]...)
			})),
			c("a second document after it, well signed", d.object, "strict-json", "ambiguous-json", text(d.name, func(b []byte) []byte { return append(b, b...) })),
		)
	}
	return append(cases,
		c("an unknown field, well signed", "commit statement", "strict-json", "ambiguous-json", text(releasetest.Commit, replaced("{", `{"a":1,`))),
		c("a key in another case, well signed", "commit statement", "strict-json", "ambiguous-json", text(releasetest.Commit, replaced(`"predicateType"`, `"PredicateType"`))),
		c("a known key in another case, well signed", "SPDX document", "strict-json", "ambiguous-json", text(linuxStem+".spdx.json", replaced("{", `{"FILES":[],`))),
		c("a known key in another case, well signed", "CycloneDX document", "strict-json", "ambiguous-json", text(linuxStem+".cdx.json", replaced("{", `{"FormuLation":[],`))),
		c("two keys that differ in case, well signed", "CycloneDX document", "strict-json", "ambiguous-json", text(linuxStem+".cdx.json", replaced("{", `{"note":1,"Note":2,`))),
		c("a known key in another case in the predicate, well signed", "provenance", "strict-json", "ambiguous-json", stated(releasetest.Provenance, func(s object) {
			sub(s, "predicate", "buildDefinition")["resolveddependencies"] = []any{}
		})),
		c("a known key in another case in the predicate, well signed", "commit statement", "strict-json", "ambiguous-json", stated(releasetest.Commit, func(s object) {
			sub(s, "predicate")["Source"] = sub(s, "predicate")["source"]
			delete(sub(s, "predicate"), "source")
		})),
		c("201 000 values, well signed", "ledger statement", "documents", "malformed-statement", stated(releasetest.Ledger, func(s object) {
			sub(s, "predicate")["actions"] = make([]int, 201_000)
		})),
		c("bytes that are no UTF-8, well signed", "commit statement", "strict-json", "ambiguous-json", text(releasetest.Commit, replaced(`"`+releasetest.SourceCommit+`"`, "\"\xff\""))),
		c("with spaces, well signed", "provenance", "canonical", "not-canonical", text(releasetest.Provenance, spaced)),
		c("keys in another order, well signed", "provenance", "canonical", "not-canonical", text(releasetest.Provenance, func(b []byte) []byte {
			b = replaced(`"_type":"https://in-toto.io/Statement/v1",`, "")(b)
			return append(bytes.TrimSuffix(b, []byte("}\n")), []byte(`,"_type":"https://in-toto.io/Statement/v1"}`+"\n")...)
		})),
		c("no newline at the end, well signed", "provenance", "canonical", "not-canonical", text(releasetest.Provenance, bytes.TrimSpace)),
		c("spaces, well signed", "manifest", "documents", "malformed-manifest", text(manifest.FileName, replaced(`,"size":`, `, "size":`))),
		c("an unknown field, well signed", "manifest", "documents", "malformed-manifest", text(manifest.FileName, replaced(`,"size":`, `,"mode":1,"size":`))),
		c("another schema, well signed", "manifest", "documents", "malformed-manifest", text(manifest.FileName, replaced("manifest/1", "manifest/2"))),
		c("a path as name, well signed", "manifest", "documents", "malformed-manifest", text(manifest.FileName, replaced(`"notes.md"`, `"../notes.md"`))),
		c("another schema, well signed", "signed manifest", "documents", "malformed-signed-manifest", text(releasetest.SignedManifest, replaced("signed/1", "signed/2"))),
		c("a path as name, well signed", "signed manifest", "documents", "malformed-signed-manifest", text(releasetest.SignedManifest, replaced(`"gosqlite_1.2.0_windows_amd64_signed.zip"`, `"x/gosqlite_1.2.0_windows_amd64_signed.zip"`))),
		c("neither CycloneDX nor SPDX", "SPDX document", "documents", "malformed-sbom", text(linuxStem+".spdx.json", replaced("SPDX-2.3", "SPDX-9"))),
		c("two subjects", "SPDX document", "documents", "malformed-sbom", bill(linuxStem+".spdx.json", func(d object) { d["documentDescribes"] = []any{"SPDXRef-0"} })),
		c("another version in the manifest than in the names", "archive", "names", "wrong-name", func(*keys) hooks {
			h := withoutModule() // which would be of another version as well, as would be tag, notes and API description
			h.Statement = untagged(nil).Statement
			without := h.Payload
			h.Payload = func(p map[string]*releasetest.Payload) {
				without(p)
				for _, name := range []string{releasetest.NotesJSON, releasetest.NotesMD, releasetest.API("1.2.0")} {
					delete(p, name)
				}
			}
			demand := h.Policy
			h.Policy = func(p *policy.File) {
				demand(p)
				untagged(nil).Policy(p)
				p.Require.Evidence = slices.DeleteFunc(p.Require.Evidence, func(e policy.Evidence) bool { return e == policy.Notes || e == policy.API })
			}
			h.Manifest, h.SignedSet = func(m *manifest.Manifest) { m.Version = "1.3.0" }, func(d object) { d["version"] = "1.3.0" }
			return h
		}),
		c("an older release", "release", "minimum-version", "version-too-old", func(*keys) hooks {
			return hooks{Config: func(c *releasetest.Config) { c.Version = "0.9.0" }}
		}),
		c("a pre-release of the least version", "release", "minimum-version", "version-too-old", func(*keys) hooks {
			return hooks{Config: func(c *releasetest.Config) { c.Version = "1.0.0-rc.1" }}
		}),
		past("GO-2026-5212", c("a program whose headers point outside of it", "archive", "platform", "wrong-platform", tree(linuxArchive, func(t *releasetest.Tree) {
			data := t.Find("bin/gosqlite").Data
			copy(data[32:40], bytes.Repeat([]byte{0xff}, 8))
		}))),
	)
}

// stated changes a statement before it is signed.
func stated(statement string, change func(s object)) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Statement: func(name string, s map[string]any) {
			if name == statement {
				change(s)
			}
		}}
	}
}

func statementCases() []Case {
	c := one(familyStatement)
	subjects := func(change func(list []any) []any) func(s object) {
		return func(s object) { s["subject"] = change(s["subject"].([]any)) }
	}
	extra := func(name string) object {
		return object{"name": name, "digest": object{"sha256": strings.Repeat("0", 64)}}
	}
	other := func(list []any) []any {
		list[0].(object)["digest"] = object{"sha256": strings.Repeat("0", 64)}
		return list
	}
	p, definition := releasetest.Provenance, func(s object) object { return sub(s, "predicate", "buildDefinition") }
	cases := []Case{
		c("one subject less", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any { return l[1:] }))),
		c("no subjects", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func([]any) []any { return []any{} }))),
		c("one subject more", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any { return append(l, extra("zz")) }))),
		c("the manifest as one more subject", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any { return append(l, extra("manifest.json")) }))),
		c("another digest of a subject", "provenance", "subjects", "provenance-subjects", stated(p, subjects(other))),
		c("a second digest of a subject", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any {
			sub(l[0].(object), "digest")["sha1"] = strings.Repeat("0", 40)
			return l
		}))),
		c("a subject without digest", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any {
			l[0].(object)["digest"] = object{}
			return l
		}))),
		c("a subject twice", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any { return append([]any{l[0]}, l...) }))),
		c("subjects in another order", "provenance", "subjects", "provenance-subjects", stated(p, subjects(func(l []any) []any {
			l[0], l[1] = l[1], l[0]
			return l
		}))),
		c("5000 subjects", "provenance", "documents", "malformed-statement", stated(p, subjects(func(l []any) []any {
			for i := range 5000 {
				l = append(l, extra(fmt.Sprint("z", i)))
			}
			return l
		}))),
		c("about another release", "commit statement", "subjects", "statement-subject", stated(releasetest.Commit, subjects(other))),
		c("no subjects", "commit statement", "subjects", "statement-subject", stated(releasetest.Commit, subjects(func([]any) []any { return []any{} }))),
		c("about one file only", "ledger statement", "subjects", "statement-subject", stated(releasetest.Ledger, func(s object) {
			s["subject"] = []any{}
		})),
		c("about another release", "reproduced statement", "subjects", "statement-subject", stated("reproduced-1.intoto.json", subjects(other))),
		c("another type of statement", "provenance", "statement-form", "statement-type", stated(p, func(s object) { s["_type"] = "https://in-toto.io/Statement/v0.1" })),
		c("another predicate", "provenance", "statement-form", "statement-type", stated(p, func(s object) { s["predicateType"] = "https://slsa.dev/provenance/v0.2" })),
		c("no predicate", "commit statement", "statement-form", "statement-type", stated(releasetest.Commit, func(s object) { delete(s, "predicate") })),
		c("the commit statement under its name", "ledger statement", "statement-form", "statement-type", stated(releasetest.Ledger, func(s object) { s["predicateType"] = releasetest.CommitType })),
		c("a ledger's under its name", "reproduced statement", "statement-form", "statement-type", stated("reproduced-1.intoto.json", func(s object) { s["predicateType"] = releasetest.LedgerType })),
		c("a provenance under its name", "commit statement", "statement-form", "statement-type", stated(releasetest.Commit, func(s object) { s["predicateType"] = "https://slsa.dev/provenance/v1" })),
		c("another type of statement", "commit statement", "statement-form", "statement-type", stated(releasetest.Commit, func(s object) { s["_type"] = "" })),
		c("another builder", "provenance", "provenance", "provenance-builder", stated(p, func(s object) { sub(s, "predicate", "runDetails", "builder")["id"] = "https://example.org/laptop" })),
		c("no builder", "provenance", "provenance", "provenance-incomplete", stated(p, func(s object) { sub(s, "predicate", "runDetails", "builder")["id"] = "" })),
		c("no build type", "provenance", "provenance", "provenance-incomplete", stated(p, func(s object) { delete(definition(s), "buildType") })),
		c("no parameters", "provenance", "provenance", "provenance-incomplete", stated(p, func(s object) { definition(s)["externalParameters"] = object{} })),
		c("no dependencies", "provenance", "provenance", "provenance-incomplete", stated(p, func(s object) { definition(s)["resolvedDependencies"] = []any{} })),
		c("a dependency without digest", "provenance", "provenance", "provenance-incomplete", stated(p, func(s object) {
			definition(s)["resolvedDependencies"] = []any{object{"uri": "https://example.org/sqlite.zip"}}
		})),
		c("another list of sources under its digest", "provenance", "provenance", "provenance-digest", stated(p, func(s object) {
			definition(s)["resolvedDependencies"].([]any)[0].(object)["content"] = "AAAA"
		})),
		c("of other sources than the provenance", "commit statement", "provenance", "commit-source", stated(releasetest.Commit, func(s object) {
			sub(s, "predicate", "source")["sha256"] = strings.Repeat("0", 64)
		})),
		c("of no sources", "commit statement", "provenance", "commit-source", stated(releasetest.Commit, func(s object) { delete(sub(s, "predicate"), "source") })),
		c("the same reproducer twice", "reproduced statement", "reproduced", "reproduced-threshold", signed("reproduced-2.intoto.json", func(k *keys, s *signing) {
			s.Key, s.Hint = k.Reproducers[0], releasetest.Hint(k.Reproducers[0])
		})),
		c("two certificates of one reproducer", "reproduced statement", "reproduced", "reproduced-threshold", certified([]string{"a@example.org"}, []string{"a@example.org"})),
		c("two certificates of one reproducer, one with another identity, too", "reproduced statement", "reproduced", "reproduced-threshold", certified([]string{"a@example.org"}, []string{"b@example.org", "a@example.org"})),
		c("one reproducer of two", "reproduced statement", "reproduced", "reproduced-threshold", dropped("reproduced-2.intoto.json")),
		c("no reproducer", "reproduced statement", "reproduced", "reproduced-threshold", dropped("reproduced-1.intoto.json", "reproduced-2.intoto.json")),
	}
	return slices.Concat(cases, evidenceCases(), predicateCases(), tagCases(), tagSignatureCases())
}

// certified makes the reproducers sign by certificates with these identities.
func certified(identities ...[]string) func(k *keys) hooks {
	return func(*keys) hooks {
		root := releasetest.Issue("Test Reproducers", nil, releasetest.Authority)
		return hooks{
			Sign: func(name string, s *signing) {
				for i, list := range identities {
					if name == fmt.Sprintf("reproduced-%d.intoto.json", i+1) {
						s.Leaf = releasetest.Issue("Test Reproducer", root, func(t *x509.Certificate) {
							releasetest.Purposes("", x509.ExtKeyUsageCodeSigning)(t)
							t.EmailAddresses = list
						})
						s.Key = s.Leaf.Key
					}
				}
			},
			Policy: func(p *policy.File) {
				p.Authorities = append(p.Authorities, policy.Authority{
					Name: "reproducers", Certificates: []string{root.PEM()}, Roles: []trust.Role{trust.Reproducer}, Identities: []string{"a@example.org", "b@example.org"},
				})
			},
		}
	}
}

// dropped leaves evidence out, and its bundles.
func dropped(names ...string) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Finished: func(files map[string][]byte) {
			for _, name := range names {
				delete(files, name)
				delete(files, name+releasetest.Bundle)
			}
		}}
	}
}

func evidenceCases() []Case {
	c := one(familyStatement)
	unlisted := func(names ...string) func(k *keys) hooks {
		return func(*keys) hooks {
			return hooks{
				Payload: func(files map[string]*releasetest.Payload) {
					for _, name := range names {
						delete(files, name)
					}
				},
				Finished: func(files map[string][]byte) {
					for _, name := range names {
						delete(files, name+releasetest.SignedSBOM)
					}
				},
			}
		}
	}
	return []Case{
		c("left out, and demanded", "commit statement", "evidence", "evidence-missing", dropped(releasetest.Commit)),
		c("left out, and demanded", "tag", "evidence", "evidence-missing", stated(releasetest.Commit, func(s object) {
			delete(sub(s, "predicate"), "tag")
			delete(sub(s, "predicate"), "release")
		})),
		c("without a signature, and demanded", "tag", "evidence", "evidence-missing", stated(releasetest.Commit, func(s object) {
			p := sub(s, "predicate")
			p["tag"] = releasetest.TagOf("v1.2.0", "commit", sub(p, "release")["id"].(string))
		})),
		c("left out, and demanded", "ledger statement", "evidence", "evidence-missing", dropped(releasetest.Ledger)),
		c("left out, and demanded", "signed bill of materials", "evidence", "evidence-missing", dropped(linuxStem+".cdx.json.signed.json")),
		c("left out, and demanded", "CycloneDX document", "evidence", "evidence-missing", unlisted(linuxStem+".cdx.json")),
		c("left out, and demanded", "SPDX document", "evidence", "evidence-missing", unlisted(linuxStem+".spdx.json")),
		c("left out, and demanded", "debug", "evidence", "evidence-missing", unlisted(linuxDebug)),
		c("left out, and demanded", "module", "evidence", "evidence-missing", unlisted("gosqlite_v1.2.0.zip", "gosqlite_v1.2.0.mod", "gosqlite_v1.2.0.info")),
		c("left out, and demanded", "VEX", "evidence", "evidence-missing", unlisted(releasetest.OpenVEX, releasetest.CycloneDXVEX, releasetest.CSAF)),
		c("left out, and demanded", "notes", "evidence", "evidence-missing", unlisted(releasetest.NotesMD, releasetest.NotesJSON)),
		c("left out, and demanded", "API description", "evidence", "evidence-missing", unlisted(releasetest.API("1.2.0"))),
		c("left out, and demanded", "signed manifest", "evidence", "evidence-missing", func(*keys) hooks {
			return hooks{Finished: func(files map[string][]byte) {
				for name := range files {
					if strings.HasPrefix(name, "embedded/") || strings.Contains(name, "_signed.") {
						delete(files, name)
					}
				}
			}}
		}),
		c("left out, and a policy that demands one builder", "provenance", "closure", "missing-file", func(*keys) hooks {
			return hooks{Finished: func(files map[string][]byte) { delete(files, releasetest.Provenance) }, Policy: func(*policy.File) {}}
		}),
	}
}
