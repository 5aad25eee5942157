// SPDX-License-Identifier: MIT

package purl

import "testing"

func TestCheck(t *testing.T) {
	for _, good := range []string{
		"pkg:golang/golang.org/x/sys@v0.48.0", "pkg:golang/github.com/gosqlite/gosqlite@v1.0.0#internal/capi", "pkg:golang/std@1.27.4",
		"pkg:golang/github.com/Azure/thing@v1.0.0", "pkg:generic/sqlite@3.54.1", "pkg:generic/gosqlite@1.0.0?platform=linux_amd64#bin/gosqlite",
		"pkg:generic/sqlite@3.54.1?a=1&download_url=https:%2F%2Fsqlite.org%2Fa%20b.zip",
	} {
		if err := Check(good); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, bad := range []string{
		"", "sqlite", "pkg:generic", "pkg:generic/sqlite", "PKG:generic/sqlite@1", "pkg:Generic/sqlite@1", "pkg:Golang/std@1",
		"pkg://generic/sqlite@1", "pkg:generic/sqlite@1?", "pkg:generic/sqlite@1?b=1&a=1", "pkg:generic/sqlite@1#/a/",
	} {
		if err := Check(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
