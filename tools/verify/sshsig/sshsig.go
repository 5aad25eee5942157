// SPDX-License-Identifier: MIT

// Package sshsig reads signatures of git's tags in the form of OpenSSH, by ECDSA on P-256:
// https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
package sshsig

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

const (
	begin     = "-----BEGIN SSH SIGNATURE-----\n"
	end       = "-----END SSH SIGNATURE-----\n"
	magic     = "SSHSIG"
	namespace = "git"
	algorithm = "ecdsa-sha2-nistp256"
)

// A Signature is one of a tag.
type Signature struct {
	Key *pki.Key // that the signature names

	hash  string // SHA-256 or SHA-512, of the tag
	value []byte // in DER
}

// Split is a tag without its signature, and the signature; nil when there is none. Git, too, takes the last one.
func Split(tag []byte) (unsigned, signature []byte) {
	if i := bytes.LastIndex(tag, []byte("\n"+begin)); i >= 0 {
		return tag[:i+1], tag[i+1:]
	}
	return tag, nil
}

// Parse reads what Split gives. Nothing may stand behind it.
func Parse(signature []byte) (*Signature, error) {
	body, begins := bytes.CutPrefix(signature, []byte(begin))
	body, ends := bytes.CutSuffix(body, []byte(end))
	if !begins || !ends {
		return nil, errors.New("SSH signature: it does not begin and end with its lines")
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(string(bytes.ReplaceAll(body, []byte("\n"), nil)))
	if err != nil {
		return nil, fmt.Errorf("SSH signature: %w", err)
	}
	in := reader{rest: blob}
	if string(in.take(len(magic))) != magic || binary.BigEndian.Uint32(append(in.take(4), 0, 0, 0, 0)) != 1 {
		return nil, errors.New("SSH signature: not of version 1")
	}
	public, space, reserved, hash, value := in.text(), in.text(), in.text(), in.text(), in.text()
	switch {
	case in.bad || len(in.rest) > 0:
		return nil, errors.New("SSH signature: it is cut off, or something follows it")
	case string(space) != namespace || len(reserved) > 0:
		return nil, fmt.Errorf("SSH signature: for %.40q, and not for %s", space, namespace)
	case string(hash) != "sha256" && string(hash) != "sha512":
		return nil, fmt.Errorf("SSH signature: hash %.40q is not known", hash)
	}
	s := &Signature{hash: string(hash)}
	if s.Key, err = parseKey(public); err != nil {
		return nil, err
	}
	s.value, err = parseValue(value)
	return s, err
}

// Verify reports whether the signature is one by its key over a tag without its signature.
func (s *Signature) Verify(unsigned []byte) error {
	var sum []byte
	if s.hash == "sha256" {
		x := sha256.Sum256(unsigned)
		sum = x[:]
	} else {
		x := sha512.Sum512(unsigned)
		sum = x[:]
	}
	message := []byte(magic)
	for _, field := range [][]byte{[]byte(namespace), nil, []byte(s.hash), sum} {
		message = append(binary.BigEndian.AppendUint32(message, uint32(len(field))), field...)
	}
	digest := sha256.Sum256(message)
	return s.Key.VerifyDigest(crypto.SHA256, digest[:], s.value)
}

// parseKey reads https://www.rfc-editor.org/rfc/rfc5656#section-3.1
func parseKey(blob []byte) (*pki.Key, error) {
	in := reader{rest: blob}
	kind, curve, point := in.text(), in.text(), in.text()
	if in.bad || len(in.rest) > 0 || string(kind) != algorithm || string(curve) != "nistp256" {
		return nil, fmt.Errorf("SSH signature: by a key of kind %.40q, and not %s", kind, algorithm)
	}
	type identifier struct{ Algorithm, Curve asn1.ObjectIdentifier }
	der, err := asn1.Marshal(struct {
		Algorithm identifier
		Point     asn1.BitString
	}{
		identifier{asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}},
		asn1.BitString{Bytes: point, BitLength: 8 * len(point)},
	})
	if err != nil {
		return nil, fmt.Errorf("SSH signature: %w", err)
	}
	return pki.ParseKey(der)
}

// parseValue reads the two numbers, and writes them as X.509 does.
func parseValue(blob []byte) ([]byte, error) {
	in := reader{rest: blob}
	kind, pair := in.text(), in.text()
	if in.bad || len(in.rest) > 0 || string(kind) != algorithm {
		return nil, fmt.Errorf("SSH signature: by algorithm %.40q, and not %s", kind, algorithm)
	}
	in = reader{rest: pair}
	r, s := in.text(), in.text()
	if in.bad || len(in.rest) > 0 || !isNumber(r) || !isNumber(s) {
		return nil, errors.New("SSH signature: it is not two numbers")
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(r), new(big.Int).SetBytes(s)})
}

// isNumber tells positive numbers in their shortest form.
func isNumber(b []byte) bool {
	if len(b) == 0 || b[0]&0x80 != 0 {
		return false
	}
	return b[0] != 0 || len(b) > 1 && b[1]&0x80 != 0
}

// A reader takes fields from the start of bytes. Once something is missing, everything is.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) text() []byte {
	size := r.take(4)
	if size == nil {
		return nil
	}
	n := binary.BigEndian.Uint32(size)
	if uint64(n) > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	return r.take(int(n))
}
