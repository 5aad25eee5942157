// SPDX-License-Identifier: MIT

package notes

import (
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/changes"
)

// A section is a heading with a list or a table. Texts may hold `code`.
type section struct {
	Title string
	Items []item
	Head  []string
	Rows  [][]string
}

type item struct {
	Title string
	Paras []string
}

var headings = map[string]string{
	"breaking": "Breaking changes", "security": "Security", "default": "Changed defaults", "sqlite": "SQLite", "feature": "New",
	"performance": "Faster", "fix": "Fixed", "deprecation": "Deprecated", "platform": "Platforms that changed",
	"known-issue": "Known issues", "other": "Other",
}

// sections are the notes in order; those without content are left out, but for what a reader must find said.
func (n *Notes) sections() []section {
	var all []section
	add := func(s section) {
		if len(s.Items)+len(s.Rows) > 0 {
			all = append(all, s)
		}
	}
	upgrade := section{Title: "How to upgrade"}
	for _, kind := range changes.Kinds {
		s := section{Title: headings[kind]}
		for _, e := range n.Entries {
			if e.Kind != kind {
				continue
			}
			it := item{Title: e.Title}
			if len(e.CVE) > 0 {
				it.Title += " (" + strings.Join(e.CVE, ", ") + ")"
			}
			if e.Text != "" {
				it.Paras = append(it.Paras, e.Text)
			}
			s.Items = append(s.Items, it)
			if e.Upgrade != "" {
				upgrade.Items = append(upgrade.Items, item{e.Title, []string{e.Upgrade}})
			}
		}
		add(s)
	}
	add(upgrade)
	for _, s := range n.factSections() {
		add(s)
	}
	return all
}

func (n *Notes) factSections() []section {
	f := &n.Facts
	found := section{Title: "What changed for programs, found by machine", Head: []string{"What", "Before", "Now", "Asks for"}}
	for _, c := range f.Semver.Changes {
		found.Rows = append(found.Rows, []string{"`" + c.Key() + "`", c.Old, c.New, c.Level.String()})
	}
	if f.Semver.Base != "" && found.Rows == nil {
		found.Items = []item{{Title: "Nothing, against " + f.Semver.Base}}
	}
	parts := section{Title: "What it is made of", Head: []string{"Component", "What", "Before", "Now"}}
	for _, c := range f.SBOM {
		what := string(c.What)
		if c.Name != "" {
			what = c.Name
		}
		parts.Rows = append(parts.Rows, []string{"`" + c.Component + "`", what, c.Old, c.New})
	}
	if f.SBOMBase != "" && parts.Rows == nil {
		parts.Items = []item{{Title: "Of the same, in the same versions and under the same licenses, as " + f.SBOMBase}}
	}
	fixed := section{Title: "Vulnerabilities that it has no more", Head: []string{"Id", "By"}}
	for _, x := range f.Fixed {
		fixed.Rows = append(fixed.Rows, []string{x.ID, x.Why})
	}
	platforms := section{Title: "Platforms", Head: []string{"Platform", "Oldest system", "Tier"}}
	for _, r := range f.Platforms {
		platforms.Rows = append(platforms.Rows, []string{"`" + r.Name + "`", r.Floor, r.Tier})
	}
	figures := section{Title: "Figures, measured by ourselves", Head: []string{"What", "Set", "Seen", "Ratio"}}
	for _, b := range f.Benchmarks {
		figures.Rows = append(figures.Rows, []string{b.What, b.Set, b.Seen, b.Ratio})
	}
	files := section{Title: "Files", Head: []string{"File", "Bytes", "SHA-256"}}
	for _, x := range f.Files {
		files.Rows = append(files.Rows, []string{"`" + x.Name + "`", fmt.Sprint(x.Size), "`" + x.SHA256 + "`"})
	}
	return []section{found, fixed, parts, platforms, figures, files}
}

// lead is the paragraph below the title.
func (n *Notes) lead() string {
	text := fmt.Sprintf("Released %s, with SQLite %s.", n.Date, n.Facts.SQLite)
	if n.Facts.Semver.Version == "" {
		return text + " Its version was not judged yet."
	}
	if base := n.Facts.Semver.Base; base != "" {
		text += fmt.Sprintf(" The changes since %s ask for %s or higher.", base, n.Facts.Semver.Least)
	} else {
		text += " It is the first release."
	}
	return text
}
