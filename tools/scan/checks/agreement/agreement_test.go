// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/component"
)

const versionText = "gosqlite: go1.27.4 X:something\n\tpath\texample.org/cmd\n\tmod\tgithub.com/gosqlite/gosqlite\t(devel)\t\n" +
	"\tdep\tgolang.org/x/sys\tv0.49.0\th1:a=\n\tdep\tgolang.org/x/text\tv0.1.0\th1:b=\n\tbuild\t-compiler=gc\n"

const vulnText = `{"config":{"protocol_version":"v1.0.0"}}
{"SBOM":{"go_version":"go1.27.4","modules":[{"path":"github.com/gosqlite/gosqlite"},{"path":"golang.org/x/sys","version":"v0.49.0"},
{"path":"golang.org/x/text","version":"v0.1.0"},{"path":"stdlib","version":"v1.27.4"}]}}`

func bill(purls ...string) *component.Document {
	d := &component.Document{}
	for _, purl := range purls {
		version := purl[strings.LastIndexByte(purl, '@')+1:]
		d.Components = append(d.Components, component.Component{Role: "linked", PURL: purl, Version: version})
	}
	d.Components = append(d.Components, component.Component{Role: component.BuildTool, PURL: "pkg:golang/golang.org/x/crypto@v1.0.0", Version: "v1.0.0"})
	return d
}

// TestAgreement: three witnesses agree, and each change of one of them is a difference.
func TestAgreement(t *testing.T) {
	const std, sys, ours = "pkg:golang/std@1.27.4", "pkg:golang/golang.org/x/sys@v0.49.0", "pkg:golang/github.com/gosqlite/gosqlite@v0.1.0"
	packages := []string{"runtime", "golang.org/x/sys/unix", "golang.org/x/textual"}
	for _, test := range []struct {
		name, version, vuln string
		bill                *component.Document
		want                string
	}{
		{"agree", versionText, vulnText, bill(std, sys, ours), ""},
		{"a module is missing in the bill", versionText, vulnText, bill(std, ours), `golang.org/x/sys: programs says "v0.49.0" and bill ""`},
		{"another version in the bill", versionText, vulnText, bill(std, sys[:len(sys)-1]+"1"), `and bill "v0.49.1"`},
		{"another Go in the bill", versionText, vulnText, bill("pkg:golang/std@1.27.3", sys), `stdlib: programs says "1.27.4"`},
		{"a module that is not linked", versionText, vulnText, bill(std, sys, "pkg:golang/golang.org/x/text@v0.1.0"), `golang.org/x/text: programs says "" and bill`},
		{"govulncheck sees another version", versionText, strings.Replace(vulnText, "v0.49.0", "v0.48.0", 1), bill(std, sys), `govulncheck "v0.48.0"`},
	} {
		seen, err := ofGoVersion(test.version)
		if err != nil {
			t.Fatal(err)
		}
		vuln, err := ofGovulncheck(strings.NewReader(test.vuln))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(append(differences("go", seen, "govulncheck", vuln), differences("programs", seen.linked(packages), "bill", ofBill(test.bill))...), "\n")
		if !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestNothingSaid: a witness that says nothing is no agreement.
func TestNothingSaid(t *testing.T) {
	if _, err := ofGoVersion(""); err == nil {
		t.Error("an empty text of go version passes")
	}
	if _, err := ofGovulncheck(strings.NewReader(`{"config":{}}`)); err == nil {
		t.Error("govulncheck without a bill of materials passes")
	}
	for _, test := range []struct {
		args []string
		code int
	}{{nil, 2}, {[]string{t.TempDir()}, 1}} {
		if code := run(t.Context(), test.args, io.Discard, io.Discard); code != test.code {
			t.Errorf("%v: exit code %d, want %d", test.args, code, test.code)
		}
	}
}
