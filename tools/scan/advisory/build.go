// SPDX-License-Identifier: MIT

package advisory

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/gosqlite/gosqlite/tools/scan/csaf"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
	"github.com/gosqlite/gosqlite/tools/scan/schema"
)

// Build makes all files, by name. The same advisories make the same bytes in whatever order they come.
func Build(advisories []*Advisory) (map[string][]byte, error) {
	if len(advisories) == 0 {
		return nil, fmt.Errorf("build advisories: there are none")
	}
	all := slices.Clone(advisories)
	slices.SortFunc(all, func(a, b *Advisory) int {
		return cmp.Or(cmp.Compare(b.Modified(), a.Modified()), cmp.Compare(a.ID, b.ID))
	})
	files := map[string][]byte{}
	for _, a := range all {
		for _, f := range []struct {
			name, schema string
			make         func() ([]byte, error)
		}{
			{"osv/" + a.ID + ".json", schema.OSV, a.osv},
			{"csaf/" + csaf.FileName(a.ID), schema.CSAF, a.csaf},
			{a.ID + ".md", "", a.page},
		} {
			text, err := f.make()
			if err == nil && f.schema != "" {
				err = schema.Check(f.schema, text)
			}
			if err != nil {
				return nil, fmt.Errorf("build advisory %s: %w", a.ID, err)
			}
			if files[f.name] != nil {
				return nil, fmt.Errorf("build advisories: %s is there twice", a.ID)
			}
			files[f.name] = text
		}
	}
	for name, make := range map[string]func([]*Advisory) ([]byte, error){"index.json": index, "feed.atom": atom} {
		text, err := make(all)
		if err != nil {
			return nil, fmt.Errorf("build advisories: %s: %w", name, err)
		}
		files[name] = text
	}
	return files, nil
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func (a *Advisory) osv() ([]byte, error) {
	affected := osv.Affected{Package: osv.Package{Ecosystem: "Go", Name: Module, PURL: "pkg:golang/" + Module}}
	for _, r := range a.Affected {
		g := osv.Range{Type: "SEMVER", Events: []osv.Event{{Introduced: r.Introduced}}}
		if r.Fixed != "" {
			g.Events = append(g.Events, osv.Event{Fixed: r.Fixed})
		}
		affected.Ranges = append(affected.Ranges, g)
	}
	r := osv.Record{
		SchemaVersion: "1.9.0", ID: a.ID, Modified: a.Modified(), Published: a.Published(), Aliases: a.Aliases,
		Summary: a.Heading(), Details: a.Details + "\n\n" + a.Fix, Affected: []osv.Affected{affected},
	}
	switch {
	case strings.HasPrefix(a.Vector, "CVSS:3"):
		r.Severity = []osv.Severity{{Type: "CVSS_V3", Score: a.Vector}}
	case strings.HasPrefix(a.Vector, "CVSS:4"):
		r.Severity = []osv.Severity{{Type: "CVSS_V4", Score: a.Vector}}
	}
	for _, ref := range a.References {
		r.References = append(r.References, osv.Reference(ref))
	}
	return encode(r)
}

func (a *Advisory) csaf() ([]byte, error) {
	var history []csaf.Revision
	for i, r := range a.Revisions {
		history = append(history, csaf.Revision{Date: r.Date, Number: fmt.Sprint(i + 1), Summary: r.Summary})
	}
	d := csaf.New("csaf_security_advisory", a.Heading(), a.ID, a.Modified(), history)
	d.Meta.Notes = []csaf.Note{{Category: "summary", Text: a.Details}}
	d.ProductTree = &csaf.Tree{}
	v := csaf.NewVulnerability(a.ID, a.Aliases, a.Heading())
	for i, r := range a.Affected {
		id := fmt.Sprintf("affected-%d", i+1)
		d.ProductTree.Names = append(d.ProductTree.Names, csaf.Name{Name: "gosqlite " + r.versions(), ID: id})
		v.Status.Affected = append(v.Status.Affected, id)
		if r.Fixed != "" {
			id := fmt.Sprintf("fixed-%d", i+1)
			d.ProductTree.Names = append(d.ProductTree.Names, csaf.Name{Name: "gosqlite " + r.Fixed, ID: id, Helper: csaf.Helper("pkg:golang/"+Module+"@v"+r.Fixed, "")})
			v.Status.Fixed = append(v.Status.Fixed, id)
		}
	}
	category := "vendor_fix"
	if v.Status.Fixed == nil {
		category = "none_available"
	}
	v.Remediations = []csaf.Remediation{{Category: category, Details: a.Fix, IDs: v.Status.Affected}}
	if a.Workaround != "" {
		v.Remediations = append(v.Remediations, csaf.Remediation{Category: "workaround", Details: a.Workaround, IDs: v.Status.Affected})
	}
	if strings.HasPrefix(a.Vector, "CVSS:3") {
		v.Scores = []csaf.Score{csaf.NewScore(a.Score, a.Vector, v.Status.Affected)}
	}
	for _, ref := range a.References {
		v.References = append(v.References, csaf.Reference{Category: "external", Summary: strings.ToLower(ref.Type), URL: ref.URL})
	}
	d.Vulnerabilities = []csaf.Vulnerability{v}
	return encode(d)
}

//go:embed page.md.tmpl
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"join": strings.Join}).Parse(pageText))

func (a *Advisory) page() ([]byte, error) {
	var ranges []string
	for _, r := range a.Affected {
		ranges = append(ranges, r.versions())
	}
	var b bytes.Buffer
	err := page.Execute(&b, struct {
		*Advisory
		Ranges string
	}{a, strings.Join(ranges, "; ")})
	return b.Bytes(), err
}

// index lists the advisories, the newest first.
func index(all []*Advisory) ([]byte, error) {
	type entry struct {
		ID       string   `json:"id"`
		Drill    bool     `json:"drill,omitempty"`
		Aliases  []string `json:"aliases,omitempty"`
		Title    string   `json:"title"`
		Severity string   `json:"severity"`
		Modified string   `json:"modified"`
		OSV      string   `json:"osv"`
		CSAF     string   `json:"csaf"`
		Page     string   `json:"page"`
	}
	entries := []entry{}
	for _, a := range all {
		entries = append(entries, entry{a.ID, a.Drill, a.Aliases, a.Heading(), a.Severity, a.Modified(), "osv/" + a.ID + ".json", "csaf/" + csaf.FileName(a.ID), a.ID + ".md"})
	}
	return encode(entries)
}

// atom is the feed: https://www.rfc-editor.org/rfc/rfc4287
func atom(all []*Advisory) ([]byte, error) {
	type link struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	type entry struct {
		ID        string `xml:"id"`
		Title     string `xml:"title"`
		Published string `xml:"published"`
		Updated   string `xml:"updated"`
		Link      link   `xml:"link"`
		Summary   string `xml:"summary"`
	}
	type root struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  string   `xml:"author>name"`
		Link    link     `xml:"link"`
		Entries []entry  `xml:"entry"`
	}
	const home = "https://" + Module + "/security/advisories"
	f := root{ID: home, Title: "gosqlite security advisories", Updated: all[0].Modified(), Author: "gosqlite", Link: link{Href: home}}
	for _, a := range all {
		f.Entries = append(f.Entries, entry{home + "#" + a.ID, a.Heading(), a.Published(), a.Modified(), link{"alternate", a.ID + ".md"}, a.Details})
	}
	text, err := xml.MarshalIndent(f, "", "  ")
	return []byte(xml.Header + string(text) + "\n"), err
}
