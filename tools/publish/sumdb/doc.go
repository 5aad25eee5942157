// SPDX-License-Identifier: MIT

// Package sumdb writes and audits a checksum database for the go command, as files that any web server serves.
//
//	supported                      says to the go command that this proxy has the database
//	latest                         the newest signed tree head
//	lookup/MODULE@VERSION          a record, and the head that was signed when it came
//	tile/8/L/N, tile/8/L/N.p/W     hashes, 256 a tile
//	tile/8/data/N[.p/W]            records
//
// Formats: https://go.dev/ref/mod#checksum-database and https://go.dev/design/25530-sumdb, by golang.org/x/mod/sumdb. A
// record is the two lines of go.sum for one version of a module. Below a GOPROXY the folder is sumdb/NAME, and there the go
// command looks for it; with GOSUMDB="KEY URL" it asks the address instead.
//
// Nothing but latest is ever replaced: the log only grows, and tiles of earlier widths stay for who has an earlier head.
// Open audits all of it; Append makes the files of the next state, which are audited again as a reader would see them before
// they are handed out. What a key has signed is remembered outside of the storage (Seen), so that a storage that was set
// back or exchanged is not signed over: a log of which two histories are signed is worth nothing.
package sumdb
