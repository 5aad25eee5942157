// SPDX-License-Identifier: MIT

package govuln

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

// ByComponents looks Go components up by version, and by linked packages where the bill of materials says them. It is
// what can be said of a published release without its programs, and of build tools. scanner is the name in findings.
func ByComponents(db *vulndb.Database, components []component.Component, scanner string) ([]finding.Finding, error) {
	byModule := map[string][]*osv.Record{}
	for _, r := range db.Records {
		for _, a := range r.Affected {
			if known := byModule[a.Package.Name]; len(known) == 0 || known[len(known)-1] != r {
				byModule[a.Package.Name] = append(known, r)
			}
		}
	}
	attributes := db.Attributes()
	var all []finding.Finding
	for _, c := range components {
		module := c.GoModule()
		for _, r := range byModule[module] {
			if r.Withdrawn != "" {
				continue
			}
			for _, a := range r.Affected {
				if a.Package.Name != module {
					continue
				}
				v, err := a.Match(c.Version)
				if err != nil {
					return nil, fmt.Errorf("look up %s in %s: %w", c.ID, r.ID, err)
				}
				inside, err := holds(a, c.Packages)
				if err != nil {
					return nil, fmt.Errorf("look up %s in %s: %w", c.ID, r.ID, err)
				}
				if !v.Affected || c.Packages != nil && !inside {
					continue
				}
				f := finding.Finding{
					Scanner: scanner, ID: r.ID, Aliases: r.Aliases, Component: c.Package(), Version: c.Version, Refs: []string{c.ID},
					Severity: attributes[r.ID].Severity, Score: attributes[r.ID].Score, Vector: attributes[r.ID].Vector,
					Fixed: v.Fixed, Summary: r.Summary, Where: []string{c.Document},
				}
				if inside && c.Role != component.BuildTool {
					f.Rank = finding.Imported
				}
				all = append(all, f)
			}
		}
	}
	return finding.Merge(all), nil
}

// holds says whether one of the packages that have the vulnerability is among those that are linked. A record without
// packages is about the whole module.
func holds(a osv.Affected, packages []string) (bool, error) {
	if packages == nil {
		return false, nil
	}
	var specific struct {
		Imports []struct {
			Path string `json:"path"`
		} `json:"imports"`
	}
	if a.Specific != nil {
		if err := json.Unmarshal(a.Specific, &specific); err != nil {
			return false, err
		}
	}
	for _, i := range specific.Imports {
		if slices.Contains(packages, i.Path) {
			return true, nil
		}
	}
	return len(specific.Imports) == 0, nil
}
