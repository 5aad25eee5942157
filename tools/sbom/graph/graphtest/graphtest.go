// SPDX-License-Identifier: MIT

// Package graphtest makes graphs for tests: the kinds of components that a real release has, with digests of their names
// in place of digests of files.
package graphtest

import (
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// Bodies that supply components.
var (
	Project = graph.Organisation{Name: "gosqlite", URL: "https://github.com/gosqlite/gosqlite"}
	SQLite  = graph.Organisation{Name: "SQLite Consortium", URL: "https://sqlite.org"}
	Go      = graph.Organisation{Name: "The Go Authors", URL: "https://go.dev"}
	Zig     = graph.Organisation{Name: "Zig Software Foundation", URL: "https://ziglang.org"}
	GNU     = graph.Organisation{Name: "Free Software Foundation", URL: "https://www.gnu.org"}
	LLVM    = graph.Organisation{Name: "LLVM Foundation", URL: "https://llvm.org"}
	Musl    = graph.Organisation{Name: "musl libc", URL: "https://musl.libc.org"}
)

// Version is the release's.
const Version = "1.2.3"

// Glibc is the document of a release archive whose programs hold glibc's start files, which are under a copyleft license.
func Glibc() *graph.Document {
	return archive("linux_amd64", glibc, "LGPL-2.1-or-later WITH GCC-exception-2.0-note")
}

// StaticMusl is the document of a release archive without copyleft.
func StaticMusl() *graph.Document { return archive("linux_amd64_musl", musl, "MIT") }

const (
	glibc = "generic-glibc-2.28"
	musl  = "generic-musl-1.2.5"
)

// archive is the document of one platform. libc is the component that brings the start files.
func archive(platform, libc, libcLicense string) *graph.Document {
	name := "gosqlite_" + Version + "_" + platform + ".tar.gz"
	subject := "generic-gosqlite-" + Version + "-" + strings.ReplaceAll(platform, "_", "-")
	d := &graph.Document{
		Schema: graph.Schema, Subject: subject, Name: name, Version: Version, Time: "2026-11-23T00:00:00Z",
		Platform: platform, Lifecycle: graph.Lifecycle, Supplier: Project, Authors: []graph.Organisation{Project},
		Tool:       graph.Tool{Name: "gosqlite-sbom", Version: Version, Supplier: Project},
		Properties: []graph.Property{{Name: "gosqlite:tier", Value: "tested"}},
	}
	own := func(id string, role graph.Role, kind graph.Type, n, path string) *graph.Component {
		c := add(d, graph.Component{
			ID: id, Role: role, Type: kind, Name: n, Version: Version, Supplier: Project,
			PURL: "pkg:golang/github.com/gosqlite/gosqlite@v" + Version + "#" + path, License: license("MIT"), Copyright: "The gosqlite authors",
			References: []graph.Reference{{Type: graph.VCS, URL: Project.URL}},
		})
		return c
	}
	s := own(subject, graph.Subject, graph.ArchiveType, name, "")
	s.PURL = "pkg:generic/gosqlite@" + Version + "?platform=" + platform
	s.Archive, s.Structured, s.FileName = true, true, name
	s.Purpose = "SQL shell, verifier and static library of SQLite"
	digest(s, graph.ReleasedFile, name)

	for _, p := range []string{"gosqlite", "gosqlite-verify"} {
		c := own("program-"+p, graph.Delivered, graph.Application, p, "cmd/"+p)
		c.Executable, c.FileName = true, p
		digest(c, graph.ReleasedFile, "bin/"+p)
	}
	lib := own("library-libsqlite3.a", graph.Delivered, graph.Library, "libsqlite3.a", "sqlite3_amalgamation")
	lib.License, lib.Supplier, lib.FileName, lib.Archive = license("blessing"), SQLite, "libsqlite3.a", true
	digest(lib, graph.ReleasedFile, "lib/libsqlite3.a")
	for _, folder := range []string{"driver", "sqlite", "internal/capi", "shell"} {
		c := own(graph.ID(&graph.Component{PURL: "pkg:golang/github.com/gosqlite/gosqlite@v" + Version + "#" + folder}), graph.Linked, graph.Library, "github.com/gosqlite/gosqlite/"+folder, folder)
		c.Packages = []string{c.Name}
		digest(c, graph.Tree, folder)
	}
	thirdParty(d)
	startFiles(d, libc, libcLicense)
	buildTools(d)
	relate(d, libc)
	d.Sort()
	return d
}

func thirdParty(d *graph.Document) {
	s := add(d, graph.Component{
		ID: "generic-sqlite-3.54.1", Role: graph.Linked, Type: graph.Library, Name: "sqlite", Version: "3.54.1", Supplier: SQLite,
		Purpose: "database engine", PURL: "pkg:generic/sqlite@3.54.1", CPE: "cpe:2.3:a:sqlite:sqlite:3.54.1:*:*:*:*:*:*:*",
		License: license("blessing"), Copyright: "None: dedicated to the public domain",
		References: []graph.Reference{{Type: graph.VCS, URL: "https://sqlite.org/src"}, {Type: graph.Website, URL: "https://sqlite.org"}},
		Files:      []graph.File{{Path: "sqlite3.c", SHA256: Sum256("sqlite3.c")}},
		Properties: []graph.Property{
			{Name: "compile:option", Value: "SQLITE_ENABLE_FTS5"},
			{Name: "compile:option", Value: "SQLITE_THREADSAFE=1"},
			{Name: "sqlite:source-id", Value: "2026-10-01 12:00:00 0123456789abcdef"},
		},
	})
	digest(s, graph.LinkedFile, "sqlite3.c")
	sum := sha3.Sum256([]byte("sqlite3.c"))
	s.Digests = append(s.Digests, graph.Digest{Object: graph.LinkedFile, Name: "sqlite3.c", Alg: graph.SHA3_256, Value: hex.EncodeToString(sum[:])})
	digest(s, graph.Download, "https://sqlite.org/2026/sqlite-amalgamation-3540100.zip")

	for _, m := range []struct{ path, version, pkg string }{
		{"golang.org/x/sys", "v0.48.0", "golang.org/x/sys/unix"}, {"golang.org/x/term", "v0.45.0", "golang.org/x/term"},
	} {
		c := add(d, graph.Component{
			Role: graph.Linked, Type: graph.Library, Name: m.path, Version: m.version, Supplier: Go, PURL: "pkg:golang/" + m.path + "@" + m.version,
			License: license("BSD-3-Clause"), Copyright: "The Go Authors", Packages: []string{m.pkg},
			References: []graph.Reference{{Type: graph.VCS, URL: "https://go.googlesource.com/" + m.path[len("golang.org/x/"):]}},
			Properties: []graph.Property{{Name: "golang:h1", Value: "h1:c2FtcGxl"}},
		})
		c.ID = graph.ID(c)
		digest(c, graph.Tree, m.path)
	}
	std := add(d, graph.Component{
		ID: "golang-std-1.27.4", Role: graph.Linked, Type: graph.Library, Name: "std", Version: "1.27.4", Supplier: Go,
		Description: "Go standard library and runtime", PURL: "pkg:golang/std@1.27.4", CPE: "cpe:2.3:a:golang:go:1.27.4:*:*:*:*:*:*:*",
		License: license("BSD-3-Clause"), Copyright: "The Go Authors", Packages: []string{"database/sql", "fmt", "runtime"},
		References: []graph.Reference{{Type: graph.SourceDistribution, URL: "https://go.dev/dl/go1.27.4.src.tar.gz"}},
	})
	digest(std, graph.Tree, "go_sdk")
}

func startFiles(d *graph.Document, libc, libcLicense string) {
	c := graph.Component{
		ID: libc, Role: graph.Linked, Type: graph.Library, Name: "glibc", Version: "2.28", Supplier: GNU, PURL: "pkg:generic/glibc@2.28",
		Purpose: "start files of a program", License: license(libcLicense), Copyright: "Free Software Foundation, Inc.",
		References: []graph.Reference{{Type: graph.VCS, URL: "https://sourceware.org/git/glibc.git"}},
	}
	if libc == musl {
		c.Name, c.Version, c.Supplier, c.PURL = "musl", "1.2.5", Musl, "pkg:generic/musl@1.2.5"
		c.References[0].URL = "https://git.musl-libc.org/git/musl"
	}
	for _, object := range []string{"crt1.o", "crti.o"} {
		c.Files = append(c.Files, graph.File{Path: object, SHA256: Sum256(object)})
		digest(&c, graph.LinkedFile, object)
	}
	add(d, c)
	rt := add(d, graph.Component{
		ID: "generic-compiler-rt-21.1.0", Role: graph.Linked, Type: graph.Library, Name: "compiler-rt", Version: "21.1.0", Supplier: LLVM,
		PURL: "pkg:generic/compiler-rt@21.1.0", License: license("Apache-2.0 WITH LLVM-exception"), Copyright: "LLVM Project contributors",
		References: []graph.Reference{{Type: graph.VCS, URL: "https://github.com/llvm/llvm-project"}},
	})
	digest(rt, graph.LinkedFile, "libcompiler_rt.a")
	for _, extra := range []graph.Component{
		{ID: "header-linux-headers", Role: graph.Header, Type: graph.FileType, Name: "linux-headers", License: license("GPL-2.0-only WITH Linux-syscall-note")},
		{ID: "stub-libc.so.6", Role: graph.InterfaceStub, Type: graph.FileType, Name: "libc.so.6", License: license("LGPL-2.1-or-later")},
	} {
		extra.Version, extra.Supplier = "6.13.4", Zig
		extra.PURL = "pkg:generic/" + extra.Name + "@" + extra.Version
		extra.References = []graph.Reference{{Type: graph.VCS, URL: "https://codeberg.org/ziglang/zig"}}
		digest(add(d, extra), graph.Tree, extra.Name)
	}
}

func buildTools(d *graph.Document) {
	for _, t := range []struct {
		name, version, license string
		by                     graph.Organisation
	}{{"go", "1.27.4", "BSD-3-Clause", Go}, {"zig", "0.16.0", "MIT", Zig}} {
		c := add(d, graph.Component{
			ID: "tool-" + t.name, Role: graph.BuildTool, Type: graph.Application, Name: t.name, Version: t.version, Supplier: t.by,
			PURL: "pkg:generic/" + t.name + "@" + t.version, License: license(t.license), Executable: true,
			References: []graph.Reference{{Type: graph.Website, URL: t.by.URL}},
		})
		digest(c, graph.Download, t.by.URL+"/"+t.name+".tar.xz")
	}
}

func relate(d *graph.Document, libc string) {
	relation := func(from string, kind graph.Kind, to ...string) {
		for _, t := range to {
			d.Relations = append(d.Relations, graph.Relation{From: from, Kind: kind, To: t})
		}
	}
	own := func(folder string) string {
		return graph.ID(&graph.Component{PURL: "pkg:golang/github.com/gosqlite/gosqlite@v" + Version + "#" + folder})
	}
	const sqlite, std, rt = "generic-sqlite-3.54.1", "golang-std-1.27.4", "generic-compiler-rt-21.1.0"
	sys, term := "golang-golang.org-x-sys-v0.48.0", "golang-golang.org-x-term-v0.45.0"
	relation(d.Subject, graph.Contains, "program-gosqlite", "program-gosqlite-verify", "library-libsqlite3.a")
	relation("library-libsqlite3.a", graph.Links, sqlite)
	relation("program-gosqlite", graph.Links, own("driver"), own("sqlite"), own("internal/capi"), own("shell"), sqlite, std, sys, term, libc, rt)
	relation("program-gosqlite-verify", graph.Links, std)
	relation("program-gosqlite", graph.BuiltWith, "tool-go", "tool-zig")
	relation("program-gosqlite-verify", graph.BuiltWith, "tool-go")
	relation("library-libsqlite3.a", graph.BuiltWith, "tool-zig")
	relation("program-gosqlite", graph.Includes, "header-linux-headers")
	relation("program-gosqlite", graph.Interface, "stub-libc.so.6")
	relation(own("shell"), graph.Depends, own("driver"), term, std)
	relation(own("driver"), graph.Depends, own("sqlite"), std)
	relation(own("sqlite"), graph.Depends, own("internal/capi"), std)
	relation(own("internal/capi"), graph.Depends, sqlite, std)
	relation(term, graph.Depends, sys, std)
	relation(sys, graph.Depends, std)
}

func add(d *graph.Document, c graph.Component) *graph.Component {
	// Room for all, so that a component's address holds while others are added.
	if d.Components == nil {
		d.Components = make([]graph.Component, 0, 64)
	}
	d.Components = append(d.Components, c)
	return &d.Components[len(d.Components)-1]
}

func license(expression string) graph.License {
	return graph.License{
		Declared: expression, Concluded: expression,
		Evidence: []graph.Evidence{{Path: "LICENSE", SHA256: Sum256(expression), ID: expression, Coverage: 98}},
	}
}

// digest adds the digests of an object, and of a download the reference to it.
func digest(c *graph.Component, object graph.Object, name string) {
	sum := sha512.Sum512([]byte(name))
	if object == graph.Download {
		c.References = append(c.References, graph.Reference{Type: graph.Distribution, URL: name})
	}
	c.Digests = append(c.Digests,
		graph.Digest{Object: object, Name: name, Alg: graph.SHA256, Value: Sum256(name)},
		graph.Digest{Object: object, Name: name, Alg: graph.SHA512, Value: hex.EncodeToString(sum[:])})
}

// Sum256 is the SHA-256 of a text in hexadecimal digits.
func Sum256(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
