// SPDX-License-Identifier: MIT

package graph

import (
	"crypto/sha1"
	"encoding/hex"
)

// namespace is the UUID of version 5 of https://github.com/gosqlite/gosqlite in the namespace of URLs.
var namespace = uuid5([16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8},
	[]byte("https://github.com/gosqlite/gosqlite"))

// Serial is the UUID of version 5 (RFC 9562) of the document in a format such as "cyclonedx-1.7+json". It follows from
// the document's text alone.
func (d *Document) Serial(format string) (string, error) {
	text, err := d.Encode()
	if err != nil {
		return "", err
	}
	id := uuid5(namespace, append([]byte(format+"\n"), text...))
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// uuid5 is defined upon SHA-1, which names here and protects nothing.
func uuid5(space [16]byte, name []byte) [16]byte {
	sum := sha1.Sum(append(space[:], name...))
	var id [16]byte
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}
