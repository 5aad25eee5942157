// SPDX-License-Identifier: MIT

package tamper

import (
	"encoding/json"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// payloadText changes a JSON document of the payload before the manifest lists it.
func payloadText(name string, change func(doc object)) func(*keys) hooks {
	return rewritten(name, func(text string) string {
		var doc object
		if json.Unmarshal([]byte(text), &doc) != nil {
			return text
		}
		change(doc)
		out, err := json.Marshal(doc)
		if err != nil {
			return text
		}
		return string(out) + "\n"
	})
}

// rewritten changes the bytes of a file of the payload before the manifest lists it.
func rewritten(name string, change func(text string) string) func(*keys) hooks {
	return func(*keys) hooks {
		return hooks{Payload: func(p map[string]*releasetest.Payload) { p[name].Data = []byte(change(string(p[name].Data))) }}
	}
}

// first goes down into a JSON object by keys; of a list, it takes the first.
func first(doc object, path ...string) object {
	for _, key := range path {
		doc = doc[key].([]any)[0].(object)
	}
	return doc
}

// textCases are well signed releases whose VEX, notes or description of the interface are not about that release.
func textCases() []Case {
	c := one(familyDocument)
	vex := func(mutation, object, file, class string, change func(doc object)) Case {
		return c(mutation, object, "vex", class, payloadText(file, change))
	}
	const malformed, product = "vex-malformed", "vex-product"
	const another = "pkg:generic/another@1"
	purl := func(o object, value string) { sub(o, "identifiers")["purl"] = value }
	open, cdx, csaf := releasetest.OpenVEX, releasetest.CycloneDXVEX, releasetest.CSAF
	cases := []Case{
		vex("about another product, well signed", "OpenVEX", open, product, func(d object) { purl(first(d, "statements", "products"), another) }),
		vex("about another component, well signed", "OpenVEX", open, product, func(d object) {
			purl(first(d, "statements", "products", "subcomponents"), another)
		}),
		vex("a product without an identifier, well signed", "OpenVEX", open, product, func(d object) { delete(first(d, "statements", "products"), "identifiers") }),
		vex("a component without an identifier, well signed", "OpenVEX", open, product, func(d object) {
			delete(first(d, "statements", "products", "subcomponents"), "identifiers")
		}),
		vex("about nothing, well signed", "OpenVEX", open, product, func(d object) { delete(first(d, "statements"), "products") }),
		vex("of another version, well signed", "OpenVEX", open, product, func(d object) {
			purl(first(d, "statements", "products"), "pkg:generic/gosqlite@1.1.0?platform=linux_amd64")
		}),
		vex("about another document's component, well signed", "CycloneDX VEX", cdx, product, func(d object) {
			a := first(d, "vulnerabilities", "affects")
			a["ref"] = strings.Replace(a["ref"].(string), "urn:cdx:", "urn:cdx:0", 1)
		}),
		vex("about a component that the document has not, well signed", "CycloneDX VEX", cdx, product, func(d object) {
			a := first(d, "vulnerabilities", "affects")
			a["ref"] = a["ref"].(string) + "0"
		}),
		vex("about a component of its own, well signed", "CycloneDX VEX", cdx, product, func(d object) { first(d, "vulnerabilities", "affects")["ref"] = "component-0" }),
		vex("about nothing, well signed", "CycloneDX VEX", cdx, product, func(d object) { delete(first(d, "vulnerabilities"), "affects") }),
		vex("about another component, well signed", "CSAF", csaf, product, func(d object) {
			sub(first(sub(d, "product_tree"), "full_product_names"), "product_identification_helper")["purl"] = another
		}),
		vex("about a product that it does not name, well signed", "CSAF", csaf, product, func(d object) {
			first(sub(d, "product_tree"), "relationships")["relates_to_product_reference"] = "q"
		}),
		vex("of a status of something else, well signed", "CSAF", csaf, product, func(d object) {
			first(d, "vulnerabilities")["product_status"] = object{"fixed": []any{"p"}}
		}),
		vex("about nothing, well signed", "CSAF", csaf, product, func(d object) { delete(first(d, "vulnerabilities"), "product_status") }),
		vex("of another category, well signed", "CSAF", csaf, malformed, func(d object) { sub(d, "document")["category"] = "csaf_base" }),
		vex("of no format, well signed", "OpenVEX", open, malformed, func(d object) { delete(d, "@context") }),
	}
	for object, file := range map[string]string{"OpenVEX": open, "CycloneDX VEX": cdx, "CSAF": csaf} {
		cases = append(cases,
			c("no JSON, well signed", object, "vex", malformed, rewritten(file, func(string) string { return "yaml: true\n" })),
			c("a duplicate key, well signed", object, "vex", malformed, rewritten(file, func(s string) string { return strings.Replace(s, "{", `{"document":{},"document":{},`, 1) })),
		)
	}
	return append(append(cases, notesCases()...), apiCases()...)
}

func notesCases() []Case {
	c := func(mutation, object string, hooks func(*keys) hooks) Case {
		return one(familyDocument)(mutation, object, "notes", "notes-mismatch", hooks)
	}
	says := func(change func(doc object)) func(*keys) hooks { return payloadText(releasetest.NotesJSON, change) }
	file := func(change func(doc object)) func(*keys) hooks {
		return says(func(d object) { change(first(sub(d, "facts"), "files")) })
	}
	const text = "notes in JSON"
	return []Case{
		c("of another version, well signed", text, says(func(d object) { d["version"] = "v1.1.0" })),
		c("of another day, well signed", text, says(func(d object) { d["date"] = "2026-11-24" })),
		c("of another schema, well signed", text, says(func(d object) { d["schema"] = "gosqlite-notes/0" })),
		c("another digest of a file, well signed", text, file(func(d object) { d["sha256"] = strings.Repeat("0", 64) })),
		c("another size of a file, well signed", text, file(func(d object) { d["size"] = 1 })),
		c("a file that is not the release's, well signed", text, file(func(d object) { d["name"] = "other.zip" })),
		c("no JSON, well signed", text, rewritten(releasetest.NotesJSON, func(string) string { return "yaml: true\n" })),
		c("a duplicate key, well signed", text, rewritten(releasetest.NotesJSON, func(s string) string { return strings.Replace(s, "{", `{"version":"v1.2.0",`, 1) })),
		c("of another version, well signed", "notes in Markdown", rewritten(releasetest.NotesMD, func(s string) string { return strings.Replace(s, "1.2.0", "1.1.0", 1) })),
		c("a longer version that begins the same, well signed", "notes in Markdown", rewritten(releasetest.NotesMD, func(s string) string { return strings.Replace(s, "1.2.0", "1.2.0-rc.1", 1) })),
		c("in another format, well signed", "notes", func(*keys) hooks {
			return hooks{Payload: func(p map[string]*releasetest.Payload) {
				p["notes.html"] = &releasetest.Payload{Kind: manifest.Notes, Data: []byte("<p>v1.2.0</p>\n")}
			}}
		}),
	}
}

func apiCases() []Case {
	c := func(mutation string, hooks func(*keys) hooks) Case {
		return one(familyDocument)(mutation, "API description", "api", "api-mismatch", hooks)
	}
	packed := func(names ...string) func(*keys) hooks {
		t := &releasetest.Tree{}
		for _, name := range names {
			t.Add(releasetest.Entry{Name: name, Mode: 0o644, Data: []byte("pkg driver\n")})
		}
		return rewritten(releasetest.API("1.2.0"), func(string) string { return string(t.Pack("x.tar.gz")) })
	}
	renamed := func(to string) func(*keys) hooks {
		return func(*keys) hooks {
			return hooks{Payload: func(p map[string]*releasetest.Payload) {
				p[to] = p[releasetest.API("1.2.0")]
				delete(p, releasetest.API("1.2.0"))
			}}
		}
	}
	return []Case{
		c("under the name of another version, well signed", renamed(releasetest.API("1.1.0"))),
		c("no archive, well signed", renamed("api.txt")),
		c("in the folder of another version, well signed", packed("gosqlite_1.1.0_api/v1.txt")),
		c("without the promise, well signed", packed("gosqlite_1.2.0_api/dsn.txt")),
		c("a program in it, well signed", packed("gosqlite_1.2.0_api/v1.txt", "gosqlite_1.2.0_api/run.sh")),
		c("a folder below, well signed", packed("gosqlite_1.2.0_api/v1.txt", "gosqlite_1.2.0_api/more/x.txt")),
	}
}
