// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

func embeddedCases() []Case {
	c := one(familyEmbedded)
	inArchive := func(name string, change func(k *keys, e *releasetest.Entry)) func(k *keys) hooks {
		return func(k *keys) hooks {
			return hooks{Signed: func(t *releasetest.Tree) {
				for i := range t.Entries {
					if strings.HasSuffix(t.Entries[i].Name, "/"+name) {
						change(k, &t.Entries[i])
					}
				}
			}}
		}
	}
	listed := func(change func(f object)) func(k *keys) hooks {
		return func(*keys) hooks {
			return hooks{SignedSet: func(d map[string]any) { change(d["files"].([]any)[0].(object)) }}
		}
	}
	zeros := strings.Repeat("0", 64)
	windows, darwin := "bin/gosqlite.exe", "bin/gosqlite"
	code := strings.Repeat("code of the shell", 300)
	stranger := func() *releasetest.Cert {
		return releasetest.Issue("Test Code", releasetest.Issue("Test Code Root", nil, releasetest.Authority), releasetest.Purposes("", x509.ExtKeyUsageCodeSigning))
	}
	cases := []Case{
		c("another digest in the list", "signed archive", "signed-digests", "signed-digest-mismatch", listed(func(f object) { f["sha256"] = zeros })),
		c("another size in the list", "signed archive", "signed-digests", "signed-digest-mismatch", listed(func(f object) { f["size"] = 1 })),
		c("another unsigned digest in the list", "signed archive", "signed-digests", "signed-digest-mismatch", listed(func(f object) { sub(f, "unsigned")["sha256"] = zeros })),
		c("another digest of a detached signature in the list", "signed archive", "signed-digests", "signed-digest-mismatch", listed(func(f object) {
			f["signatures"].([]any)[0].(object)["sha256"] = zeros
		})),
		c("another manifest in the list", "signed manifest", "signed-digests", "signed-digest-mismatch", func(*keys) hooks {
			return hooks{SignedSet: func(d map[string]any) { d["manifest"] = zeros }}
		}),
		c("a detached signature that is left out", "signed archive", "signed-digests", "signed-missing", func(*keys) hooks {
			return hooks{Finished: func(files map[string][]byte) {
				delete(files, "embedded/"+windowsStem+".zip/"+windowsStem+"/bin/gosqlite.exe.authenticode")
			}}
		}),
		c("another version in the list", "signed manifest", "signed-digests", "signed-digest-mismatch", func(*keys) hooks {
			return hooks{SignedSet: func(d map[string]any) { d["version"] = "1.1.0" }}
		}),
		c("other bytes beside the programs", "signed archive", "embedded-strip", "embedded-mismatch", inArchive("LICENSE", func(_ *keys, e *releasetest.Entry) { e.Data = []byte("GPL\n") })),
		c("another mode", "signed archive", "embedded-strip", "embedded-mismatch", inArchive("LICENSE", func(_ *keys, e *releasetest.Entry) { e.Mode = 0o755 })),
		c("one more file", "signed archive", "embedded-strip", "embedded-mismatch", func(*keys) hooks {
			return hooks{Signed: func(t *releasetest.Tree) {
				folder, _, _ := strings.Cut(t.Entries[0].Name, "/")
				t.Add(releasetest.Entry{Name: folder + "/more", Mode: 0o644})
			}}
		}),
		c("another Windows program, well signed", "signed archive", "embedded-strip", "embedded-mismatch", inArchive(windows, func(k *keys, e *releasetest.Entry) {
			e.Data = releasetest.AttachPE(releasetest.PE("windows", "other code"), k.CodeLeaf)
		})),
		c("another macOS program, well signed", "signed archive", "embedded-strip", "embedded-mismatch", inArchive(darwin, func(k *keys, e *releasetest.Entry) {
			e.Data = releasetest.AttachMachO(releasetest.MachO("darwin", code+"x"), k.CodeLeaf)
		})),
		c("a Windows program signed by a stranger", "signed archive", "embedded-signature", "embedded-untrusted", inArchive(windows, func(_ *keys, e *releasetest.Entry) {
			e.Data = releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), stranger())
		})),
		c("a macOS program signed by a stranger", "signed archive", "embedded-signature", "embedded-untrusted", inArchive(darwin, func(_ *keys, e *releasetest.Entry) {
			e.Data = releasetest.AttachMachO(releasetest.MachO("darwin", code), stranger())
		})),
		c("a Windows program signed by a certificate for servers", "signed archive", "embedded-signature", "embedded-untrusted", inArchive(windows, func(k *keys, e *releasetest.Entry) {
			leaf := releasetest.Issue("Test", k.CodeRoot, releasetest.Purposes("", x509.ExtKeyUsageServerAuth))
			e.Data = releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), leaf)
		})),
		c("a Windows program signed by the release authority", "signed archive", "embedded-signature", "embedded-untrusted", inArchive(windows, func(k *keys, e *releasetest.Entry) {
			e.Data = releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), k.Leaf)
		})),
		c("a Windows program signed by an expired certificate", "signed archive", "embedded-signature", "embedded-untrusted", inArchive(windows, func(k *keys, e *releasetest.Entry) {
			leaf := releasetest.Issue("Test", k.CodeRoot, func(t *x509.Certificate) {
				releasetest.Purposes("", x509.ExtKeyUsageCodeSigning)(t)
				t.NotAfter = releasetest.Start.AddDate(0, 1, 0)
			})
			e.Data = releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), leaf)
		})),
		c("an unsigned Windows program", "signed archive", "embedded-signature", "embedded-missing", inArchive(windows, func(_ *keys, e *releasetest.Entry) {
			e.Data = releasetest.PE("windows", "code of the shell")
		})),
		c("an ad hoc signature for macOS", "signed archive", "embedded-signature", "embedded-bad-signature", inArchive(darwin, func(_ *keys, e *releasetest.Entry) {
			e.Data = releasetest.AttachMachO(releasetest.MachO("darwin", code), nil)
		})),
		c("the signature of another Windows program", "signed archive", "embedded-signature", "embedded-bad-signature", inArchive(windows, func(k *keys, e *releasetest.Entry) {
			other := releasetest.DetachPE(releasetest.AttachPE(releasetest.PE("windows", "other code"), k.CodeLeaf))
			e.Data = releasetest.AttachPKCS7(releasetest.PE("windows", "code of the shell"), other)
		})),
		c("bytes after the certificate table", "signed archive", "embedded-signature", "embedded-bad-signature", inArchive(windows, func(_ *keys, e *releasetest.Entry) { e.Data = append(e.Data, "evil"...) })),
		c("a certificate table that lies about its length", "signed archive", "embedded-signature", "embedded-bad-signature", inArchive(windows, func(_ *keys, e *releasetest.Entry) {
			at := len(releasetest.PE("windows", "code of the shell"))
			at = (at + 7) &^ 7
			e.Data[at+1]--
		})),
		c("a code signature that lies about its length", "signed archive", "embedded-signature", "embedded-bad-signature", inArchive(darwin, func(_ *keys, e *releasetest.Entry) { e.Data[len(e.Data)-8192+5] = 0xff })),
	}
	cases = append(cases,
		c("the signature of another program, well listed", "detached Authenticode signature", "embedded-detached", "detached-mismatch", func(k *keys) hooks {
			return hooks{Detached: func(name string, blob []byte) []byte {
				if strings.HasSuffix(name, ".authenticode") {
					return releasetest.DetachPE(releasetest.AttachPE(releasetest.PE("windows", "other code"), k.CodeLeaf))
				}
				return blob
			}}
		}),
		c("the path of no entry, well listed", "detached Authenticode signature", "embedded-detached", "detached-mismatch", moved(func(path string) string { return strings.Replace(path, windowsStem, "other", 1) }, "")),
		c("the ending of another format, well listed", "detached Authenticode signature", "embedded-detached", "detached-mismatch", moved(func(path string) string { return path }, ".macho")),
		c("a stranger's signature, kept detached alone", "detached Authenticode signature", "closure", "unlisted-file", func(*keys) hooks {
			return hooks{
				Policy: func(p *policy.File) { p.Require.Evidence = nil },
				Finished: func(files map[string][]byte) {
					for name := range files {
						if strings.Contains(name, "_signed.") || strings.HasPrefix(name, "embedded/") {
							delete(files, name)
						}
					}
					files["embedded/"+windowsStem+".zip/"+windowsStem+"/bin/gosqlite.exe.authenticode"] =
						releasetest.DetachPE(releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), stranger()))
				},
			}
		}),
		c("by an authority that vouched until earlier", "signed archive", "embedded-signature", "embedded-untrusted", func(*keys) hooks {
			return hooks{Policy: func(p *policy.File) { p.Authorities[len(p.Authorities)-1].Until = "2026-06-01T00:00:00Z" }}
		}),
		c("by nobody whom the authority may vouch for", "signed archive", "embedded-signature", "embedded-untrusted", func(*keys) hooks {
			return hooks{Policy: func(p *policy.File) {
				p.Authorities[len(p.Authorities)-1].Identities = []string{releasetest.Identity}
			}}
		}),
	)
	cases = append(cases, besideCases()...)
	for offset, what := range map[int]string{200: "a load command", 4500: "a page of code"} {
		cases = append(cases, c(fmt.Sprintf("a bit of %s after signing", what), "signed archive", "embedded-strip", "embedded-mismatch", inArchive(darwin, func(_ *keys, e *releasetest.Entry) { e.Data[offset] ^= 1 })))
	}
	return cases
}

// moved lists the detached signature of the Windows program under another path, or another ending, and moves it there.
func moved(path func(string) string, ending string) func(k *keys) hooks {
	return func(*keys) hooks {
		var from, to string
		return hooks{
			SignedSet: func(d map[string]any) {
				for _, f := range d["files"].([]any) {
					list := f.(object)["signatures"].([]any)
					s := list[len(list)-1].(object) // the list stays in order
					if old := s["file"].(string); strings.HasSuffix(old, ".authenticode") {
						at := path(s["path"].(string))
						from, to = old, strings.Replace(old, s["path"].(string), at, 1)
						if ending != "" {
							to = strings.TrimSuffix(to, ".authenticode") + ending
						}
						s["path"], s["file"] = at, to
					}
				}
			},
			Finished: func(files map[string][]byte) {
				blob := files[from]
				delete(files, from)
				files[to] = blob
			},
		}
	}
}
