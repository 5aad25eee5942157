// SPDX-License-Identifier: MIT

package collect

import (
	"strings"
	"testing"
)

func TestDeclarationsBesideTheSubjectWin(t *testing.T) {
	named := func(label string, packages ...string) Declaration {
		return Declaration{Label: label, Repository: "zlib", Packages: packages}
	}
	for _, test := range []struct {
		name         string
		declarations []Declaration
		want         string // label, or a part of the error
	}{
		{"beside it and elsewhere", []Declaration{named("@@set//:zlib"), named("@@//:zlib")}, "@@//:zlib"},
		{"elsewhere, last", []Declaration{named("@@//:zlib"), named("@@set//:zlib")}, "@@//:zlib"},
		{"elsewhere, narrower", []Declaration{named("@@set//:narrow", "contrib/minizip"), named("@@//:zlib")}, "@@//:zlib"},
		{"elsewhere alone", []Declaration{named("@@set//:zlib"), named("@@set//:narrow", "contrib/minizip")}, "@@set//:narrow"},
		{"two beside it", []Declaration{named("@@//:zlib"), named("@@//:z")}, "both @@//:zlib and @@//:z cover it"},
		{"two elsewhere", []Declaration{named("@@set//:zlib"), named("@@more//:z")}, "both @@set//:zlib and @@more//:z cover it"},
	} {
		d, err := owner(test.declarations, "@@//:app", "@@zlib//contrib/minizip:zip.c")
		switch {
		case err != nil && !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: %v", test.name, err)
		case err == nil && d.Label != test.want:
			t.Errorf("%s: %s", test.name, d.Label)
		}
	}
}
