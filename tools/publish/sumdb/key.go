// SPDX-License-Identifier: MIT

package sumdb

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// CheckName admits names that the go command takes and that are a folder below sumdb/: HOST or HOST/PATH.
func CheckName(name string) error {
	if strings.ToLower(name) != name || strings.Contains(name, "+") || module.CheckPath(name) != nil {
		return fmt.Errorf("name of database %.100q: it has to look like sum.example.org or example.org/sum, in lower case", name)
	}
	return nil
}

// VerifierKey is what users put into GOSUMDB.
func VerifierKey(name string, public crypto.PublicKey) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	key, ok := public.(ed25519.PublicKey)
	if !ok {
		return "", fmt.Errorf("key of database %s: the go command takes Ed25519 and not %T; make one by publish sumdb key", name, public)
	}
	return note.NewEd25519VerifierKey(name, key)
}

// A noteKey signs notes.
type noteKey struct {
	note.Verifier
	key crypto.Signer
}

// NewSigner signs as the database of a name.
func NewSigner(name string, key crypto.Signer) (note.Signer, note.Verifier, error) {
	text, err := VerifierKey(name, key.Public())
	if err != nil {
		return nil, nil, err
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, nil, fmt.Errorf("key of database %s: %w", name, err)
	}
	return noteKey{v, key}, v, nil
}

// noRandom: Ed25519 needs none, RFC 8032 section 5.1.6; a signer that asks has a mistake.
type noRandom struct{}

func (noRandom) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (k noteKey) Sign(text []byte) ([]byte, error) {
	return k.key.Sign(noRandom{}, text, crypto.Hash(0))
}

// SignHead signs a tree head.
func SignHead(tree tlog.Tree, signer note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: string(tlog.FormatTree(tree))}, signer)
}
