// SPDX-License-Identifier: MIT

// Package manifest is the list of a release's files. This comment is its specification.
//
// # The manifest
//
// A manifest is a text in ASCII, and at the same time a JSON object. One list of files has one text: every byte follows
// from the values. The text is a header line, one line for each file, and an end line; each ends with a newline (0x0A).
//
//	{"schema":"gosqlite-manifest/1","version":"1.0.0","time":"2026-11-23T00:00:00Z","files":[
//	{"name":"gosqlite_1.0.0_linux_arm64.tar.gz","kind":"archive","platform":"linux_arm64","size":3,"sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"},
//	{"name":"notes.md","kind":"notes","platform":"","size":3,"sha256":"fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"}
//	]}
//
// Keys come in this order, with no space anywhere. File lines are in the order of the bytes of their names and end with a
// comma, the last one excepted. A manifest lists at least one file and at most MaxFiles. The values:
//
//	schema    "gosqlite-manifest/1"; another number is another format
//	version   the release's, as in https://semver.org, without a leading v
//	time      the release date in UTC, to the second
//	name      1 to 128 letters, digits and the bytes . _ - +, of which the first is a letter or digit and the last not a
//	          full stop. No two names are equal where case does not count. manifest.json and SHA256SUMS are not listed.
//	kind      one of Kinds
//	platform  the row of the platform list, such as linux_amd64_musl: words of lower-case letters and digits joined by _.
//	          Empty for a file that belongs to all; files of the kinds archive and debug always have one.
//	size      bytes, in decimal without leading zeros, at most MaxSize
//	sha256    of the file, 64 lower-case hexadecimal digits
//
// No value holds a quotation mark, a backslash or a control byte, so that nothing is ever escaped.
//
// # Its digest
//
// The digest of a manifest is the SHA-256 of its text, and by that of every file that it lists. Recompute it by
//
//	sha256sum manifest.json
//
// which for the text above is 70a1dba0f605f8d4b8010304c5020e75a5b19f3438318b68d5a1208befb82f83.
//
// # SHA256SUMS
//
// The file SHA256SUMS has a line for each listed file and one for manifest.json itself, ordered by name: the digest, two
// spaces, the name. Check a folder by
//
//	sha256sum --strict --check SHA256SUMS
package manifest

import "time"

// Names of the two files that this package defines.
const (
	FileName = "manifest.json"
	SumsName = "SHA256SUMS"
)

// Schema identifies the format.
const Schema = "gosqlite-manifest/1"

// Limits of a manifest.
const (
	MaxFiles = 4096
	MaxSize  = 1 << 40 // of a listed file, in bytes
)

// A Manifest lists the files of a release.
type Manifest struct {
	Version string
	Time    time.Time
	Files   []File // ordered by the bytes of their names
}

// A File is a released file.
type File struct {
	Name     string
	Kind     Kind
	Platform string // empty for a file of all platforms
	Size     int64  // in bytes
	SHA256   [32]byte
}

// A Kind is what a file is for.
type Kind string

// The kinds.
const (
	Archive Kind = "archive" // what users unpack
	Debug   Kind = "debug"   // unstripped twins of an archive's programs
	SBOM    Kind = "sbom"    // bill of materials
	Module  Kind = "module"  // Go module zip, .info and .mod
	VEX     Kind = "vex"     // statements about known vulnerabilities
	Notes   Kind = "notes"   // release notes
	API     Kind = "api"     // API description
)

// Kinds are all kinds.
var Kinds = []Kind{Archive, Debug, SBOM, Module, VEX, Notes, API}
