// SPDX-License-Identifier: MIT

package oci

import (
	"errors"
	"io"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// exact reads a blob and fails where it is not what its descriptor says: it changed after it was verified.
type exact struct {
	from io.Reader
	sum  digest.Verifier
	left int64
	desc v1.Descriptor
}

func (e *exact) Read(p []byte) (int, error) {
	n, err := e.from.Read(p)
	e.sum.Write(p[:n])
	e.left -= int64(n)
	if e.left < 0 || e.left == 0 && !e.sum.Verified() || errors.Is(err, io.EOF) && e.left != 0 {
		return 0, errors.New("it changed after it was verified; nobody else may write to it")
	}
	return n, err
}
