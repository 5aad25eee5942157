// SPDX-License-Identifier: MIT

// Package tuf keeps a repository of The Update Framework beside the files that package tree publishes, so that a client
// can tell an old state from a new one. https://theupdateframework.github.io/specification/v1.0.31/ is the specification;
// metadata is written and checked by go-tuf.
//
// In a generation of the tree:
//
//	tuf/metadata/N.root.json, N.targets.json, N.ROLE.json, N.snapshot.json   never change
//	tuf/metadata/timestamp.json                                              changes with every publication
//	tuf/targets/CHANNEL/MAJOR/VERSION/SHA256.NAME                            the files of releases
//
// # Roles
//
//	root        offline, two keys at least have to sign; says whose the other three are
//	targets     offline; lists no files, and says whose the delegated roles are
//	CHANNEL-MAJOR, as stable-v1 and candidate-v2
//	            offline; lists the files of the releases of a channel and major version, and can list nothing else. The
//	            channel is part of the version: one with a pre-release, as v1.2.0-rc.1, is a candidate
//	snapshot    online; which version of each file of metadata belongs to the others
//	timestamp   online, for days only; which snapshot is the last one
//
// No key has two of the parts root, targets (delegated roles included) and online: Next refuses such metadata. Who has the
// online keys, which is the publisher, can therefore keep back what is new until the timestamp expires, and can't list a
// file. Who has the keys of a delegated role can't make clients take it before the publisher does.
//
// # Time
//
// Every file of metadata ends. Days has the defaults; the clock is a parameter everywhere.
package tuf
