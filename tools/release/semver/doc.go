// SPDX-License-Identifier: MIT

// Package semver computes the least version that the changes since the last release allow, and refuses a lower one.
//
// # What a change asks for
//
//	change                                                          least
//	Go: golang.org/x/exp/apidiff calls it incompatible              major
//	Go: something new                                               minor
//	a parameter, flag, command, result code or format goes or
//	means something else (api/*.txt)                                major
//	one more of them                                                minor
//	a default changes: of connections, flags, SQLite options        minor, and a change entry that names it
//	an option that adds to SQLite goes, or one that omits comes     major
//	SQLite: another patch / a newer minor / an older version        patch / minor / major
//	go.mod asks for a newer Go, or for another module               minor
//	a platform goes, wants a newer system or is tested less         minor, and a change entry that names it
//	anything else                                                   patch
//
// Before v1.0.0 what asks for a major version gets a minor one, and the rest a patch (https://semver.org, item 4).
//
// # What else is refused
//
// Versions that are no canonical ones of golang.org/x/mod/semver; pseudo-versions; versions that exist as a tag, come before a
// pre-release of the same version that exists, or are below every release, so that nothing tells what they change; a major
// version that the module's path does not have; versions that go.mod retracts, and retractions without a reason; a tree with
// changes that are not committed; and an api/v1.txt that lost a line of the last release which the code still has.
//
// The last release is the highest tag below the version that is no pre-release and is not retracted by the go.mod of this
// tree. What it promised is read from its own sources, not from the files of this tree.
package semver
