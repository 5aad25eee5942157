// SPDX-License-Identifier: MIT

package policy

import (
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

const text = `{
 "allowed": ["MIT", "BSD-3-Clause", "blessing", "Apache-2.0 WITH LLVM-exception"],
 "undelivered": ["GPL-2.0-only WITH Linux-syscall-note", "LGPL-2.1-or-later"],
 "exceptions": [
  {"component": "pkg:generic/glibc", "license": "LGPL-2.1-or-later WITH GCC-exception-2.0-note", "reason": "linking is permitted without limits"}
 ],
 "denied": [{"license": "AGPL-3.0-only", "reason": "it reaches network services"}]
}`

func read(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func states(t *testing.T, p *Policy, d *graph.Document) map[string]Verdict {
	t.Helper()
	verdicts, err := p.Judge(d)
	if err != nil {
		t.Fatal(err)
	}
	byComponent := map[string]Verdict{}
	for _, v := range verdicts {
		byComponent[v.Component] = v
	}
	return byComponent
}

func TestJudge(t *testing.T) {
	got := states(t, read(t, text), graphtest.Glibc())
	for component, v := range got {
		want := Allowed
		if component == "pkg:generic/glibc" {
			want = Excepted
		}
		if v.State != want {
			t.Errorf("%s: %+v", component, v)
		}
	}
	if got["pkg:generic/glibc"].Reason != "linking is permitted without limits" {
		t.Errorf("the reason is %q", got["pkg:generic/glibc"].Reason)
	}
}

func TestPlants(t *testing.T) {
	for _, test := range []struct {
		name, license string
		role          graph.Role
		want          State
		reason        string
	}{
		{"copyleft against policy", "GPL-3.0-only", graph.Linked, Refused, "no list"},
		{"denied", "AGPL-3.0-only", graph.Linked, Refused, "network services"},
		{"denied part", "MIT AND AGPL-3.0-only", graph.Linked, Refused, "network services"},
		{"part", "MIT AND GPL-3.0-only", graph.Linked, Refused, "no list"},
		{"alternative", "MIT OR GPL-3.0-only", graph.Linked, Allowed, ""},
		{"without its exception", "Apache-2.0", graph.Linked, Refused, "no list"},
		{"another's exception", "LGPL-2.1-or-later WITH GCC-exception-2.0-note", graph.Linked, Refused, "no list"},
		{"undelivered, but linked", "LGPL-2.1-or-later", graph.Linked, Refused, "no list"},
		{"undelivered", "LGPL-2.1-or-later", graph.BuildTool, Allowed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := graphtest.Glibc()
			c := d.Component("generic-sqlite-3.54.1")
			c.License.Concluded, c.Role = test.license, test.role
			v := states(t, read(t, text), d)["pkg:generic/sqlite"]
			if v.State != test.want || !strings.Contains(v.Reason, test.reason) {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestUnusedException(t *testing.T) {
	d := graphtest.StaticMusl()
	if v, ok := states(t, read(t, text), d)["pkg:generic/glibc"]; ok {
		t.Errorf("one platform: got %+v", v)
	}
	d.Platform = ""
	v := states(t, read(t, text), d)["pkg:generic/glibc"]
	if v.State != Refused || !strings.Contains(v.Reason, "no component needs") {
		t.Errorf("whole release: got %+v", v)
	}
}

// A program is under the licenses of all that is linked into it, and excepted where these are; what is not in it excuses
// nothing.
func TestDelivered(t *testing.T) {
	const license = "MIT AND LGPL-2.1-or-later WITH GCC-exception-2.0-note"
	for _, test := range []struct {
		name string
		d    *graph.Document
		want State
	}{{"linked", graphtest.Glibc(), Excepted}, {"not linked", graphtest.StaticMusl(), Refused}} {
		c := test.d.Component("program-gosqlite")
		c.License.Concluded = license
		if v := states(t, read(t, text), test.d)[c.Identity()]; v.State != test.want {
			t.Errorf("%s: got %+v", test.name, v)
		}
	}
}

func TestEmptyPolicyRefuses(t *testing.T) {
	for component, v := range states(t, read(t, "{}"), graphtest.Glibc()) {
		if v.State != Refused {
			t.Errorf("%s: %+v", component, v)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "EOF"},
		{"unknown field", `{"permitted":[]}`, "unknown field"},
		{"two values", "{} {}", "more than one"},
		{"unknown license", `{"allowed":["Public Domain"]}`, "SPDX IDs"},
		{"no reason", `{"exceptions":[{"component":"a","license":"MIT","reason":" "}]}`, "reason"},
		{"denied without reason", `{"denied":[{"license":"MIT"}]}`, "reason"},
		{"both", `{"allowed":["MIT"],"denied":[{"license":"MIT","reason":"x"}]}`, "both"},
		{"large", `{"allowed":["` + strings.Repeat(" ", MaxText) + `"]}`, "larger"},
	} {
		if _, err := Read(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
