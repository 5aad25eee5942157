// SPDX-License-Identifier: MIT

package embedded_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/embedded"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// FuzzAuthenticode: no bytes are a signature over a program that was never signed.
func FuzzAuthenticode(f *testing.F) {
	keys := releasetest.NewKeys()
	f.Add(releasetest.DetachPE(releasetest.AttachPE(releasetest.PE("id", "code"), keys.CodeLeaf)))
	f.Fuzz(func(t *testing.T, der []byte) {
		if _, err := embedded.Authenticode(der, sha256.Sum256([]byte("another program"))); err == nil {
			t.Error("accepted")
		}
	})
}

// FuzzMachO is the same for code signatures.
func FuzzMachO(f *testing.F) {
	keys := releasetest.NewKeys()
	program := releasetest.MachO("id", "code")
	f.Add(releasetest.AttachMachO(program, keys.CodeLeaf)[4112:])
	f.Fuzz(func(t *testing.T, blob []byte) {
		other := bytes.Repeat([]byte{1}, 4112)
		if _, err := embedded.MachO(blob, int64(len(other)), func(use func(io.Reader) error) error { return use(bytes.NewReader(other)) }); err == nil {
			t.Error("accepted")
		}
	})
}
