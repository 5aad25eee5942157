// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/x509"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

func programCases() []Case {
	c := one(familyProgram)
	program := func(archive, name string, data []byte) func(k *keys) hooks {
		return tree(archive, func(t *releasetest.Tree) { t.Find(name).Data = data })
	}
	const id = "0123456789abcdef0123"
	darwin, windows := "gosqlite_1.2.0_darwin_arm64", windowsStem
	return []Case{
		c("a program for another machine", "archive", "platform", "wrong-platform", program(linuxArchive, "bin/gosqlite", releasetest.ELF(releasetest.ARM64, id, "x"))),
		c("a program for another system", "archive", "platform", "wrong-platform", program(linuxArchive, "bin/gosqlite", releasetest.MachO("x", "x"))),
		c("a program for another machine", "debug", "platform", "wrong-platform", program(linuxDebug, "bin/gosqlite", releasetest.ELF(releasetest.ARM64, id, "x"))),
		c("a Linux program", "zip archive", "platform", "wrong-platform", program(windows+".zip", "bin/gosqlite.exe", releasetest.ELF(releasetest.AMD64, id, "x"))),
		c("a program that is cut off", "archive", "platform", "wrong-platform", program(linuxArchive, "bin/gosqlite", releasetest.ELF(releasetest.AMD64, id, "x")[:60])),
		past("GO-2026-4675", c("load commands of 4 GB", "debug twin for macOS", "platform", "wrong-platform", tree(darwin+"_debug.tar.gz", func(t *releasetest.Tree) {
			copy(t.Find("bin/gosqlite").Data[16:24], strings.Repeat("\xff", 8))
		}))),
		c("a debug directory of 4 GB", "debug twin for Windows", "platform", "wrong-platform", tree(windows+"_debug.tar.gz", func(t *releasetest.Tree) {
			data := t.Find("bin/gosqlite.exe").Data
			copy(data[64+24+112+6*8+4:], "\xff\xff\xff\xff")
		})),
		c("another build identity", "debug", "debug-twin", "twin-mismatch", program(linuxDebug, "bin/gosqlite", releasetest.ELF(releasetest.AMD64, "3210fedcba9876543210", "x"))),
		c("no build identity", "debug", "debug-twin", "twin-unidentified", program(linuxDebug, "bin/gosqlite", releasetest.ELF(releasetest.AMD64, "", "x"))),
		c("another build identity", "debug twin for Windows", "debug-twin", "twin-mismatch", program(windows+"_debug.tar.gz", "bin/gosqlite.exe", releasetest.PE("another", "x"))),
		c("another build identity", "debug twin for macOS", "debug-twin", "twin-mismatch", program(darwin+"_debug.tar.gz", "bin/gosqlite", releasetest.MachO("another", "x"))),
		c("no verifier", "debug", "archive-contents", "archive-contents", tree(linuxDebug, func(t *releasetest.Tree) {
			t.Entries = slices.DeleteFunc(t.Entries, func(e releasetest.Entry) bool { return strings.HasSuffix(e.Name, "/bin/gosqlite-verify") })
		})),
		c("one more program", "debug", "debug-twin", "twin-missing", with(linuxDebug, releasetest.Entry{Name: linuxStem + "_debug/bin/more", Mode: 0o755, Data: releasetest.ELF(releasetest.AMD64, id, "x")})),
	}
}

// bill changes a bill of materials before the manifest lists it.
func bill(document string, change func(d object)) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{SBOM: func(name string, d map[string]any) {
			if name == document {
				change(d)
			}
		}}
	}
}

// components changes the list of components: SQLite first, then the program, the library and the verifier.
func components(change func(list []any) []any) func(d object) {
	return func(d object) {
		if list, ok := d["components"].([]any); ok {
			d["components"] = change(list)
			return
		}
		list := d["packages"].([]any)
		d["packages"] = append([]any{list[0]}, change(list[1:])...)
	}
}

// rehash gives an element another digest.
func rehash(e any) {
	o := e.(object)
	for _, key := range []string{"hashes", "checksums"} {
		if list, ok := o[key].([]any); ok {
			digest := list[0].(object)
			for _, value := range []string{"content", "checksumValue"} {
				if _, ok := digest[value]; ok {
					digest[value] = strings.Repeat("0", 64)
				}
			}
		}
	}
}

func sbomCases() []Case {
	c := one(familySBOM)
	var cases []Case
	for _, d := range []struct {
		object, name string
		subject      func(d object) object
	}{
		{"CycloneDX document", linuxStem + ".cdx.json", func(d object) object { return sub(d, "metadata", "component") }},
		{"SPDX document", linuxStem + ".spdx.json", func(d object) object { return d["packages"].([]any)[0].(object) }},
	} {
		cases = append(cases,
			c("another digest of its subject", d.object, "sbom-subject", "sbom-wrong-subject", bill(d.name, func(o object) { rehash(d.subject(o)) })),
			c("no digest of its subject", d.object, "sbom-subject", "sbom-wrong-subject", bill(d.name, func(o object) {
				delete(d.subject(o), "hashes")
				delete(d.subject(o), "checksums")
			})),
			c("another name of its subject", d.object, "sbom-subject", "sbom-wrong-subject", bill(d.name, func(o object) { d.subject(o)["name"] = linuxStem + ".zip" })),
			c("the subject's digest by another algorithm only", d.object, "sbom-subject", "sbom-wrong-subject", bill(d.name, func(o object) {
				for _, key := range []string{"hashes", "checksums"} {
					if list, ok := d.subject(o)[key].([]any); ok {
						list[0].(object)[map[string]string{"hashes": "alg", "checksums": "algorithm"}[key]] = map[string]string{"hashes": "SHA-1", "checksums": "SHA1"}[key]
					}
				}
			})),
			c("another digest of the program", d.object, "sbom-digests", "sbom-digest-mismatch", bill(d.name, components(func(l []any) []any { rehash(l[1]); return l }))),
			c("another digest of the library", d.object, "sbom-digests", "sbom-digest-mismatch", bill(d.name, components(func(l []any) []any { rehash(l[2]); return l }))),
			c("another digest of the program by a second algorithm", d.object, "sbom-digests", "sbom-digest-mismatch", bill(d.name, components(func(l []any) []any {
				for _, key := range []string{"hashes", "checksums"} {
					if list, ok := l[1].(object)[key].([]any); ok {
						l[1].(object)[key] = list
						list[1].(object)[map[string]string{"hashes": "content", "checksums": "checksumValue"}[key]] = strings.Repeat("0", 128)
					}
				}
				return l
			}))),
			c("an object that is no file of the release", d.object, "sbom-digests", "sbom-digest-mismatch", bill(d.name, components(func(l []any) []any {
				other, err := json.Marshal(l[1])
				if err != nil {
					panic(err)
				}
				var copied object
				if err := json.Unmarshal([]byte(strings.ReplaceAll(string(other), "bin/gosqlite", "bin/other")), &copied); err != nil {
					panic(err)
				}
				copied["SPDXID"] = "SPDXRef-other"
				return append(l, copied)
			}))),
			c("no digest of the program", d.object, "sbom-digests", "sbom-digest-mismatch", bill(d.name, components(func(l []any) []any {
				delete(l[1].(object), "hashes")
				delete(l[1].(object), "checksums")
				return l
			}))),
			c("the program's digest as that of something linked", d.object, "sbom-coverage", "sbom-uncovered", bill(d.name, components(func(l []any) []any {
				text, err := json.Marshal(l[1])
				if err != nil {
					panic(err)
				}
				var linked object
				if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "file bin/gosqlite", "linked bin/gosqlite")), &linked); err != nil {
					panic(err)
				}
				l[1] = linked
				return l
			}))),
			c("without the program", d.object, "sbom-coverage", "sbom-uncovered", bill(d.name, components(func(l []any) []any { return []any{l[0], l[2]} }))),
			c("without the library", d.object, "sbom-coverage", "sbom-uncovered", bill(d.name, components(func(l []any) []any { return l[:2] }))),
		)
	}
	cases = append(cases, c("another digest in the document of the whole release", "CycloneDX document", "sbom-digests", "sbom-digest-mismatch", whole(rehash)))
	resigned := func(change func(d object), key func(k *keys, s *signing)) func(k *keys) hooks {
		return func(k *keys) hooks {
			return hooks{Finished: func(files map[string][]byte) {
				name := linuxStem + ".cdx.json"
				var d object
				if err := json.Unmarshal(files[name], &d); err != nil {
					panic(err)
				}
				change(d)
				text, err := json.Marshal(d)
				if err != nil {
					panic(err)
				}
				s := &signing{Key: k.Release}
				key(k, s)
				files[name+releasetest.SignedSBOM] = releasetest.SignJSF(text, s)
			}}
		}
	}
	same, release := func(object) {}, func(*keys, *signing) {}
	return append(cases,
		c("the document of another platform", "CycloneDX document", "sbom-subject", "sbom-wrong-subject", func(*keys) hooks {
			return hooks{Payload: func(files map[string]*releasetest.Payload) {
				files[linuxStem+".cdx.json"].Data = files[windowsStem+".cdx.json"].Data
			}, Finished: copySigned}
		}),
		c("other contents, well signed", "signed bill of materials", "signed-sbom", "signed-sbom-mismatch", resigned(func(d object) { d["version"] = 2 }, release)),
		c("one component less, well signed", "signed bill of materials", "signed-sbom", "signed-sbom-mismatch", resigned(components(func(l []any) []any { return l[:1] }), release)),
		c("signed by a key that nobody knows", "signed bill of materials", "signed-sbom-signature", "signed-sbom-signature", resigned(same, func(_ *keys, s *signing) { s.Key = newPair().key })),
		c("signed by a reproducer", "signed bill of materials", "signed-sbom-signature", "signed-sbom-signature", resigned(same, func(k *keys, s *signing) { s.Key = k.Reproducers[0] })),
		c("signed by a certificate that nobody vouches for", "signed bill of materials", "signed-sbom-signature", "signed-sbom-signature", resigned(same, func(_ *keys, s *signing) {
			s.Leaf = releasetest.Issue("x", nil, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
			s.Key = s.Leaf.Key
		})),
		c("another signature algorithm", "signed bill of materials", "documents", "malformed-signed-sbom", func(*keys) hooks {
			return hooks{Finished: func(files map[string][]byte) {
				name := linuxStem + ".cdx.json" + releasetest.SignedSBOM
				files[name] = []byte(strings.Replace(string(files[name]), "ES256", "HS256", 1))
			}}
		}),
	)
}

// whole adds a document of the whole release, which names the Windows program, after changing that component.
func whole(change func(e any)) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Payload: func(files map[string]*releasetest.Payload) {
			var d object
			if err := json.Unmarshal(files[windowsStem+".cdx.json"].Data, &d); err != nil {
				panic(err)
			}
			d["metadata"] = object{"component": object{"name": "gosqlite", "type": "application"}}
			change(d["components"].([]any)[1])
			text, err := json.Marshal(d)
			if err != nil {
				panic(err)
			}
			files["gosqlite_1.2.0.cdx.json"] = &releasetest.Payload{Kind: manifest.SBOM, Data: text}
		}}
	}
}

// copySigned makes the signed copy of the Linux document the one of Windows, as the document is.
func copySigned(files map[string][]byte) {
	files[linuxStem+".cdx.json"+releasetest.SignedSBOM] = files[windowsStem+".cdx.json"+releasetest.SignedSBOM]
}
