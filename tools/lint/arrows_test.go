// SPDX-License-Identifier: MIT

package lint

import (
	"strings"
	"testing"
)

// Each case breaks exactly one rule, or none, and every rule has its case.
func TestArrows(t *testing.T) {
	const own = "github.com/gosqlite/gosqlite/"
	goFile := func(imported string) string { return "package p\n\nimport _ \"" + imported + "\"\n" }
	load := func(label string) string { return "load(\"" + label + "\", \"x\")\n" }
	type testCase struct {
		name, file, content string
		reason              string // a part of the broken rule's; "" for none
	}
	cases := []testCase{
		{"cgo in its place", "internal/capi/x.go", goFile("C"), ""},
		{"cgo elsewhere", "sqlite/x.go", goFile("C"), "only internal/capi imports"},
		{"cgo in a test", "driver/x_test.go", goFile("C"), "only internal/capi imports"},
		{"sqlite on capi", "sqlite/x.go", goFile(own + "internal/capi"), ""},
		{"driver on capi", "driver/x.go", goFile(own + "internal/capi"), "only sqlite stands"},
		{"capi on sqlite", "internal/capi/x.go", goFile(own + "sqlite"), "internal/capi stands on nothing"},
		{"driver on the plumbing", "driver/x.go", goFile(own + "internal/plumbing"), ""},
		{"compat on the plumbing", "driver/compat/sqlite3/x.go", goFile(own + "internal/plumbing"), "between driver and sqlite"},
		{"the plumbing on sqlite", "internal/plumbing/x.go", goFile(own + "sqlite"), "between driver and sqlite"},
		{"the plumbing on Go", "internal/plumbing/x.go", goFile("context"), ""},
		{"sqlite on driver", "sqlite/x_test.go", goFile(own + "driver"), "sqlite lies below"},
		{"driver on sqlite", "driver/x.go", goFile(own + "sqlite"), ""},
		{"driver on its own helpers", "driver/x.go", goFile(own + "driver/migrate"), "never back"},
		{"a recipe of driver on its helpers", "driver/x_test.go", goFile(own + "driver/migrate"), ""},
		{"compat on driver", "driver/compat/sqlite3/x.go", goFile(own + "driver"), ""},
		{"driver on shell", "driver/x.go", goFile(own + "shell"), "driver lies below"},
		{"shell on tools", "shell/x.go", goFile(own + "tools/release"), "never imports tools"},
		{"root package on toolchains", "x.go", goFile(own + "toolchains/zig"), "never imports tools"},
		{"tools on sqlite", "tools/a/x.go", goFile(own + "sqlite"), "never import the root"},
		{"tools on the root package", "tools/x.go", goFile(strings.TrimSuffix(own, "/")), "never import the root"},
		{"tools on tools", "tools/a/x.go", goFile(own + "tools/b"), ""},
		{"the benchmark's program of this tree on driver", "tools/bench/driver/gosqlite/x.go", goFile(own + "driver"), ""},
		{"the benchmark on driver", "tools/bench/workload/x.go", goFile(own + "driver"), "never import the root"},
		{"the benchmark on itself", "tools/bench/x.go", goFile(own + "tools/bench/figure"), ""},
		{"the benchmark on a tool", "tools/bench/x.go", goFile(own + "tools/lint"), "nothing stands on it"},
		{"a tool on the benchmark", "tools/a/x.go", goFile(own + "tools/bench/figure"), "nothing stands on it"},
		{"toolchains on tools", "toolchains/x.go", goFile(own + "tools/b"), "stands on the standard library"},
		{"toolchains on a library", "toolchains/x.go", goFile("example.org/x"), "stands on the standard library"},
		{"toolchains on itself", "toolchains/x.go", goFile(own + "toolchains/zig"), ""},
		{"root on x/sys", "driver/x.go", goFile("golang.org/x/sys/unix"), ""},
		{"root on x/text", "driver/x.go", goFile("golang.org/x/text"), "requires golang.org/x/sys"},
		{"root on the standard library", "driver/x.go", goFile("database/sql/driver"), ""},
		{"tools on a library", "tools/a/x.go", goFile("google.golang.org/protobuf/proto"), ""},
		{"tools on staticcheck", "tools/a/x.go", goFile("honnef.co/go/tools/staticcheck"), "never linked"},
		{"tools on buildifier", "tools/a/x.go", goFile("github.com/bazelbuild/buildtools/build"), "never linked"},
		{"tools on gitleaks", "tools/a/x.go", goFile("github.com/zricethezav/gitleaks/v8"), "never linked"},
		{"finding on osv", "tools/scan/finding/x.go", goFile(own + "tools/scan/osv"), "they stand on nothing"},
		{"gate on sast", "tools/scan/gate/x.go", goFile(own + "tools/scan/sast"), "knows no scanner"},
		{"gate on triage", "tools/scan/gate/x.go", goFile(own + "tools/scan/triage"), ""},
		{"manifest on action", "tools/release/manifest/x.go", goFile(own + "tools/release/action"), "manifest is shared"},
		{"verify on the builder's manifest", "tools/verify/x.go", goFile(own + "tools/release/manifest"), "verifier shares no code"},
		{"checks on the builder's manifest", "tools/verify/checks/x.go", goFile(own + "tools/release/manifest"), "verifier shares no code"},
		{"verify's tests on the builder's manifest", "tools/verify/manifest/x_test.go", goFile(own + "tools/release/manifest"), ""},
		{"releases for tests on the builder's manifest", "tools/verify/internal/releasetest/x.go", goFile(own + "tools/release/manifest"), ""},
		{"verify on action", "tools/verify/x.go", goFile(own + "tools/release/action"), "verifier shares no code"},
		{"verify's command on action", "tools/verify/cmd/gosqlite-verify/x.go", goFile(own + "tools/release/action"), ""},
		{"verify on archive", "tools/verify/x.go", goFile(own + "tools/release/archive"), "verifier shares no code"},
		{"verify on sign", "tools/verify/tamper/x_test.go", goFile(own + "tools/release/sign"), "verifier shares no code"},
		{"verify on the network", "tools/verify/pki/x.go", goFile("net/http"), "links no network code"},
		{"verify on x509", "tools/verify/x.go", goFile("crypto/x509"), "links no network code"},
		{"verify on net", "tools/verify/x.go", goFile("net"), "links no network code"},
		{"verify on net/url", "tools/verify/x.go", goFile("net/url"), ""},
		{"verify on its tests", "tools/verify/x.go", goFile(own + "tools/verify/internal/releasetest"), "links no network code"},
		{"verify's tests on x509", "tools/verify/pki/x_test.go", goFile("crypto/x509"), ""},
		{"tamper on x509", "tools/verify/tamper/x.go", goFile("crypto/x509"), ""},
		{"sign on verify", "tools/release/sign/bundle/x.go", goFile(own + "tools/verify/bundle"), "who signs shares no code"},
		{"sign on archive", "tools/release/sign/attach/x.go", goFile(own + "tools/release/archive"), ""},
		{"a tool on publish", "tools/scan/x.go", goFile(own + "tools/publish/tree"), "nothing stands on it"},
		{"fetch on a form", "tools/fetch/tree/x.go", goFile(own + "tools/publish/tree"), ""},
		{"a test of fetch on the publisher's repository", "tools/fetch/tree/x_test.go", goFile(own + "tools/publish/tuf"), ""},
		{"fetch on the publisher", "tools/fetch/tree/x.go", goFile(own + "tools/publish/gate"), "nothing stands on it"},
		{"fetch's test on a repository", "tools/fetch/cmd/x_test.go", goFile(own + "tools/publish/tuf/owner"), ""},
		{"fetch on a repository's maker", "tools/fetch/tuf/x.go", goFile(own + "tools/publish/tuf"), "nothing stands on it"},
		{"the verifier on fetch", "tools/verify/x.go", goFile(own + "tools/fetch/install"), "shares no code"},
		{"publish on verify", "tools/publish/gate/x.go", goFile(own + "tools/verify"), ""},
		{"publish on itself", "tools/publish/cmd/publish/x.go", goFile(own + "tools/publish/tree"), ""},
		{"publish on sign", "tools/publish/gate/x.go", goFile(own + "tools/release/sign/bundle"), "holds no key"},
		{"publish on its own lists' keys", "tools/publish/cmd/publish/x.go", goFile(own + "tools/release/sign/key"), ""},
		{"publish on a key that is not of TUF", "tools/publish/oci/x.go", goFile(own + "tools/release/sign/key"), "holds no key"},
		{"TUF on sign", "tools/publish/tuf/x.go", goFile(own + "tools/release/sign/bundle"), "holds no key"},
		{"TUF on its keys", "tools/publish/tuf/x.go", goFile(own + "tools/release/sign/key"), ""},
		{"publish on how keys are encrypted", "tools/publish/cmd/publish/x.go", goFile(own + "tools/release/sign/pkcs8"), "holds no key"},
		{"publish on passphrases", "tools/publish/cmd/tuf/x.go", goFile(own + "tools/release/sign/secret"), ""},
		{"another command of publish on keys", "tools/publish/cmd/other/x.go", goFile(own + "tools/release/sign/key"), "holds no key"},
		{"an owner of test keys in a program", "tools/publish/cmd/tuf/x.go", goFile(own + "tools/publish/tuf/owner"), "are for tests"},
		{"a test repository in a program", "tools/fetch/cmd/gosqlite-fetch/x.go", goFile(own + "tools/fetch/tuf/tuftest"), "are for tests"},
		{"a specimen in a test", "tools/publish/gate/x_test.go", goFile(own + "tools/verify/tamper/specimen"), ""},
		{"a specimen in a program", "tools/publish/gate/x.go", goFile(own + "tools/verify/tamper/specimen"), "are for tests"},
		{"a client of registries elsewhere", "tools/publish/tree/x.go", goFile("oras.land/oras-go/v2/registry/remote"), "linked by publish/oci alone"},
		{"provenance on sign", "tools/release/provenance/x.go", goFile(own + "tools/release/sign/identity"), "where no key is"},
		{"reproduce on archive", "tools/reproduce/a/x.go", goFile(own + "tools/release/archive"), "own reader"},
		{"spdx on graph", "tools/sbom/spdx/x.go", goFile(own + "tools/sbom/graph"), ""},
		{"spdx on cyclonedx", "tools/sbom/spdx/x.go", goFile(own + "tools/sbom/cyclonedx"), "a format stands"},
		{"graph on spdx", "tools/sbom/graph/x.go", goFile(own + "tools/sbom/spdx"), "graph knows no format"},
		{"graph's fixtures on graph", "tools/sbom/graph/graphtest/x.go", goFile(own + "tools/sbom/graph"), ""},
		{"conformance on a writer", "tools/sbom/conformance/x.go", goFile(own + "tools/sbom/spdx"), "who judges documents"},
		{"conformance on graph", "tools/sbom/conformance/schema/x.go", goFile(own + "tools/sbom/graph"), "who judges documents"},
		{"conformance's test on a writer", "tools/sbom/conformance/x_test.go", goFile(own + "tools/sbom/spdx"), ""},
		{"attribution on collect", "tools/sbom/attribution/x.go", goFile(own + "tools/sbom/collect"), "who holds a graph against a program"},
		{"attribution on graph", "tools/sbom/attribution/x.go", goFile(own + "tools/sbom/graph"), ""},
		{"the matrix loads", "platforms/matrix.bzl", load(":other.bzl"), "loads nothing"},
		{"another file loads", "platforms/defs.bzl", load(":matrix.bzl"), ""},
		{"private from outside", "tools/x/defs.bzl", load("//tools/release/private:set.bzl"), "loaded by its own folder"},
		{"private from its folder", "tools/release/defs.bzl", load("//tools/release/private:set.bzl"), ""},
		{"private of others", "tools/release/defs.bzl", load("@rules_go//go/private:x.bzl"), ""},
		{"tests from outside", "tools/release/defs.bzl", load("//tools/release/tests:x.bzl"), "nobody loads tests"},
		{"sbom loads release", "tools/sbom/defs.bzl", load("//tools/release:defs.bzl"), "never back"},
		{"a header in capi", "internal/capi/x.c", "#include \"sqlite3.h\"\n", ""},
		{"a header elsewhere", "driver/x.c", "# include <sqlite3ext.h>\n", "include SQLite's headers"},
		{"SQLite in the benchmark's floor", "tools/bench/driver/floor/x.c", "#include \"sqlite3.c\"\n", ""},
		{"another header", "driver/x.c", "#include <stdio.h>\n", ""},
	}
	broken := map[string]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := treeOf(t, map[string]string{
				"go.mod":            healthy["go.mod"],
				"tools/go.mod":      healthy["tools/go.mod"],
				"toolchains/go.mod": healthy["toolchains/go.mod"],
				c.file:              c.content,
			})
			findings, err := checkArrows(t.Context(), tree)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.reason == "" && len(findings) > 0:
				t.Errorf("findings %v", findings)
			case c.reason != "" && (len(findings) != 1 || findings[0].File != c.file || !strings.Contains(findings[0].Message, c.reason)):
				t.Errorf("findings %v, want one with %q", findings, c.reason)
			}
		})
		broken[c.reason] = true
	}
	for _, rules := range [][]arrowRule{goRules, loadRules, includeRules} {
		for _, r := range rules {
			has := false
			for reason := range broken {
				has = has || reason != "" && strings.Contains(r.reason, reason)
			}
			if !has {
				t.Errorf("no case breaks the rule %q", r.reason)
			}
		}
	}
}

func TestArrowsNeedAModule(t *testing.T) {
	if _, err := checkArrows(t.Context(), treeOf(t, map[string]string{"x.go": "package x\n"})); err == nil {
		t.Error("a tree without go.mod passes as checked")
	}
}
