// SPDX-License-Identifier: MIT

package sign

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"io"
)

var errToken = errors.New("the token was pulled out")

// failing is a key that signs left times.
type failing struct {
	*ecdsa.PrivateKey
	left int
}

func (f *failing) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if f.left--; f.left < 0 {
		return nil, errToken
	}
	return f.PrivateKey.Sign(r, digest, opts)
}
