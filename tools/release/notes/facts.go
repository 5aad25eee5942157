// SPDX-License-Identifier: MIT

package notes

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// maxFact bounds a file of facts, in bytes.
const maxFact = 64 << 20

// ReadJSON reads a file that is one JSON value, and nothing after it.
func ReadJSON(file string, into any) error {
	data, err := action.ReadFile(file, maxFact)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// ReadManifest reads sizes and digests of a release's files, but for the notes: these are in no list that they have in them.
func ReadManifest(file, version string) ([]File, error) {
	text, err := action.ReadFile(file, manifest.MaxText)
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return nil, err
	}
	if "v"+m.Version != version {
		return nil, fmt.Errorf("read the manifest: it is of version %s, the notes are of %s", m.Version, version)
	}
	files := []File{}
	for _, f := range m.Files {
		if f.Kind == manifest.Notes {
			continue
		}
		files = append(files, File{f.Name, string(f.Kind), f.Platform, f.Size, hex.EncodeToString(f.SHA256[:])})
	}
	return files, nil
}

// ReadSQLite is the version of SQLite that api/options.txt below root promises.
func ReadSQLite(root string) (string, error) {
	data, err := action.ReadFile(filepath.Join(root, "api", "options.txt"), maxFact)
	if err != nil {
		return "", fmt.Errorf("read SQLite's version: %w", err)
	}
	m := regexp.MustCompile(`(?m)^SQLite = (.+)$`).FindSubmatch(data)
	if m == nil {
		return "", errors.New("read SQLite's version: api/options.txt has no line SQLite = VERSION")
	}
	return string(m[1]), nil
}

// ReadFixed are the vulnerabilities that a version, with v, does not have any more: those that tools/scan/triage.json calls
// fixed; those of SQLite that its feed says are fixed after the SQLite of before and not after that of now; and those of
// this module that an advisory in docs/advisories says are fixed in it. before is "" when nothing was released yet.
func ReadFixed(root, version, before, now string) ([]Fixed, error) {
	all := []Fixed{}
	var triage struct {
		Decisions []struct{ ID, Status, Component string }
	}
	if err := ReadJSON(filepath.Join(root, "tools", "scan", "triage.json"), &triage); err != nil {
		return nil, fmt.Errorf("read the decisions: %w", err)
	}
	for _, d := range triage.Decisions {
		if d.Status == "fixed" {
			all = append(all, Fixed{d.ID, "decision about " + d.Component})
		}
	}
	type record struct {
		ID       string
		Affected []struct {
			Package struct{ Purl string }
			Ranges  []struct{ Events []struct{ Fixed string } }
		}
	}
	err := each(filepath.Join(root, "tools", "scan", "feed", "records"), func(file string) error {
		var r record
		if err := ReadJSON(file, &r); err != nil {
			return err
		}
		for _, a := range r.Affected {
			for _, rng := range a.Ranges {
				for _, e := range rng.Events {
					if a.Package.Purl == "pkg:generic/sqlite" && between(e.Fixed, before, now) {
						all = append(all, Fixed{r.ID, "SQLite " + e.Fixed})
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	err = each(filepath.Join(root, "docs", "advisories"), func(file string) error {
		var a struct {
			ID       string
			Drill    bool
			Affected []struct{ Fixed string }
		}
		if err := ReadJSON(file, &a); err != nil {
			return err
		}
		for _, r := range a.Affected {
			if "v"+r.Fixed == version && !a.Drill {
				all = append(all, Fixed{a.ID, "advisory"})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the advisories: %w", err)
	}
	slices.SortFunc(all, func(a, b Fixed) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Why, b.Why)) })
	return slices.Compact(all), nil
}

// each calls do for the JSON files of a folder.
func each(dir string, do func(file string) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") {
			if err := do(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// between says whether fixed comes after before and not after now.
func between(fixed, before, now string) bool {
	f := "v" + fixed
	return before != "" && semver.IsValid(f) && semver.Compare("v"+before, f) < 0 && semver.Compare(f, "v"+now) <= 0
}

var benchmarkRow = regexp.MustCompile(`(?m)^\| ([^|\n]+) \| ([^|\n]*) ?\| ([^|\n]+) \| ([0-9.]+) \|$`)

// ReadBenchmarks are the rows of the table in docs/benchmarks.md below root that have a ratio.
func ReadBenchmarks(root string) ([]Benchmark, error) {
	data, err := action.ReadFile(filepath.Join(root, "docs", "benchmarks.md"), maxFact)
	if err != nil {
		return nil, fmt.Errorf("read the benchmarks: %w", err)
	}
	all := []Benchmark{}
	for _, m := range benchmarkRow.FindAllSubmatch(data, -1) {
		all = append(all, Benchmark{string(m[1]), strings.TrimSpace(string(m[2])), string(m[3]), string(m[4])})
	}
	if len(all) == 0 {
		return nil, errors.New("read the benchmarks: docs/benchmarks.md has no row with a ratio")
	}
	return all, nil
}
