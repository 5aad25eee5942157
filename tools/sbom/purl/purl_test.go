// SPDX-License-Identifier: MIT

package purl

import "testing"

func TestWrite(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Golang("golang.org/x/sys", "v0.48.0", ""), "pkg:golang/golang.org/x/sys@v0.48.0"},
		{Golang("github.com/gosqlite/gosqlite", "v1.0.0", "internal/capi"), "pkg:golang/github.com/gosqlite/gosqlite@v1.0.0#internal/capi"},
		{Golang("std", "1.27.4", ""), "pkg:golang/std@1.27.4"},
		{Generic("sqlite", "3.54.1", nil), "pkg:generic/sqlite@3.54.1"},
		{Generic("sqlite", "3.54.1", map[string]string{"download_url": "https://sqlite.org/a b.zip", "a": "1"}),
			"pkg:generic/sqlite@3.54.1?a=1&download_url=https:%2F%2Fsqlite.org%2Fa%20b.zip"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
		if err := Check(test.got); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, bad := range []string{
		"", "sqlite", "pkg:generic", "pkg:generic/sqlite", "PKG:generic/sqlite@1", "pkg:Generic/sqlite@1",
		"pkg://generic/sqlite@1", "pkg:generic/sqlite@1?", "pkg:generic/sqlite@1?b=1&a=1", "pkg:generic/sqlite@1#/a/",
	} {
		if err := Check(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
