// SPDX-License-Identifier: MIT

package trustedroot_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/trustedroot"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(releasetest.TrustedRoot(releasetest.NewKeys(), releasetest.Now, releasetest.Now)))
	f.Fuzz(func(t *testing.T, data []byte) {
		trust, err := trustedroot.Parse(data)
		if err != nil {
			return
		}
		for _, a := range trust.Authorities {
			if len(a.Certificates) == 0 {
				t.Error("an authority without certificates")
			}
		}
	})
}
