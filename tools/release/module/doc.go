// SPDX-License-Identifier: MIT

// Package module makes what `go get` receives: the release commit with its tag, and the same module as a tree of files
// that a GOPROXY serves.
//
// # The release commit
//
// Public proxies make a module of a tag. The amalgamation is not in the source tree, and users of plain Go need it, so
// that a release has a commit of its own, which is tagged and never merged:
//
//	parent     the source commit
//	tree       that of the source commit, and the three files of Generated
//	dates      the release's, in UTC
//	author     gosqlite release <release@gosqlite.invalid>, and the same committer
//	message    the version, and which commit it is made from
//
// The same source commit, files, version and date give the same commit, whoever makes it.
//
// # The tree of files
//
// Its layout is that of https://go.dev/ref/mod#goproxy-protocol, and GOPROXY=file:///FOLDER reads it:
//
//	FOLDER/PATH/@v/list          versions, one a line
//	FOLDER/PATH/@v/VERSION.info  {"Version":"v1.0.0","Time":"2026-11-23T00:00:00Z"}
//	FOLDER/PATH/@v/VERSION.mod   go.mod
//	FOLDER/PATH/@v/VERSION.zip   by golang.org/x/mod/zip, files in the order of their names
//
// The h1: checksum of the zip is that of the tag: both are made of the same files. Check proves it.
//
// # In a release
//
// A release has zip, .mod and .info as gosqlite_VERSION.zip and so on, made in the build from declared files (Of, Pack) and
// not from git. They are the bytes of the tree of files. That is why .info has version and time and no Origin: the build
// knows the sources by their digests and not by a commit, and the go command asks for no more. Which commit it was, the
// statement commit.intoto.json says, which is signed.
package module
