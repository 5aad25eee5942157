// SPDX-License-Identifier: MIT

package tamper

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// withoutModule leaves the Go module out, and asks for none.
func withoutModule() hooks {
	return hooks{
		Payload: func(p map[string]*releasetest.Payload) {
			for _, ext := range []string{"zip", "mod", "info"} {
				delete(p, "gosqlite_v1.2.0."+ext)
			}
		},
		Policy: func(p *policy.File) {
			p.Require.Evidence = slices.DeleteFunc(p.Require.Evidence, func(e policy.Evidence) bool { return e == policy.Module })
		},
	}
}

// moduleCases are well signed releases whose Go module is not that of the release.
func moduleCases() []Case {
	payload := func(change func(p map[string]*releasetest.Payload)) func(*keys) hooks {
		return func(*keys) hooks { return hooks{Payload: change} }
	}
	packed := func(names ...string) func(p map[string]*releasetest.Payload) {
		return func(p map[string]*releasetest.Payload) {
			t := &releasetest.Tree{}
			for _, name := range names {
				t.Add(releasetest.Entry{Name: name, Mode: 0o644, Data: p["gosqlite_v1.2.0.mod"].Data})
			}
			p["gosqlite_v1.2.0.zip"].Data = t.Zip()
		}
	}
	const in = "github.com/gosqlite/gosqlite@v1.2.0/"
	text := func(name, text string) func(p map[string]*releasetest.Payload) {
		return func(p map[string]*releasetest.Payload) { p[name].Data = []byte(text) }
	}
	c := func(mutation, object string, change func(p map[string]*releasetest.Payload)) Case {
		return one(familyDocument)(mutation, object, "module", "module-mismatch", payload(change))
	}
	// The provenance, and with it the commit statement, lists other sources than the module has.
	listed := func(change func(list string) string) func(*keys) hooks {
		return func(*keys) hooks {
			digest := ""
			return hooks{Statement: func(name string, s map[string]any) {
				switch name {
				case releasetest.Provenance:
					source := sub(s, "predicate", "buildDefinition")["resolvedDependencies"].([]any)[0].(object)
					text, _ := base64.StdEncoding.DecodeString(source["content"].(string))
					text = []byte(change(string(text)))
					source["content"] = base64.StdEncoding.EncodeToString(text)
					sub(source, "digest")["sha256"] = releasetest.HexSum(text)
					digest = releasetest.HexSum(text)
				case releasetest.Commit:
					sub(s, "predicate", "source")["sha256"] = digest
				}
			}}
		}
	}
	source := func(mutation string, change func(list string) string) Case {
		return one(familyDocument)(mutation, "module .zip", "module-source", "module-source", listed(change))
	}
	return []Case{
		source("a file that is no source, well signed", func(list string) string { return strings.Replace(list, "driver/driver.go", "driver/other.go", 1) }),
		source("a file with other bytes than the source, well signed", func(list string) string {
			lines := strings.SplitAfter(list, "\n")
			lines[len(lines)-2] = releasetest.HexSum([]byte("other")) + lines[len(lines)-2][64:]
			return strings.Join(lines, "")
		}),
		source("of no sources, well signed", func(string) string { return "" }),
		c("of another version, well signed", "module .zip", packed(strings.Replace(in, "1.2.0", "1.1.0", 1)+"go.mod")),
		c("of another module, well signed", "module .zip", packed("example.org/other@v1.2.0/go.mod")),
		c("a file outside of its folder, well signed", "module .zip", packed(in+"go.mod", "go.mod")),
		c("without go.mod, well signed", "module .zip", packed(in+"a.go")),
		c("another go.mod than the zip's, well signed", "module .mod", text("gosqlite_v1.2.0.mod", "module github.com/gosqlite/gosqlite\n\ngo 1.26.0\n")),
		c("of another version, well signed", "module .info", text("gosqlite_v1.2.0.info", `{"Version":"v1.1.0","Time":"2026-11-23T00:00:00Z"}`)),
		c("of another day, well signed", "module .info", text("gosqlite_v1.2.0.info", `{"Version":"v1.2.0","Time":"2026-11-24T00:00:00Z"}`)),
		c("a key twice, well signed", "module .info", text("gosqlite_v1.2.0.info", `{"Version":"v1.1.0","Version":"v1.2.0","Time":"2026-11-23T00:00:00Z"}`)),
		c("a key in another case, well signed", "module .info", text("gosqlite_v1.2.0.info", `{"version":"v1.2.0","Time":"2026-11-23T00:00:00Z"}`)),
		c("no JSON, well signed", "module .info", text("gosqlite_v1.2.0.info", "v1.2.0")),
		c("left out, well signed", "module .info", func(p map[string]*releasetest.Payload) { delete(p, "gosqlite_v1.2.0.info") }),
		c("a second one, well signed", "module .mod", func(p map[string]*releasetest.Payload) {
			p["other.mod"] = &releasetest.Payload{Kind: manifest.Module, Data: []byte("module example.org/other\n")}
		}),
	}
}
