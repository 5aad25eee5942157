// SPDX-License-Identifier: MIT

// Package gittag signs git's tags by the key of a release. A signed tag is the unsigned one and, behind its message, a
// signature in the form of OpenSSH:
// https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig. So git verify-tag judges it, by a file that says
// whose the key is:
//
//	echo "release $(ssh-keygen -i -m PKCS8 -f release.pub)" >allowed
//	git -c gpg.ssh.allowedSignersFile=allowed verify-tag v1.2.3
//
// The key is one on P-256, and no SSH key lies anywhere: the form is all that is OpenSSH's. A software key signs the same tag
// the same way each time.
package gittag

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Begin is the line before a signature, and what ends it.
const (
	Begin = "-----BEGIN SSH SIGNATURE-----\n"
	end   = "-----END SSH SIGNATURE-----\n"
)

const (
	magic     = "SSHSIG"
	version   = 1
	namespace = "git"
	hash      = "sha512"
	kind      = "ecdsa-sha2-nistp256"
	curve     = "nistp256"
	columns   = 70 // of the text between the lines, as ssh-keygen has it
)

// Split is a tag without its signature, and the signature; nil when there is none.
func Split(tag []byte) (unsigned, signature []byte) {
	if i := bytes.LastIndex(tag, []byte("\n"+Begin)); i >= 0 {
		return tag[:i+1], tag[i+1:]
	}
	return tag, nil
}

// Sign is a tag with the signature of an identity.
func Sign(tag []byte, id *identity.Identity) ([]byte, error) {
	if _, have := Split(tag); have != nil {
		return nil, errors.New("sign tag: it has a signature already")
	}
	if !bytes.HasSuffix(tag, []byte("\n")) {
		return nil, errors.New("sign tag: its message has no newline at the end")
	}
	if err := identity.CheckP256(id.Key.Public()); err != nil {
		return nil, err
	}
	public, err := publicKey(id)
	if err != nil {
		return nil, err
	}
	der, err := id.Sign(sha256.Sum256(message(tag)))
	if err != nil {
		return nil, err
	}
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) > 0 || sig.R.Sign() <= 0 || sig.S.Sign() <= 0 {
		return nil, errors.New("sign tag: the key gave something else than a signature of ECDSA")
	}
	inner := text(text(nil, kind), string(text(text(nil, integer(sig.R)), integer(sig.S))))
	blob := binary.BigEndian.AppendUint32([]byte(magic), version)
	for _, field := range []string{string(public), namespace, "", hash, string(inner)} {
		blob = text(blob, field)
	}
	return append(bytes.Clone(tag), armor(blob)...), nil
}

// message is what is signed: a frame that holds the SHA-512 of the tag.
func message(tag []byte) []byte {
	sum := sha512.Sum512(tag)
	m := []byte(magic)
	for _, field := range []string{namespace, "", hash, string(sum[:])} {
		m = text(m, field)
	}
	return m
}

// publicKey is the key as OpenSSH writes it: https://www.rfc-editor.org/rfc/rfc5656#section-3.1
func publicKey(id *identity.Identity) ([]byte, error) {
	key, ok := id.Key.Public().(*ecdsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("sign tag: the key is a %T", id.Key.Public())
	}
	point, err := key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("sign tag: %w", err)
	}
	return text(text(text(nil, kind), curve), string(point)), nil
}

// text appends a string with its length before it.
func text(to []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(to, uint32(len(s))), s...)
}

// integer is the shortest two's complement of a positive number.
func integer(n *big.Int) string {
	b := n.Bytes()
	if b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return string(b)
}

func armor(blob []byte) []byte {
	out := []byte(Begin)
	for line := range chunks(base64.StdEncoding.EncodeToString(blob)) {
		out = append(append(out, line...), '\n')
	}
	return append(out, end...)
}

// chunks are the lines of a text.
func chunks(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			n := min(columns, len(s))
			if !yield(s[:n]) {
				return
			}
			s = s[n:]
		}
	}
}

// SignedBy reports whether a tag has a signature of the identity that stands.
func SignedBy(tag []byte, id *identity.Identity) bool {
	unsigned, have := Split(tag)
	public, err := publicKey(id)
	if have == nil || err != nil {
		return false
	}
	body, ok := bytes.CutSuffix(bytes.TrimPrefix(have, []byte(Begin)), []byte(end))
	blob, err := base64.StdEncoding.DecodeString(string(bytes.ReplaceAll(body, []byte("\n"), nil)))
	if !ok || err != nil || !bytes.Equal(armor(blob), have) {
		return false
	}
	head := binary.BigEndian.AppendUint32([]byte(magic), version)
	for _, field := range []string{string(public), namespace, "", hash} {
		head = text(head, field)
	}
	rest, ok := bytes.CutPrefix(blob, head)
	if !ok {
		return false
	}
	r, s, ok := numbers(rest)
	if !ok {
		return false
	}
	sum := sha256.Sum256(message(unsigned))
	key, _ := id.Key.Public().(*ecdsa.PublicKey)
	return ecdsa.Verify(key, sum[:], r, s)
}

// numbers reads the signature's field, and wants it in the one form that Sign writes.
func numbers(field []byte) (r, s *big.Int, ok bool) {
	next := func(from []byte) (string, []byte) {
		if len(from) < 4 || uint64(binary.BigEndian.Uint32(from)) > uint64(len(from)-4) {
			return "", nil
		}
		n := binary.BigEndian.Uint32(from)
		return string(from[4 : 4+n]), from[4+n:]
	}
	inner, _ := next(field)
	_, rest := next([]byte(inner))
	pair, _ := next(rest)
	a, rest := next([]byte(pair))
	b, _ := next(rest)
	r, s = new(big.Int).SetBytes([]byte(a)), new(big.Int).SetBytes([]byte(b))
	if r.Sign() <= 0 || s.Sign() <= 0 {
		return nil, nil, false
	}
	again := text(nil, string(text(text(nil, kind), string(text(text(nil, integer(r)), integer(s))))))
	return r, s, bytes.Equal(again, field)
}
