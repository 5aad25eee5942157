// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// logged makes the release one whose signatures are in two logs, both of which the policy demands, and changes the entries of
// the manifest's.
func logged(change func(k *keys, entries []any) []any) func(k *keys) hooks {
	return func(k *keys) hooks {
		h := bundled(manifest.FileName, func(b object) {
			if change != nil {
				m := sub(b, "verificationMaterial")
				m["tlogEntries"] = change(k, m["tlogEntries"].([]any))
			}
		})(k)
		h.Config = func(c *releasetest.Config) { c.Logged = true }
		return h
	}
}

// oneMore adds an entry to two good ones.
func oneMore(made func(k *keys) releasetest.LogEntry) func(k *keys) hooks {
	return func(k *keys) hooks {
		h := logged(nil)(k)
		h.Bundle = func(name string, b object) {
			if name != manifest.FileName {
				return
			}
			m := sub(b, "verificationMaterial")
			e := made(k)
			e.Digest, e.Signature = unbase(sub(b, "messageSignature", "messageDigest")["digest"]), pick(e.Signature, unbase(sub(b, "messageSignature")["signature"]))
			if e.Key == nil {
				e.Key = releasetest.SPKI(k.Release)
			}
			m["tlogEntries"] = append(m["tlogEntries"].([]any), e.JSON())
		}
		return h
	}
}

func pick(own, other []byte) []byte {
	if own != nil {
		return own
	}
	return other
}

// unbase is the bytes of a text in base64.
func unbase(v any) []byte {
	text, err := base64.StdEncoding.DecodeString(v.(string))
	if err != nil {
		panic(err) // a bundle that this package made
	}
	return text
}

// proof is the inclusion proof of an entry.
func proof(entry any) object { return entry.(object)["inclusionProof"].(object) }

func logCases() []Case {
	c := one(familyLog)
	const obj = "manifest's log entries"
	first := func(change func(entry any)) func(k *keys) hooks {
		return logged(func(_ *keys, entries []any) []any { change(entries[0]); return entries })
	}
	third := func(change func(entry any)) func(k *keys) hooks {
		return logged(func(k *keys, entries []any) []any {
			good := releasetest.LogEntry{Log: k.Logs[0], Digest: make([]byte, sha256.Size), Signature: []byte("x"), Key: releasetest.SPKI(k.Release)}.JSON()
			change(good)
			return append(entries, good)
		})
	}
	return []Case{
		c("none", obj, "log-entries", "log-entry-missing", logged(func(*keys, []any) []any { return []any{} })),
		c("one of two", obj, "log-entries", "log-entry-missing", logged(func(_ *keys, e []any) []any { return e[:1] })),
		past("GO-2026-5952", c("one entry twice", obj, "log-entries", "log-entry-missing", logged(func(_ *keys, e []any) []any { return []any{e[0], e[0]} }))),
		c("none, where the policy demands one", "release", "log-entries", "log-entry-missing", func(k *keys) hooks {
			return hooks{Policy: func(p *policy.File) {
				p.Logs = []policy.Log{{Name: "log", Origin: k.Logs[0].Origin, PEM: k.Logs[0].PublicPEM()}}
				p.Require.LogEntries = 1
			}}
		}),
		c("one more that is no entry", obj, "log-entry-form", "malformed-log-entry", third(func(e any) { e.(object)["canonicalizedBody"] = "e30=" })),
		c("one more of a kind that is not read", obj, "log-entry-form", "malformed-log-entry", third(func(e any) { sub(e.(object), "kindVersion")["version"] = "0.0.1" })),
		c("one more without a proof", obj, "log-entry-form", "malformed-log-entry", third(func(e any) { delete(e.(object), "inclusionProof") })),
		c("one more with a promise for a proof", obj, "log-entry-form", "malformed-log-entry", third(func(e any) {
			delete(e.(object), "inclusionProof")
			e.(object)["inclusionPromise"] = object{"signedEntryTimestamp": "AAAA"}
		})),
		past("GO-2026-4309", c("one more of something else", obj, "log-entry", "log-entry-mismatch", third(func(any) {}))),
		past("GO-2024-3252", c("one more of another signature", obj, "log-entry", "log-entry-mismatch", oneMore(func(k *keys) releasetest.LogEntry {
			return releasetest.LogEntry{Log: k.Logs[0], Signature: []byte("another")}
		}))),
		c("one more of another key", obj, "log-entry", "log-entry-mismatch", oneMore(func(k *keys) releasetest.LogEntry {
			return releasetest.LogEntry{Log: k.Logs[0], Key: releasetest.SPKI(newPair().key)}
		})),
		c("one more whose proof leads elsewhere", obj, "log-proof", "log-proof-mismatch", second(func(e any) {
			h := proof(e)["hashes"].([]any)
			h[0], h[1] = h[1], h[0]
		})),
		c("one more whose proof lacks a hash", obj, "log-proof", "log-proof-mismatch", second(func(e any) { proof(e)["hashes"] = proof(e)["hashes"].([]any)[1:] })),
		c("one more at another index", obj, "log-proof", "log-proof-mismatch", second(func(e any) { e.(object)["logIndex"], proof(e)["logIndex"] = "0", "0" })),
		c("a proof that leads elsewhere, under a policy that names no log", obj, "log-proof", "log-proof-mismatch", func(k *keys) hooks {
			h := first(func(e any) { e.(object)["logIndex"], proof(e)["logIndex"] = "9", "9" })(k)
			h.Policy = func(p *policy.File) { p.Logs, p.Require.LogEntries = nil, 0 }
			return h
		}),
		c("one more of a log that nobody knows", obj, "log-checkpoint", "log-untrusted", oneMore(func(*keys) releasetest.LogEntry {
			return releasetest.LogEntry{Log: releasetest.NewLog("log9.example.org"), Before: 1}
		})),
		c("one more by another key under the log's name", obj, "log-checkpoint", "log-untrusted", oneMore(func(k *keys) releasetest.LogEntry {
			return releasetest.LogEntry{Log: releasetest.NewLog(k.Logs[0].Origin), Before: 1}
		})),
		c("one more of a log that was trusted before", obj, "log-window", "log-outside-validity", func(k *keys) hooks {
			old := releasetest.NewLog("log0.example.org")
			h := oneMore(func(*keys) releasetest.LogEntry { return releasetest.LogEntry{Log: old, After: 3} })(k)
			h.Policy = func(p *policy.File) {
				p.Logs = append(p.Logs, policy.Log{Name: "old", Origin: old.Origin, PEM: old.PublicPEM(), Until: "2026-06-01T00:00:00Z"})
			}
			return h
		}),
	}
}

// second adds an entry of the same signature, in a larger tree of the first log, and changes it.
func second(change func(entry any)) func(k *keys) hooks {
	return func(k *keys) hooks {
		h := oneMore(func(k *keys) releasetest.LogEntry { return releasetest.LogEntry{Log: k.Logs[0], Before: 5, After: 2} })(k)
		add := h.Bundle
		h.Bundle = func(name string, b object) {
			add(name, b)
			if name == manifest.FileName {
				entries := sub(b, "verificationMaterial")["tlogEntries"].([]any)
				change(entries[len(entries)-1])
			}
		}
		return h
	}
}
