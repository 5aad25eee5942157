// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/x509"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

type stamp = releasetest.Stamp

// stamped changes the timestamps of the manifest's signature; the release demands two by different authorities.
func stamped(change func(k *keys, s []stamp) []stamp) func(k *keys) hooks {
	return signed(manifest.FileName, func(k *keys, s *signing) { s.Stamps = change(k, s.Stamps) })
}

// third adds a timestamp to two good ones.
func third(made func(k *keys) stamp) func(k *keys) hooks {
	return stamped(func(k *keys, s []stamp) []stamp { return append(s, made(k)) })
}

// tsa makes an authority below a trusted root.
func tsa(k *keys, edit func(*x509.Certificate)) *releasetest.Cert {
	return releasetest.Issue("Test Stamps", k.TSARoot[0], edit)
}

func timeCases() []Case {
	c := one(familyTime)
	const obj = "manifest's timestamps"
	logEntry := object{
		"logIndex": "1", "logId": object{"keyId": "AAAA"}, "kindVersion": object{"kind": "hashedrekord", "version": "0.0.1"},
		"integratedTime": "1795694400", "inclusionPromise": object{"signedEntryTimestamp": "AAAA"}, "canonicalizedBody": "e30=",
	}
	logged := func(n int) func(b object) {
		return func(b object) {
			m := sub(b, "verificationMaterial")
			delete(m, "timestampVerificationData")
			entries := []any{}
			for range n {
				entries = append(entries, logEntry)
			}
			m["tlogEntries"] = entries
		}
	}
	return []Case{
		c("none", obj, "timestamps", "timestamp-missing", stamped(func(*keys, []stamp) []stamp { return nil })),
		c("one of two", obj, "timestamps", "timestamp-missing", stamped(func(_ *keys, s []stamp) []stamp { return s[:1] })),
		c("the same authority twice", obj, "timestamps", "timestamp-missing", stamped(func(_ *keys, s []stamp) []stamp { return []stamp{s[0], s[0]} })),
		past("GO-2026-4309", c("a log entry of something else in their place", obj, "timestamps", "timestamp-missing", bundled(manifest.FileName, logged(1)))),
		past("GO-2024-3252", c("a log entry that proves nothing in their place", obj, "timestamps", "timestamp-missing", bundled(manifest.FileName, logged(1)))),
		past("GO-2026-5952", c("one log entry twice in their place", obj, "timestamps", "timestamp-missing", bundled(manifest.FileName, logged(2)))),
		c("one more that is no timestamp", obj, "timestamp-form", "malformed-timestamp", bundled(manifest.FileName, func(b object) {
			t := sub(b, "verificationMaterial", "timestampVerificationData")
			t["rfc3161Timestamps"] = append(t["rfc3161Timestamps"].([]any), object{"signedTimestamp": "AAAA"})
		})),
		c("one more that the authority refused", obj, "timestamp-form", "malformed-timestamp", third(func(k *keys) stamp {
			s := releasetest.NewStamp(k.TSA[0])
			s.Status = 2
			return s
		})),
		c("one more over another signature", obj, "timestamp-imprint", "timestamp-mismatch", third(func(k *keys) stamp {
			s := releasetest.NewStamp(k.TSA[0])
			s.Over = []byte("another")
			return s
		})),
		c("one more by another key under the authority's name", obj, "timestamp-signature", "timestamp-bad-signature", third(func(k *keys) stamp {
			return releasetest.NewStamp(k.TSA[0].WithKey(newPair().key))
		})),
		c("one more by an authority that nobody knows", obj, "timestamp-authority", "timestamp-untrusted", third(func(*keys) stamp {
			return releasetest.NewStamp(releasetest.Issue("Test Stamps", releasetest.Issue("Test Stamp Root", nil, releasetest.Authority), releasetest.Stamping))
		})),
		c("one more by a self-signed authority", obj, "timestamp-authority", "timestamp-untrusted", third(func(*keys) stamp {
			return releasetest.NewStamp(releasetest.Issue("Test Stamps", nil, releasetest.Stamping))
		})),
		c("one more that brings a certificate which is not behind it", obj, "timestamp-authority", "timestamp-untrusted", third(func(k *keys) stamp {
			s := releasetest.NewStamp(k.TSA[0])
			s.Certs = append(s.Certs, k.Leaf)
			return s
		})),
		c("one more by a certificate for code signing", obj, "timestamp-purpose", "timestamp-wrong-purpose", third(func(k *keys) stamp {
			return releasetest.NewStamp(tsa(k, releasetest.Purposes("", x509.ExtKeyUsageCodeSigning)))
		})),
		c("one more by a certificate for two purposes", obj, "timestamp-purpose", "timestamp-wrong-purpose", third(func(k *keys) stamp {
			return releasetest.NewStamp(tsa(k, releasetest.Purposes("", x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageCodeSigning)))
		})),
		c("one more by a certificate for no purpose", obj, "timestamp-purpose", "timestamp-wrong-purpose", third(func(k *keys) stamp {
			return releasetest.NewStamp(tsa(k, nil))
		})),
		c("one more by an authority that had expired", obj, "timestamp-validity", "timestamp-expired", third(func(k *keys) stamp {
			return releasetest.NewStamp(tsa(k, func(t *x509.Certificate) {
				releasetest.Stamping(t)
				t.NotAfter = releasetest.Start.AddDate(0, 2, 0)
			}))
		})),
		c("one more from before the authority was valid", obj, "timestamp-validity", "timestamp-expired", third(func(k *keys) stamp {
			return releasetest.NewStamp(tsa(k, func(t *x509.Certificate) {
				releasetest.Stamping(t)
				t.NotBefore = releasetest.Now.AddDate(0, 1, 0)
			}))
		})),
		past("GO-2026-5763", c("one more that binds another certificate", obj, "timestamp-binding", "timestamp-unbound", third(func(k *keys) stamp {
			s := releasetest.NewStamp(k.TSA[0])
			s.Named = k.TSA[1]
			return s
		}))),
		past("GO-2026-5763", c("one more that binds no certificate", obj, "timestamp-binding", "timestamp-unbound", third(func(k *keys) stamp {
			s := releasetest.NewStamp(k.TSA[0])
			s.Named = nil
			return s
		}))),
		c("one more from the future", obj, "timestamp-future", "timestamp-future", third(func(k *keys) stamp {
			s := releasetest.NewStamp(k.TSA[0])
			s.Time = releasetest.Now.Add(48 * time.Hour)
			return s
		})),
		c("all from after the key's window", obj, "key-window", "key-outside-validity", stamped(func(k *keys, s []stamp) []stamp {
			for i := range s {
				s[i].Time = time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)
			}
			return s
		})),
		c("of the certificate's time before it was valid", "manifest's certificate", "certificate-time", "certificate-expired", func(k *keys) hooks {
			leaf := leafBy(func(t *x509.Certificate) { t.NotBefore = releasetest.Now.AddDate(0, 0, -1) })(k)
			h := byCertificate(func(*keys) *releasetest.Cert { return leaf }, nil)(k)
			sign := h.Sign
			h.Sign = func(name string, s *signing) {
				sign(name, s)
				if name == manifest.FileName {
					for i := range s.Stamps {
						s.Stamps[i].Time = releasetest.Now.AddDate(0, -1, 0)
					}
				}
			}
			return h
		}),
	}
}
