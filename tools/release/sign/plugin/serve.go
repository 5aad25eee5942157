// SPDX-License-Identifier: MIT

package plugin

import (
	"bufio"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A Store holds keys: what a plug-in is written around.
type Store interface {
	// Open returns the key of that name.
	Open(name string, secret []byte) (crypto.Signer, error)
	// Make makes a key of that name: ECDSA on P-256. One that exists already is an error.
	Make(name string, secret []byte) (crypto.Signer, error)
}

// Serve is a plug-in: it answers the requests on in until they end. A request that fails is answered by its error, and the
// next one is awaited. What is no request, or comes in the wrong order, ends it with an error.
func Serve(in io.Reader, out io.Writer, store Store) error {
	lines := bufio.NewReaderSize(in, MaxLine)
	var key crypto.Signer
	for {
		text, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(text) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		var r Request
		if err := json.Unmarshal(text, &r); err != nil {
			return errors.New("read request: it is not as agreed") // its text may hold a secret
		}
		clear(text)
		var a Answer
		switch {
		case (r.Op == Open || r.Op == Make) && key == nil:
			key, a, err = openOrMake(store, r)
		case r.Op == Sign && key != nil && len(r.Digest) == crypto.SHA256.Size():
			a.Signature, err = key.Sign(nil, r.Digest, crypto.SHA256)
		default:
			return fmt.Errorf("request %.20q: not known, or not in this order", r.Op)
		}
		if err != nil {
			a = Answer{Error: err.Error()}
		}
		if err := json.NewEncoder(out).Encode(a); err != nil {
			return fmt.Errorf("write answer: %w", err)
		}
	}
}

func openOrMake(store Store, r Request) (crypto.Signer, Answer, error) {
	do := store.Open
	if r.Op == Make {
		do = store.Make
	}
	key, err := do(r.Key, r.Secret)
	clear(r.Secret)
	if err != nil {
		return nil, Answer{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	return key, Answer{PublicKey: public}, err
}
