// SPDX-License-Identifier: MIT

package sign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"io"
	"sync/atomic"
	"time"
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

// slowAuthority counts how many wait for it at once.
type slowAuthority struct {
	waiting, most atomic.Int32
	err           error
}

func (s *slowAuthority) Timestamp(context.Context, []byte) ([]byte, error) {
	n := s.waiting.Add(1)
	defer s.waiting.Add(-1)
	for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
	}
	time.Sleep(20 * time.Millisecond)
	return []byte("stamp"), s.err
}
