// SPDX-License-Identifier: MIT

package cms_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/cms"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// FuzzParse: signed data that can be read can be verified, one way or the other.
func FuzzParse(f *testing.F) {
	keys := releasetest.NewKeys()
	f.Add(releasetest.DetachPE(releasetest.AttachPE(releasetest.PE("x", "x"), keys.CodeLeaf)))
	f.Add(releasetest.NewStamp(keys.TSA[0]).Response([]byte("x")))
	f.Fuzz(func(_ *testing.T, der []byte) {
		d, err := cms.Parse(der)
		if err != nil {
			return
		}
		if signer := d.Signer(nil); signer != nil {
			_ = d.Verify(signer, d.Content)
			d.NamesCertificate(signer)
		}
	})
}
