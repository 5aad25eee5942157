// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/gosum"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// DemandCases ask of a good release what it does not have.
func DemandCases() []Case {
	return []Case{
		asks("another version", "version", "wrong-version", func(o *verify.Options, _ *Dir) error { o.Version = "1.3.0"; return nil }),
		asks("a go.sum with another digest of the module", "gosum", "gosum-mismatch", goSum("h1:AAAA", "")),
		asks("a go.sum with another digest of go.mod", "gosum", "gosum-mismatch", goSum("", "h1:AAAA")),
		asks("a go.sum without the module", "gosum", "gosum-missing", func(o *verify.Options, _ *Dir) error { o.GoSum = []byte{}; return nil }),
		asks("a go.sum with lines cut off", "gosum", "gosum-mismatch", func(o *verify.Options, _ *Dir) error {
			o.GoSum = []byte("github.com/gosqlite/gosqlite v1.2.0\n")
			return nil
		}),
		asks("inputs without the amalgamation", "sbom-inputs", "sbom-input-missing", inputs("another file\n")),
		asks("no inputs, where the policy demands them", "evidence", "evidence-missing", demandsInputs(nil)),
		{
			Family: familyDemand, Mutation: "inputs without the download that the amalgamation came in, where the policy demands them", Object: "release", Kind: Demand,
			Rule: "evidence", Classes: []string{"evidence-missing"}, Hooks: downloaded, Ask: demandsInputs(inputs(releasetest.Upstream)),
		},
	}
}

// demandsInputs makes the policy demand inputs, and gives them.
func demandsInputs(give func(o *verify.Options, d *Dir) error) func(o *verify.Options, d *Dir) error {
	return func(o *verify.Options, d *Dir) error {
		p := *o.Policy
		p.Evidence = append(slices.Clone(p.Evidence), policy.Inputs)
		o.Policy = &p
		if give == nil {
			return nil
		}
		return give(o, d)
	}
}

// downloaded names the download of the upstream component in the documents in CycloneDX.
func downloaded(*keys) hooks {
	return hooks{SBOM: func(_ string, doc map[string]any) {
		components, ok := doc["components"].([]any)
		if !ok { // of SPDX
			return
		}
		components[0].(map[string]any)["externalReferences"] = []any{map[string]any{"type": "distribution", "url": "https://example.org/sqlite.zip",
			"hashes": []any{map[string]any{"alg": "SHA-256", "content": strings.Repeat("0", 64)}}}}
	}}
}

// goSum writes a go.sum, with the right digests where none is given.
func goSum(zip, mod string) func(o *verify.Options, d *Dir) error {
	return func(o *verify.Options, d *Dir) error {
		name := "gosqlite_v1.2.0.zip"
		f, err := os.Open(d.path(name))
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		a, err := container.Open(f, info.Size(), name)
		if err != nil {
			return err
		}
		entries, _, err := a.Walk()
		if err != nil {
			return err
		}
		goMod, err := d.Read("gosqlite_v1.2.0.mod")
		if err != nil {
			return err
		}
		if zip == "" {
			zip = gosum.Hash(entries)
		}
		if mod == "" {
			mod = gosum.HashMod([32]byte(digest(goMod)))
		}
		const module = "github.com/gosqlite/gosqlite v1.2.0"
		o.GoSum = []byte("example.org/other v1.0.0 h1:BBBB\n" + module + " " + zip + "\n" + module + "/go.mod " + mod + "\n")
		return nil
	}
}

func inputs(contents string) func(o *verify.Options, d *Dir) error {
	return func(o *verify.Options, d *Dir) error {
		o.Inputs = filepath.Join(d.Aside, "inputs")
		if err := os.MkdirAll(o.Inputs, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(o.Inputs, "sqlite3.c"), []byte(contents), 0o644)
	}
}

// Controls are releases that have to pass.
func Controls() []Case {
	c := func(what string, h func(k *keys) hooks, ask func(o *verify.Options, d *Dir) error) Case {
		return Case{Family: "control", Mutation: what, Object: "release", Kind: Control, Hooks: h, Ask: ask}
	}
	plain := func(*keys) hooks { return hooks{} }
	return []Case{
		c("by key", plain, nil),
		c("by certificate", byCertificate(nil, nil), nil),
		c("the version that was asked for", plain, func(o *verify.Options, _ *Dir) error { o.Version = "1.2.0"; return nil }),
		c("a go.sum that agrees", plain, goSum("", "")),
		c("inputs that are complete", plain, inputs(releasetest.Upstream)),
		c("inputs that are complete, and demanded", plain, demandsInputs(inputs(releasetest.Upstream))),
		c("inputs without a download, and none demanded", downloaded, inputs(releasetest.Upstream)),
		c("a development authority that the policy accepts", func(*keys) hooks {
			return hooks{Config: func(c *releasetest.Config) { c.Development = true }, Policy: func(p *policy.File) { p.Development = true }}
		}, nil),
		c("a pre-release above the least version", func(*keys) hooks {
			return hooks{Config: func(c *releasetest.Config) { c.Version = "1.1.0-rc.1" }}
		}, nil),
		c("three timestamps where two are demanded", stamped(func(_ *keys, s []stamp) []stamp { return append(s, s[0]) }), nil),
		c("two log entries where two are demanded", logged(nil), nil),
		c("by certificate, two log entries where two are demanded", func(k *keys) hooks {
			h := byCertificate(nil, nil)(k)
			set := h.Config
			h.Config = func(c *releasetest.Config) { set(c); c.Logged = true }
			return h
		}, nil),
		c("log entries, and a policy that names no log", func(k *keys) hooks {
			h := logged(nil)(k)
			h.Policy = func(p *policy.File) { p.Logs, p.Require.LogEntries = nil, 0 }
			return h
		}, nil),
		c("no evidence, and none demanded", func(*keys) hooks {
			return hooks{
				Finished: func(files map[string][]byte) {
					for name := range files {
						if strings.HasPrefix(name, "embedded/") || strings.Contains(name, "_signed.") || strings.HasPrefix(name, "commit") || strings.HasPrefix(name, "ledger") || strings.HasPrefix(name, "reproduced") || strings.HasSuffix(name, releasetest.SignedSBOM) {
							delete(files, name)
						}
					}
				},
				Policy: func(p *policy.File) { p.Require = policy.Require{} },
			}
		}, nil),
		c("a policy that names no timestamp authority", func(*keys) hooks {
			return hooks{Policy: func(p *policy.File) { p.Timestamps, p.Require.Timestamps = nil, 0 }}
		}, nil),
		c("a policy that names no reproducer and no authority for programs", func(*keys) hooks {
			return hooks{Policy: func(p *policy.File) {
				p.Keys, p.Authorities, p.Require.Reproduced = p.Keys[:1], nil, 0
			}}
		}, nil),
		c("without a tag, and none demanded", untagged, nil),
		c("two demonstrations that the policy accepts", demonstrated, nil),
		c("two reproducers by certificate", certified([]string{"a@example.org"}, []string{"b@example.org"}), nil),
		c("a release by a policy whose one root stands there for two roles", func(k *keys) hooks {
			h := byCertificate(nil, func(p *policy.File) {
				one := []string{k.Intermediate.PEM(), k.Root.PEM()}
				p.Authorities = []policy.Authority{
					{Name: "programs", Certificates: one, Roles: []trust.Role{trust.Code}, Identities: []string{"https://example.org/programs"}},
					{Name: "releases", Certificates: one, Roles: []trust.Role{trust.Release, trust.Code}, Identities: []string{releasetest.Identity}},
				}
			})(k)
			h.Signed = func(t *releasetest.Tree) {
				for i, e := range t.Entries {
					folder, name, _ := strings.Cut(e.Name, "/bin/")
					code := map[bool]string{false: "code of the shell", true: "code of the verifier"}[strings.HasPrefix(name, "gosqlite-verify")]
					switch {
					case name == "":
					case strings.Contains(folder, "_windows_"):
						t.Entries[i].Data = releasetest.AttachPE(releasetest.PE("windows", code), k.Leaf)
					default:
						t.Entries[i].Data = releasetest.AttachMachOAs(name, releasetest.MachO("darwin", strings.Repeat(code, 300)), k.Leaf)
					}
				}
			}
			return h
		}, nil),
		c("a bill of materials of the whole release", whole(func(any) {}), nil),
		c("a key that has expired since, by its timestamps", func(*keys) hooks {
			return hooks{Policy: func(p *policy.File) { p.Keys[0].Until = "2026-12-01T00:00:00Z" }}
		}, func(o *verify.Options, _ *Dir) error { o.Now = releasetest.Now.AddDate(5, 0, 0); return nil }),
		c("certificates that have expired since, by their timestamps", byCertificate(func(k *keys) *releasetest.Cert {
			return leafBy(func(t *x509.Certificate) { t.NotAfter = releasetest.Now.AddDate(0, 1, 0) })(k)
		}, nil), func(o *verify.Options, _ *Dir) error { o.Now = releasetest.Now.AddDate(5, 0, 0); return nil }),
	}
}
