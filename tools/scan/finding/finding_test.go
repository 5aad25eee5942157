// SPDX-License-Identifier: MIT

package finding

import (
	"slices"
	"testing"
)

func TestMerge(t *testing.T) {
	one := Finding{Scanner: "go-source", ID: "GO-1", Component: "pkg:golang/a", Version: "v1.0.0", Rank: Imported, Severity: "high", Where: []string{"tools"}}
	near := one
	near.Rank, near.Where, near.Trace = Called, []string{"driver"}, []string{"main.main"}
	other := one
	other.Version = "v2.0.0"
	grave := Finding{Scanner: "c-feed", ID: "CVE-1", Component: "pkg:generic/b", Rank: Imported, Severity: "critical", Score: 9.8}
	for _, in := range [][]Finding{{one, near, other, grave}, {grave, other, near, one}} {
		got := Merge(in)
		if len(got) != 3 {
			t.Fatalf("%+v", got)
		}
		if f := got[0]; f.Rank != Called || !slices.Equal(f.Where, []string{"driver", "tools"}) || !slices.Equal(f.Trace, near.Trace) {
			t.Errorf("the nearest first, with every place: %+v", f)
		}
		if got[1].ID != "CVE-1" || got[2].Version != "v2.0.0" {
			t.Errorf("the gravest of a rank first: %+v", got)
		}
	}
	if a, b := Merge([]Finding{one}), Merge([]Finding{one, one}); len(b) != 1 || Compare(a[0], b[0]) != 0 {
		t.Errorf("the same twice: %+v", b)
	}
}

func TestRank(t *testing.T) {
	for _, r := range []Rank{Required, Imported, Called} {
		text, err := r.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var again Rank
		if err := again.UnmarshalText(text); err != nil || again != r {
			t.Errorf("%s: %v, %v", text, again, err)
		}
	}
	if err := new(Rank).UnmarshalText([]byte("planted")); err == nil {
		t.Error("an unknown rank was read")
	}
}
