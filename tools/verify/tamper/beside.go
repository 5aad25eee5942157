// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/x509"
	"encoding/asn1"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// besideCases are about what lies beside a signature inside of a program, which that signature is not over, and about the
// name that it gives its program.
func besideCases() []Case {
	c := one(familyEmbedded)
	code := strings.Repeat("code of the shell", 300)
	inArchive := func(name string, program func(k *keys) []byte) func(k *keys) hooks {
		return func(k *keys) hooks {
			return hooks{Signed: func(t *releasetest.Tree) {
				for i := range t.Entries {
					if strings.HasSuffix(t.Entries[i].Name, "/"+name) {
						t.Entries[i].Data = program(k)
					}
				}
			}}
		}
	}
	windows := func(signer func(k *keys) *releasetest.Cert, beside func(k *keys) []releasetest.Beside) func(k *keys) hooks {
		return inArchive("bin/gosqlite.exe", func(k *keys) []byte {
			return releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), signer(k), beside(k)...)
		})
	}
	macos := func(identifier string, beside func(k *keys) []releasetest.Beside) func(k *keys) hooks {
		return inArchive("bin/gosqlite", func(k *keys) []byte {
			return releasetest.AttachMachOAs(identifier, releasetest.MachO("darwin", code), k.CodeLeaf, beside(k)...)
		})
	}
	leaf := func(k *keys) *releasetest.Cert { return k.CodeLeaf }
	none := func(*keys) []releasetest.Beside { return nil }
	// stamp is a good timestamp of the first authority after an edit.
	stamp := func(kind asn1.ObjectIdentifier, edit func(k *keys, s *releasetest.Stamp)) func(k *keys) []releasetest.Beside {
		return func(k *keys) []releasetest.Beside {
			s := releasetest.NewStamp(k.TSA[0])
			edit(k, &s)
			return []releasetest.Beside{s.Beside(kind)}
		}
	}
	stranger := func(_ *keys, s *releasetest.Stamp) {
		*s = releasetest.NewStamp(releasetest.Issue("Test Stamps", releasetest.Issue("Test Stamp Root", nil, releasetest.Authority), releasetest.Stamping))
	}
	plain := func(kind ...int) func(*keys) []releasetest.Beside {
		return func(*keys) []releasetest.Beside {
			return []releasetest.Beside{releasetest.Attribute(kind, []byte{asn1.TagInteger, 1, 1})}
		}
	}
	later := func(d time.Duration) func(*keys, *releasetest.Stamp) {
		return func(_ *keys, s *releasetest.Stamp) { s.Time = releasetest.Now.Add(d) }
	}
	ms, apple := releasetest.MicrosoftStamp, releasetest.AppleStamp
	const obj, rule, class, day = "signed archive", "embedded-signature", "embedded-timestamp", 24 * time.Hour
	return []Case{
		c("a timestamp by a stranger in a Windows program", obj, rule, class, windows(leaf, stamp(ms, stranger))),
		c("a timestamp by a stranger in a macOS program", obj, rule, class, macos("gosqlite", stamp(apple, stranger))),
		c("a timestamp over another signature in a Windows program", obj, rule, class, windows(leaf, stamp(ms, func(_ *keys, s *releasetest.Stamp) { s.Over = []byte("another") }))),
		c("a timestamp by another key under the authority's name in a Windows program", obj, rule, class, windows(leaf, stamp(ms, func(_ *keys, s *releasetest.Stamp) { s.Signer = s.Signer.WithKey(releasetest.NewKey()) }))),
		c("a timestamp by a certificate for code in a Windows program", obj, rule, class, windows(leaf, stamp(ms, func(k *keys, s *releasetest.Stamp) {
			*s = releasetest.NewStamp(releasetest.Issue("Test Stamps", k.TSARoot[0], releasetest.Purposes("", x509.ExtKeyUsageCodeSigning)))
		}))),
		c("a timestamp that binds no certificate in a Windows program", obj, rule, class, windows(leaf, stamp(ms, func(_ *keys, s *releasetest.Stamp) { s.Named = nil }))),
		c("a timestamp from before its authority in a Windows program", obj, rule, class, windows(leaf, stamp(ms, later(-400*day)))),
		c("a timestamp from next year in a Windows program", obj, rule, class, windows(leaf, stamp(ms, later(400*day)))),
		c("bytes that are no timestamp in a Windows program", obj, rule, class, windows(leaf, plain(ms...))),
		c("a certificate that began after the timestamp in a Windows program", obj, rule, "embedded-untrusted", windows(func(k *keys) *releasetest.Cert {
			return releasetest.Issue("Test Code", k.CodeRoot, func(t *x509.Certificate) {
				releasetest.Purposes("", x509.ExtKeyUsageCodeSigning)(t)
				t.NotBefore = releasetest.Now.Add(-10 * day)
			})
		}, stamp(ms, later(-20*day)))),
		c("a second signature beside that of a Windows program", obj, rule, "embedded-unsigned", windows(leaf, plain(1, 3, 6, 1, 4, 1, 311, 2, 4, 1))),
		c("an attribute beside the signature of a macOS program", obj, rule, "embedded-unsigned", macos("gosqlite", plain(1, 2, 3, 4))),
		c("another name for a macOS program, well signed", obj, "embedded-strip", "embedded-identifier", macos("com.example.other", none)),
		c("no name for a macOS program, well signed", obj, "embedded-strip", "embedded-identifier", macos("", none)),
	}
}
