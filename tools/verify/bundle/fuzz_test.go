// SPDX-License-Identifier: MIT

package bundle_test

import (
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// FuzzParse: a bundle that can be read has one signature, and one thing that it signs.
func FuzzParse(f *testing.F) {
	for name, data := range releasetest.Build(releasetest.NewKeys(), releasetest.Hooks{}).Files {
		if strings.HasSuffix(name, releasetest.Bundle) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, _, err := bundle.Parse(data)
		if err != nil {
			return
		}
		if len(b.Signature()) == 0 || (b.Message == nil) == (b.Envelope == nil) {
			t.Errorf("accepted: %+v", b)
		}
	})
}
