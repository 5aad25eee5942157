// SPDX-License-Identifier: MIT

package tamper

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// Short names for what cases are made of.
type (
	hooks   = releasetest.Hooks
	keys    = releasetest.Keys
	signing = releasetest.Signing
	object  = map[string]any
)

// InsiderCases are what only somebody with keys could do.
func InsiderCases() []Case {
	return slices.Concat(keyCases(), certificateCases(), timeCases(), logCases(), documentCases(), moduleCases(), textCases(), statementCases(), buildCases(), archiveCases(), programCases(), sbomCases(), embeddedCases())
}

// one makes a case of a family.
func one(family string) func(mutation, object, rule, class string, h func(k *keys) hooks) Case {
	return func(mutation, object, rule, class string, h func(k *keys) hooks) Case {
		return Case{Family: family, Mutation: mutation, Object: object, Kind: Insider, Rule: rule, Classes: strings.Split(class, "|"), Hooks: h}
	}
}

// past names the advisory of a case.
func past(advisory string, c Case) Case {
	c.Advisory = advisory
	return c
}

// signed changes how one file is signed.
func signed(subject string, change func(k *keys, s *signing)) func(k *keys) hooks {
	return func(k *keys) hooks {
		return hooks{Sign: func(name string, s *signing) {
			if name == subject || subject == "archive" && isArchive(name) {
				change(k, s)
			}
		}}
	}
}

func isArchive(name string) bool { return name == linuxArchive }

// Names of the releases that cases are made of.
const (
	linuxStem    = "gosqlite_1.2.0_linux_amd64"
	linuxArchive = linuxStem + ".tar.gz"
	linuxDebug   = linuxStem + "_debug.tar.gz"
	windowsStem  = "gosqlite_1.2.0_windows_amd64"
)

// use signs by a key that the policy gets under a name.
func use(k *releasetest.Signing, key *keyPair) {
	k.Key, k.Hint, k.Leaf = key.key, releasetest.Hint(key.key), nil
}

func keyCases() []Case {
	c := one(familySignature)
	subjects := []struct{ object, name string }{
		{"manifest", manifest.FileName}, {"archive", "archive"}, {"provenance", releasetest.Provenance}, {"commit statement", releasetest.Commit}, {"signed manifest", releasetest.SignedManifest},
	}
	var cases []Case
	for _, s := range subjects {
		cases = append(cases,
			c("signed by a key that nobody knows", s.object, "key", "unknown-key", signed(s.name, func(_ *keys, s *signing) { use(s, newPair()) })),
			c("signed by another key under the right hint", s.object, "signature", "bad-signature", signed(s.name, func(_ *keys, s *signing) { s.Key = newPair().key })),
			c("signed by a reproducer", s.object, "role", "wrong-role", signed(s.name, func(k *keys, s *signing) { s.Key, s.Hint = k.Reproducers[0], releasetest.Hint(k.Reproducers[0]) })),
			past("GO-2026-6162", withKey(c("signed after the key's window", s.object, "key-window", "key-outside-validity", nil), s.name, "", "2026-06-01T00:00:00Z")),
			withKey(c("signed before the key's window", s.object, "key-window", "key-outside-validity", nil), s.name, "2027-06-01T00:00:00Z", ""),
		)
	}
	return append(cases,
		c("the right key under another hint", "manifest", "key", "unknown-key", signed(manifest.FileName, func(_ *keys, s *signing) { s.Hint = releasetest.Hint(newPair().key) })),
		c("no hint", "manifest", "key", "unknown-key", signed(manifest.FileName, func(_ *keys, s *signing) { s.Hint = "" })),
		c("a statement signed by the release key as reproducer", "reproduced statement", "role", "wrong-role", signed("reproduced-1.intoto.json", func(k *keys, s *signing) { s.Key, s.Hint = k.Release, releasetest.Hint(k.Release) })),
		c("P-384 with SHA-256", "manifest", "algorithm", "wrong-algorithm", p384),
		c("a digest in the bundle that is not the file's", "manifest", "digest-hint", "message-digest-mismatch", signed(manifest.FileName, func(_ *keys, s *signing) { s.Digest = make([]byte, 32) })),
		c("another digest algorithm in the bundle", "archive", "digest-hint", "message-digest-mismatch", bundled(linuxArchive, func(b object) { sub(b, "messageSignature", "messageDigest")["algorithm"] = "SHA2_512" })),
		c("a key id that is not the hint", "provenance", "digest-hint", "key-id-mismatch", signed(releasetest.Provenance, func(_ *keys, s *signing) { s.KeyID = "another" })),
		c("an envelope instead of a message signature", "archive", "bundle-kind", "wrong-bundle-kind", signed("archive", func(_ *keys, s *signing) { s.Envelope, s.Payload = true, []byte("{}") })),
		c("a message signature instead of an envelope", "provenance", "bundle-kind", "wrong-bundle-kind", signed(releasetest.Provenance, func(_ *keys, s *signing) { s.Envelope = false })),
		c("another payload type", "provenance", "bundle-kind", "wrong-payload-type", signed(releasetest.Provenance, func(_ *keys, s *signing) { s.PayloadType = "text/plain" })),
		c("an envelope of another statement", "commit statement", "payload", "payload-mismatch", signed(releasetest.Commit, func(_ *keys, s *signing) { s.Payload = []byte(`{"_type":"https://in-toto.io/Statement/v1"}`) })),
		past("GO-2026-5694", c("an empty payload", "provenance", "documents", "malformed-bundle", signed(releasetest.Provenance, func(_ *keys, s *signing) { s.Payload = nil }))),
		past("GO-2026-5694", c("a payload that can't be parsed", "provenance", "payload", "payload-mismatch", signed(releasetest.Provenance, func(_ *keys, s *signing) { s.Payload = []byte("{") }))),
		c("two signatures in the envelope", "provenance", "documents", "malformed-bundle", bundled(releasetest.Provenance, func(b object) {
			e := sub(b, "dsseEnvelope")
			e["signatures"] = append(e["signatures"].([]any), e["signatures"].([]any)...)
		})),
		c("no signature in the envelope", "provenance", "documents", "malformed-bundle", bundled(releasetest.Provenance, func(b object) { sub(b, "dsseEnvelope")["signatures"] = []any{} })),
		c("an empty signature", "manifest", "documents", "malformed-bundle", bundled(manifest.FileName, func(b object) { sub(b, "messageSignature")["signature"] = "" })),
		c("a signature that is not DER", "manifest", "signature", "bad-signature", signed(manifest.FileName, func(_ *keys, s *signing) { s.Signature = bytes.Repeat([]byte{1}, 64) })),
		c("a signature of zeros", "manifest", "signature", "bad-signature", signed(manifest.FileName, func(_ *keys, s *signing) { s.Signature = []byte{0x30, 6, 2, 1, 0, 2, 1, 0} })),
		c("a signature of 16 kB", "manifest", "documents", "malformed-bundle", signed(manifest.FileName, func(_ *keys, s *signing) { s.Signature = make([]byte, 16<<10) })),
		c("no verification material", "manifest", "documents", "malformed-bundle", bundled(manifest.FileName, func(b object) { delete(b, "verificationMaterial") })),
		c("key and certificate", "manifest", "documents", "malformed-bundle", bundled(manifest.FileName, func(b object) {
			sub(b, "verificationMaterial")["certificate"] = object{"rawBytes": "AAAA"}
		})),
		c("message signature and envelope", "manifest", "documents", "malformed-bundle", bundled(manifest.FileName, func(b object) { b["dsseEnvelope"] = object{"payload": "AAAA"} })),
		c("a certificate chain", "manifest", "documents", "malformed-bundle", bundled(manifest.FileName, func(b object) {
			sub(b, "verificationMaterial")["x509CertificateChain"] = object{"certificates": []any{}}
		})),
		c("1000 timestamps", "manifest", "documents", "malformed-bundle", bundled(manifest.FileName, func(b object) {
			t := sub(b, "verificationMaterial", "timestampVerificationData")
			t["rfc3161Timestamps"] = slices.Repeat(t["rfc3161Timestamps"].([]any), 500)
		})),
		c("a development authority by the names of bundles", "release", "development", "development-signature", func(*keys) hooks {
			return hooks{Config: func(c *releasetest.Config) { c.Development = true }}
		}),
	)
}

// withKey signs a file by a key whose window the policy gives.
func withKey(c Case, subject, from, until string) Case {
	c.Hooks = func(k *keys) hooks {
		pair := newPair()
		h := signed(subject, func(_ *keys, s *signing) { use(s, pair) })(k)
		h.Policy = func(p *policy.File) {
			p.Keys = append(p.Keys, policy.Key{Name: "windowed", PEM: releasetest.PublicPEM(pair.key), Roles: p.Keys[0].Roles, From: from, Until: until})
		}
		return h
	}
	return c
}

// bundled changes the JSON of a file's bundle.
func bundled(subject string, change func(b object)) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Bundle: func(name string, b object) {
			if name == subject {
				change(b)
			}
		}}
	}
}

// sub goes down into a JSON object.
func sub(o object, path ...string) object {
	for _, name := range path {
		o = o[name].(object)
	}
	return o
}

// byCertificate makes the release one by certificate, and signs the manifest by another leaf.
func byCertificate(leaf func(k *keys) *releasetest.Cert, more func(p *policy.File)) func(k *keys) hooks {
	return func(k *keys) hooks {
		h := hooks{
			Config: func(c *releasetest.Config) { c.Certificate = true },
			Policy: more,
		}
		if leaf != nil {
			cert := leaf(k)
			h.Sign = func(name string, s *signing) {
				if name == manifest.FileName {
					s.Key, s.Leaf = cert.Key, cert
				}
			}
		}
		return h
	}
}

// leafBy makes a leaf below the intermediate.
func leafBy(edit func(t *x509.Certificate)) func(k *keys) *releasetest.Cert {
	return func(k *keys) *releasetest.Cert {
		return releasetest.Issue("Test Release", k.Intermediate, func(t *x509.Certificate) {
			releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning)(t)
			edit(t)
		})
	}
}

func purposes(list ...x509.ExtKeyUsage) func(k *keys) *releasetest.Cert {
	return leafBy(func(t *x509.Certificate) { t.ExtKeyUsage = list })
}

func certificateCases() []Case {
	c := one(familySignature)
	const obj = "manifest's certificate"
	return []Case{
		c("of a root that nobody knows", obj, "chain", "untrusted-certificate", byCertificate(func(*keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", releasetest.Issue("Test Root", nil, releasetest.Authority), releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("self-signed", obj, "chain", "untrusted-certificate", byCertificate(func(*keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", nil, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("by a leaf as authority", obj, "chain", "untrusted-certificate", byCertificate(func(k *keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", k.Leaf, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("by an authority of another key and the same name", obj, "chain", "untrusted-certificate", byCertificate(func(*keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", releasetest.Issue("Test Intermediate", nil, releasetest.Authority), releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("an unknown critical extension", obj, "chain", "malformed-certificate", byCertificate(leafBy(func(t *x509.Certificate) {
			t.PermittedDNSDomainsCritical, t.PermittedDNSDomains = true, []string{"example.org"}
		}), nil)),
		c("bytes that are no certificate", obj, "chain", "malformed-certificate", byCertificate(func(k *keys) *releasetest.Cert {
			broken := *k.Leaf
			broken.DER = broken.DER[:100]
			return &broken
		}, nil)),
		c("empty", obj, "documents", "malformed-bundle", byCertificate(func(k *keys) *releasetest.Cert {
			broken := *k.Leaf
			broken.DER = nil
			return &broken
		}, nil)),
		c("an authority's own certificate", obj, "purpose", "wrong-purpose", byCertificate(func(k *keys) *releasetest.Cert { return k.Intermediate }, nil)),
		c("for servers", obj, "purpose", "wrong-purpose", byCertificate(purposes(x509.ExtKeyUsageServerAuth), nil)),
		c("for time stamping", obj, "purpose", "wrong-purpose", byCertificate(purposes(x509.ExtKeyUsageTimeStamping), nil)),
		c("for any purpose", obj, "purpose", "wrong-purpose", byCertificate(purposes(x509.ExtKeyUsageAny), nil)),
		c("for two purposes", obj, "purpose", "wrong-purpose", byCertificate(purposes(x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageServerAuth), nil)),
		c("for no purpose", obj, "purpose", "wrong-purpose", byCertificate(purposes(), nil)),
		c("key usage without signatures", obj, "purpose", "wrong-purpose", byCertificate(leafBy(func(t *x509.Certificate) { t.KeyUsage = x509.KeyUsageKeyEncipherment }), nil)),
		c("another identity", obj, "identity", "wrong-identity", byCertificate(func(k *keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", k.Intermediate, releasetest.Purposes("https://example.org/another", x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("a longer identity that begins the same", obj, "identity", "wrong-identity", byCertificate(func(k *keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", k.Intermediate, releasetest.Purposes(releasetest.Identity+"/fork", x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("the right identity and another one", obj, "identity", "wrong-identity", byCertificate(leafBy(func(t *x509.Certificate) { t.EmailAddresses = []string{"other@example.org"} }), nil)),
		c("no identity", obj, "identity", "wrong-identity", byCertificate(leafBy(func(t *x509.Certificate) { t.URIs = nil }), nil)),
		c("another issuer than the policy names", obj, "identity", "wrong-issuer", byCertificate(nil, func(p *policy.File) { p.Authorities[0].Issuer = "https://other.example.org" })),
		c("expired", obj, "certificate-time", "certificate-expired", byCertificate(leafBy(func(t *x509.Certificate) { t.NotAfter = releasetest.Start.AddDate(0, 2, 0) }), nil)),
		c("not valid yet", obj, "certificate-time", "certificate-expired", byCertificate(leafBy(func(t *x509.Certificate) { t.NotBefore = releasetest.Now.AddDate(0, 2, 0) }), nil)),
		past("GO-2026-4529", c("of an expired intermediate", obj, "certificate-time", "certificate-expired", func(k *keys) hooks {
			old := releasetest.Issue("Old Intermediate", k.Root, func(t *x509.Certificate) {
				releasetest.Authority(t)
				t.NotAfter = releasetest.Start.AddDate(0, 2, 0)
			})
			leaf := releasetest.Issue("Test Release", old, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
			return byCertificate(func(*keys) *releasetest.Cert { return leaf }, func(p *policy.File) {
				p.Authorities[0].Certificates = append([]string{old.PEM()}, p.Authorities[0].Certificates...)
			})(k)
		})),
		c("of an authority for programs only", obj, "role", "wrong-role", byCertificate(func(k *keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", k.CodeRoot, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
		}, nil)),
		c("a development authority in the certificate's name", obj, "development", "development-signature", byCertificate(leafBy(func(t *x509.Certificate) { t.Subject.CommonName = "DEVELOPMENT Release" }), nil)),
		c("a development authority in the certificate's identity", obj, "development", "development-signature", byCertificate(func(k *keys) *releasetest.Cert {
			return releasetest.Issue("Test Release", k.Intermediate, releasetest.Purposes(releasetest.Identity+"#Development", x509.ExtKeyUsageCodeSigning))
		}, func(p *policy.File) {
			p.Authorities[0].Identities = []string{releasetest.Identity, releasetest.Identity + "#Development"}
		})),
		c("of a development authority by its root's name", obj, "development", "development-signature", func(k *keys) hooks {
			root := releasetest.Issue("Development Root", nil, releasetest.Authority)
			middle := releasetest.Issue("Test Intermediate", root, releasetest.Authority)
			leaf := releasetest.Issue("Test Release", middle, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
			return byCertificate(func(*keys) *releasetest.Cert { return leaf }, func(p *policy.File) {
				p.Authorities[0].Certificates = []string{middle.PEM(), root.PEM()}
				p.Authorities = append(p.Authorities, policy.Authority{Name: "other", Certificates: []string{k.Intermediate.PEM(), k.Root.PEM()}, Roles: p.Authorities[0].Roles, Identities: p.Authorities[0].Identities})
			})(k)
		}),
		c("by an authority that vouched until earlier", obj, "certificate-time", "certificate-expired", byCertificate(nil, func(p *policy.File) { p.Authorities[0].Until = "2026-06-01T00:00:00Z" })),
		c("P-384", obj, "algorithm", "wrong-algorithm", byCertificate(p384Leaf, nil)),
	}
}

// asks makes a case of what the user demands.
func asks(mutation, rule, class string, ask func(o *verify.Options, d *Dir) error) Case {
	return Case{Family: familyDemand, Mutation: mutation, Object: "release", Kind: Demand, Rule: rule, Classes: []string{class}, Ask: ask}
}
