// SPDX-License-Identifier: MIT

package releasetest

import (
	"fmt"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// Names of what a release says of itself, but for their version.
const (
	OpenVEX      = "vex.openvex.json"
	CycloneDXVEX = "vex.cyclonedx.json"
	CSAF         = "vex.csaf.json"
	NotesJSON    = "notes.json"
	NotesMD      = "notes.md"
)

// API is the name of the description of the interface.
func API(version string) string { return "gosqlite_" + version + "_api.tar.gz" }

// productPURL identifies what a platform's bill of materials is about.
func productPURL(version, platform string) string {
	return "pkg:generic/gosqlite@" + version + "?platform=" + platform
}

func componentPURL(name string) string { return "pkg:generic/" + HexSum([]byte(name))[:8] + "@1" }

// serial is the number of a platform's CycloneDX document.
func serial(platform string) string {
	x := HexSum([]byte(platform))
	return fmt.Sprintf("%s-%s-4%s-8%s-%s", x[:8], x[8:12], x[13:16], x[17:20], x[20:32])
}

// basis says by what the releases were judged, as the real documents do.
func basis() (properties []any) {
	for _, p := range [][2]string{{"gosqlite:c-feed-sha256", "fe"}, {"gosqlite:triage-sha256", "de"}, {"gosqlite:vulnerability-database-sha256", "da"}} {
		properties = append(properties, map[string]any{"name": p[0], "value": p[1]})
	}
	return properties
}

// texts are VEX in three formats, notes in two, and the description of the interface. They speak of the first platform.
func (b *builder) texts() {
	platform, component := Platforms[0], componentPURL("sqlite3.c")
	product := productPURL(b.config.Version, platform)
	purl := func(p string) map[string]any { return map[string]any{"purl": p} }
	put := func(name string, kind manifest.Kind, doc any) {
		b.payload[name] = &Payload{Kind: kind, Data: b.text(name, doc)}
	}
	put(OpenVEX, manifest.VEX, map[string]any{
		"@context": "https://openvex.dev/ns/v0.2.0", "statements": []any{map[string]any{
			"vulnerability": map[string]any{"name": "CVE-2026-0001"}, "status": "fixed",
			"products": []any{map[string]any{"@id": product, "identifiers": purl(product), "subcomponents": []any{map[string]any{"@id": component, "identifiers": purl(component)}}}},
		}},
	})
	put(CycloneDXVEX, manifest.VEX, map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": map[string]any{"properties": basis()}, "vulnerabilities": []any{map[string]any{
			"id": "CVE-2026-0001", "affects": []any{map[string]any{"ref": "urn:cdx:" + serial(platform) + "/1#component-0"}},
		}},
	})
	named := func(id, p string) map[string]any {
		return map[string]any{"name": id, "product_id": id, "product_identification_helper": purl(p)}
	}
	put(CSAF, manifest.VEX, map[string]any{
		"document": map[string]any{"category": "csaf_vex", "csaf_version": "2.0"},
		"product_tree": map[string]any{
			"full_product_names": []any{named("c", component), named("p", product)},
			"relationships": []any{map[string]any{
				"category": "default_component_of", "product_reference": "c", "relates_to_product_reference": "p",
				"full_product_name": map[string]any{"name": "c in p", "product_id": "p:c"},
			}},
		},
		"vulnerabilities": []any{map[string]any{"cve": "CVE-2026-0001", "product_status": map[string]any{"fixed": []any{"p:c"}}}},
	})
	archive := "gosqlite_" + b.config.Version + "_" + platform + ".tar.gz"
	put(NotesJSON, manifest.Notes, map[string]any{
		"schema": "gosqlite-notes/1", "version": "v" + b.config.Version, "date": "2026-11-23", "entries": []any{},
		"facts": map[string]any{"files": []any{map[string]any{"name": archive, "size": len(b.payload[archive].Data), "sha256": HexSum(b.payload[archive].Data)}}},
	})
	b.payload[NotesMD] = &Payload{Kind: manifest.Notes, Data: []byte("# gosqlite v" + b.config.Version + "\n")}
	t := &Tree{}
	for _, name := range []string{"dsn.txt", "v1.txt"} {
		t.Add(Entry{Name: "gosqlite_" + b.config.Version + "_api/" + name, Mode: 0o644, Data: []byte("pkg driver\n")})
	}
	name := API(b.config.Version)
	b.payload[name] = &Payload{Kind: manifest.API, Data: t.Pack(name)}
}
