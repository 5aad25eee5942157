// SPDX-License-Identifier: MIT

package bundle

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// CheckMessage says why a text is no bundle that Message makes of a file with that SHA-256, by the public key in DER alone:
// without a certificate, timestamps and logs. Whoever signs what follows a file asks for it; verifying is another program's.
func CheckMessage(text []byte, digest [32]byte, public []byte) error {
	var b bundle
	if err := json.Unmarshal(text, &b); err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	if again, err := jcs.File(b); err != nil || !bytes.Equal(again, text) {
		return errors.New("read bundle: it is not the text that its values have")
	}
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("check bundle: %w", err)
	}
	p256, ok := key.(*ecdsa.PublicKey)
	if !ok || identity.CheckP256(p256) != nil {
		return errors.New("check bundle: the key is none on P-256")
	}
	m := b.Message
	switch {
	case b.MediaType != MediaType || m == nil || b.Envelope != nil || m.Digest.Algorithm != "SHA2_256":
		return errors.New("check bundle: it is none of a file by its SHA-256")
	case b.Material.PublicKey == nil || b.Material.PublicKey.Hint != identity.Hint(public):
		return errors.New("check bundle: it is by another key")
	case !bytes.Equal(m.Digest.Digest, digest[:]):
		return errors.New("check bundle: it is of another file")
	case !ecdsa.VerifyASN1(p256, digest[:], m.Signature):
		return errors.New("check bundle: its signature does not hold")
	}
	return nil
}
