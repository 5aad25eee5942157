// SPDX-License-Identifier: MIT

package tamper

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// tree changes the entries of an archive before it is packed.
func tree(archive string, change func(t *releasetest.Tree)) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Tree: func(name string, t *releasetest.Tree) {
			if name == archive {
				change(t)
			}
		}}
	}
}

// packed changes the bytes of an archive.
func packed(archive string, change func(b []byte) []byte) func(k *keys) hooks {
	return func(*keys) hooks {
		return hooks{Packed: func(name string, b []byte) []byte {
			if name == archive {
				return change(b)
			}
			return b
		}}
	}
}

func with(archive string, entries ...releasetest.Entry) func(k *keys) hooks {
	return tree(archive, func(t *releasetest.Tree) { t.Entries = append(t.Entries, entries...) })
}

func archiveCases() []Case {
	c := one(familyArchive)
	file := func(name string) releasetest.Entry {
		return releasetest.Entry{Name: name, Mode: 0o644, Data: []byte("x")}
	}
	special := func(kind byte, link string) releasetest.Entry {
		return releasetest.Entry{Name: linuxStem + "/bin/other", Mode: 0o755, Type: kind, Link: link}
	}
	var cases []Case
	for _, archive := range []struct{ object, stem, name, exe string }{{"archive", linuxStem, linuxArchive, ""}, {"zip archive", windowsStem, windowsStem + ".zip", ".exe"}} {
		for mutation, name := range map[string]string{
			"a name with ../":              archive.stem + "/../../../etc/profile",
			"a name with /../ inside":      archive.stem + "/bin/../../x",
			"a name that begins with ./":   archive.stem + "/./x",
			"a name with a backslash":      archive.stem + "/..\\x",
			"a name with a drive letter":   archive.stem + "/C:x",
			"a name with a line break":     archive.stem + "/a\nb",
			"a name that Windows reserves": archive.stem + "/nul.txt",
			"a name that ends in a stop":   archive.stem + "/LICENSE.",
			"a control byte in a name":     archive.stem + "/a\x7fb",
			"a double slash in a name":     archive.stem + "//x",
		} {
			cases = append(cases, c(mutation, archive.object, "archive-names", "archive-unsafe", with(archive.name, file(name))))
		}
		cases = append(cases,
			c("an absolute name", archive.object, "archive-names", "archive-unsafe", with(archive.name, file("/etc/profile.d/x.sh"))),
			c("the same name twice", archive.object, "archive-names", "archive-duplicate", with(archive.name, file(archive.stem+"/LICENSE"))),
			c("the same name in another case", archive.object, "archive-names", "archive-duplicate", with(archive.name, file(archive.stem+"/license"))),
			c("a setuid program", archive.object, "archive-modes", "archive-unsafe", tree(archive.name, func(t *releasetest.Tree) { t.Entries[1].Mode |= fs.ModeSetuid })),
			c("a file that everybody may write", archive.object, "archive-modes", "archive-unsafe", tree(archive.name, func(t *releasetest.Tree) { t.Entries[0].Mode = 0o666 })),
			c("a file that nobody may read", archive.object, "archive-modes", "archive-unsafe", tree(archive.name, func(t *releasetest.Tree) { t.Entries[0].Mode = 0 })),
			past("GO-2023-1754", c("80 MB of zeros", archive.object, "archive-limits", "archive-bomb", with(archive.name, releasetest.Entry{Name: archive.stem + "/zeros", Mode: 0o644, Data: make([]byte, 80<<20)}))),
			past("GO-2026-5778", c("10 001 entries", archive.object, "archive-limits", "archive-bomb", tree(archive.name, func(t *releasetest.Tree) {
				for i := range 10_001 {
					t.Add(releasetest.Entry{Name: fmt.Sprintf("%s/%d", archive.stem, i), Mode: 0o644})
				}
			}))),
			c("bytes before the archive", archive.object, "archive-form", "archive-malformed", packed(archive.name, func(b []byte) []byte { return append([]byte("#!/bin/sh\n"), b...) })),
			c("bytes after the archive", archive.object, "archive-form", "archive-malformed", packed(archive.name, func(b []byte) []byte { return append(b, "x"...) })),
			c("a file outside of the folder", archive.object, "archive-contents", "archive-contents", with(archive.name, file("LICENSE"))),
			c("no library", archive.object, "archive-contents", "archive-contents", tree(archive.name, func(t *releasetest.Tree) { t.Find("lib/libsqlite3.a").Name = archive.stem + "/share/x" })),
			c("no verifier", archive.object, "archive-contents", "archive-contents", tree(archive.name, func(t *releasetest.Tree) {
				t.Find("bin/gosqlite-verify" + archive.exe).Name = archive.stem + "/share/x"
			})),
			c("a script among the programs", archive.object, "archive-contents", "archive-contents", with(archive.name, releasetest.Entry{Name: archive.stem + "/bin/install", Mode: 0o755, Data: []byte("#!/bin/sh\n")})),
			c("empty", archive.object, "archive-contents", "archive-contents", tree(archive.name, func(t *releasetest.Tree) { t.Entries = nil })),
		)
	}
	cases = append(cases,
		c("9000 entries with long names in each", "all archives", "archive-limits", "archive-bomb", func(*keys) hooks {
			return hooks{Tree: func(name string, t *releasetest.Tree) {
				folder, _, _ := strings.Cut(t.Entries[0].Name, "/")
				for i := range 9000 {
					t.Add(releasetest.Entry{Name: fmt.Sprintf("%s/%s/%s%d", folder, strings.Repeat("long", 25), strings.Repeat("long", 22), i), Mode: 0o644})
				}
			}}
		}),
		c("a name of 4000 bytes", "archive", "archive-names", "archive-unsafe", repacked(func(t *releasetest.Tree) []byte {
			t.Add(file(linuxStem + "/" + strings.Repeat("long", 1000)))
			return releasetest.Gzip(t.Tar(tar.FormatPAX))
		})),
		past("GO-2026-5879", c("a symbolic link, and a file through it", "archive", "archive-types", "archive-unsafe", with(linuxArchive, special(tar.TypeSymlink, "/etc"), file(linuxStem+"/bin/../x")))),
		c("a symbolic link", "archive", "archive-types", "archive-unsafe", with(linuxArchive, special(tar.TypeSymlink, "/etc/passwd"))),
		past("GO-2026-5880", c("a hard link to outside", "archive", "archive-types", "archive-unsafe", with(linuxArchive, special(tar.TypeLink, "../../etc/passwd")))),
		c("a device", "archive", "archive-types", "archive-unsafe", with(linuxArchive, special(tar.TypeBlock, ""))),
		c("a pipe", "archive", "archive-types", "archive-unsafe", with(linuxArchive, special(tar.TypeFifo, ""))),
		c("a folder entry", "archive", "archive-types", "archive-unsafe", with(linuxArchive, special(tar.TypeDir, ""))),
		c("PAX headers", "archive", "archive-form", "archive-malformed", repacked(func(t *releasetest.Tree) []byte { return releasetest.Gzip(t.Tar(tar.FormatPAX)) })),
		c("GNU headers", "archive", "archive-form", "archive-malformed", repacked(func(t *releasetest.Tree) []byte { return releasetest.Gzip(t.Tar(tar.FormatGNU)) })),
		c("a second archive after the end of the first", "archive", "archive-form", "archive-malformed", repacked(func(t *releasetest.Tree) []byte {
			one := t.Tar(tar.FormatUSTAR)
			return releasetest.Gzip(append(one, one...))
		})),
		c("a second gzip member", "archive", "archive-form", "archive-malformed", packed(linuxArchive, func(b []byte) []byte { return append(b, b...) })),
		c("a damaged checksum of gzip", "archive", "archive-form", "archive-malformed", packed(linuxArchive, func(b []byte) []byte { b[len(b)-8] ^= 1; return b })),
		c("an uncompressed tar file", "archive", "archive-form", "archive-malformed", repacked(func(t *releasetest.Tree) []byte { return t.Tar(tar.FormatUSTAR) })),
		c("a zip file under the name of a tar file", "archive", "archive-form", "archive-malformed", repacked((*releasetest.Tree).Zip)),
	)
	return append(cases, zipCases(c)...)
}

// repacked packs the archive in another way.
func repacked(pack func(t *releasetest.Tree) []byte) func(k *keys) hooks {
	return func(*keys) hooks {
		var last *releasetest.Tree
		return hooks{
			Tree: func(name string, t *releasetest.Tree) {
				if name == linuxArchive {
					last = t
				}
			},
			Packed: func(name string, b []byte) []byte {
				if name == linuxArchive {
					return pack(last)
				}
				return b
			},
		}
	}
}

// zipCases are about what a zip file says twice.
func zipCases(c func(mutation, object, rule, class string, h func(k *keys) hooks) Case) []Case {
	name := windowsStem + ".zip"
	field := func(signature string, offset int, change func(b []byte)) func(k *keys) hooks {
		return packed(name, func(b []byte) []byte {
			change(b[bytes.Index(b, []byte(signature))+offset:])
			return b
		})
	}
	const local, central, end, descriptor = "PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x07\x08"
	le := binary.LittleEndian
	flip := func(b []byte) { b[0] ^= 1 }
	return []Case{
		c("another name in the local header", "zip archive", "archive-form", "archive-malformed", field(local, 30, flip)),
		c("another name in the directory", "zip archive", "archive-form", "archive-malformed", field(central, 46, flip)),
		c("another method in the local header", "zip archive", "archive-form", "archive-malformed", field(local, 8, func(b []byte) { le.PutUint16(b, 0) })),
		c("other flags in the local header", "zip archive", "archive-form", "archive-malformed", field(local, 6, flip)),
		c("another checksum in the descriptor", "zip archive", "archive-form", "archive-malformed", field(descriptor, 4, flip)),
		c("another size in the descriptor", "zip archive", "archive-form", "archive-malformed", field(descriptor, 12, flip)),
		c("another size in the directory", "zip archive", "archive-form", "archive-malformed", field(central, 24, flip)),
		c("an entry that is shorter than every header says", "zip archive", "archive-form", "archive-malformed", packed(name, func(b []byte) []byte {
			for signature, offset := range map[string]int{descriptor: 12, central: 24} {
				b[bytes.Index(b, []byte(signature))+offset]++
			}
			return b
		})),
		c("sizes of 4 GB, as for zip64", "zip archive", "archive-form", "archive-malformed", field(central, 20, func(b []byte) { le.PutUint64(b, 1<<64-1) })),
		c("one entry less in the end record", "zip archive", "archive-form", "archive-malformed", field(end, 8, func(b []byte) { b[0]--; b[2]-- })),
		c("a directory elsewhere", "zip archive", "archive-form", "archive-malformed", field(end, 16, flip)),
		c("a comment", "zip archive", "archive-form", "archive-malformed", packed(name, func(b []byte) []byte {
			le.PutUint16(b[len(b)-2:], 3)
			return append(b, "abc"...)
		})),
		c("a symbolic link", "zip archive", "archive-types", "archive-unsafe", with(name, releasetest.Entry{Name: windowsStem + "/x", Mode: fs.ModeSymlink | 0o755, Data: []byte("/etc/passwd")})),
		c("damaged contents", "zip archive", "archive-form", "archive-malformed", field(local, 60, flip)),
	}
}
