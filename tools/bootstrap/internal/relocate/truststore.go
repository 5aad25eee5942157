// SPDX-License-Identifier: MIT

package relocate

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// certificates is where Debian keeps the certificates that the machine trusts.
const certificates = "/etc/ssl/certs/ca-certificates.crt"

// trustStore writes the machine's trusted certificates in Java's own format.
// Debian makes that file when it installs ca-certificates-java, which is not
// installed here; without it no TLS server is trusted.
func trustStore(file, bundle string) error {
	data, err := os.ReadFile(bundle)
	if errors.Is(err, os.ErrNotExist) {
		data, err = nil, nil // the machine trusts nobody, and so does Bazel
	}
	if err != nil {
		return err
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(file, javaKeyStore(data), 0o644)
}

// javaKeyStore encodes PEM certificates as a JKS version 2 key store with the
// customary password "changeit", which protects nothing but is in the digest
// (OpenJDK, sun.security.provider.JavaKeyStore).
func javaKeyStore(bundle []byte) []byte {
	var entries bytes.Buffer
	n := uint32(0)
	word := func(b *bytes.Buffer, v any) { binary.Write(b, binary.BigEndian, v) } // a Buffer takes all
	text := func(s string) {
		word(&entries, uint16(len(s)))
		entries.WriteString(s)
	}
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		n++
		word(&entries, uint32(2)) // a trusted certificate
		text(fmt.Sprintf("ca-%d", n))
		word(&entries, time.Unix(0, 0).UnixMilli())
		text("X.509")
		word(&entries, uint32(len(block.Bytes)))
		entries.Write(block.Bytes)
	}
	var out bytes.Buffer
	word(&out, uint32(0xfeedfeed))
	word(&out, uint32(2))
	word(&out, n)
	out.Write(entries.Bytes())
	h := sha1.New()
	for _, c := range "changeit" {
		h.Write([]byte{0, byte(c)}) // UTF-16, big endian
	}
	h.Write([]byte("Mighty Aphrodite"))
	h.Write(out.Bytes())
	return h.Sum(out.Bytes())
}
