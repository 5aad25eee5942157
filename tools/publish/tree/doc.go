// SPDX-License-Identifier: MIT

// Package tree publishes into a folder of plain files, which any web server, or GOPROXY=file://, serves.
//
//	FOLDER/current                      a link to generations/NAME: all that readers name
//	FOLDER/generations/NAME/            everything that is published, as of one moment
//	  index.json                          its list; NAME is the SHA-256 of it
//	  releases/VERSION/...                the files of a release, as they were signed
//	  go/PATH/@v/...                      its Go module, as https://go.dev/ref/mod#goproxy-protocol has it
//	  advisories/...                      what `scan advisory build` wrote
//	FOLDER/objects/SHA256               the bytes; generations hold hard links to them
//	FOLDER/lock                         held by who publishes
//
// # One transaction
//
// Bytes come first: each is copied to a temporary name, held against its digest, synced and renamed to objects/SHA256.
// Then the new generation is linked together under a temporary name, synced, and renamed. The last step renames a new link
// over current. A reader sees the old generation or the new one; who needs several files of one moment resolves the link
// once and stays in that folder. Whoever stops before the last step, however, leaves current as it was, and what is there
// of the next run is used by it after its digest was computed anew.
//
// A generation has everything that the one before had. Files of a release and of a module version never change: other
// bytes under their name are refused. The list of versions, the index and advisories do change.
//
// # Two publishers
//
// The lock belongs to the file that the publisher holds open, and ends with it. A second publisher is turned away at once.
// Because not every network file system has such locks, current is also compared with what the plan was made upon before
// it is replaced: who planned upon another state is turned away.
package tree
