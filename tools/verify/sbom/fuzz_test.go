// SPDX-License-Identifier: MIT

package sbom_test

import (
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/sbom"
)

func FuzzParse(f *testing.F) {
	for name, data := range releasetest.Build(releasetest.NewKeys(), releasetest.Hooks{}).Files {
		if strings.HasSuffix(name, ".cdx.json") || strings.HasSuffix(name, ".spdx.json") {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, _, err := sbom.Parse(data); err == nil && d.Format != sbom.CycloneDX && d.Format != sbom.SPDX {
			t.Errorf("format %q", d.Format)
		}
	})
}
