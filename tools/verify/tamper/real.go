// SPDX-License-Identifier: MIT

package tamper

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A Count is what became of the cases of the kind folder on a release that the real signer made.
type Count struct {
	Release   string    `json:"release"` // version, platforms, and what it is signed by
	Date      string    `json:"date"`    // of the count, such as 2026-11-27
	Summaries []Summary `json:"summaries"`
}

// realText is the list of counts that docs/tamper.md shows; the command tamper --record writes it.
//
//go:embed real.json
var realText []byte

// ParseCounts reads a list of counts.
func ParseCounts(text []byte) ([]Count, error) {
	var counts []Count
	if err := json.Unmarshal(text, &counts); err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return counts, nil
}

// Count is the count of results of the bench's release, at a time.
func (b *Bench) Count(results []*Result, now time.Time) (Count, error) {
	text, err := os.ReadFile(filepath.Join(b.Release, manifest.FileName))
	if err != nil {
		return Count{}, fmt.Errorf("count: %w", err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return Count{}, fmt.Errorf("count: %w", err)
	}
	var platforms []string
	for _, f := range m.Files {
		if f.Platform != "" && !slices.Contains(platforms, f.Platform) {
			platforms = append(platforms, f.Platform)
		}
	}
	of := fmt.Sprintf("%d platforms", len(platforms))
	if len(platforms) == 1 {
		of = platforms[0]
	}
	by := "certificate"
	for _, k := range b.Policy.Trust.Keys {
		if slices.Contains(k.Roles, trust.Release) {
			by = "key"
		}
	}
	return Count{
		Release: fmt.Sprintf("%s, %s, by %s", m.Version, of, by), Date: now.UTC().Format(time.DateOnly),
		Summaries: Summaries(results),
	}, nil
}

// Record writes a list of counts with one more, which replaces an older one of the same release.
func Record(w io.Writer, counts []Count, c Count) error {
	counts = slices.DeleteFunc(slices.Clone(counts), func(o Count) bool { return o.Release == c.Release })
	counts = append(counts, c)
	slices.SortFunc(counts, func(x, y Count) int { return strings.Compare(x.Release, y.Release) })
	text, err := json.MarshalIndent(counts, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// writeReal writes the part of the page about real releases; nothing when none was counted.
func writeReal(b *strings.Builder, counts []Count, peers []Peer) {
	if len(counts) == 0 {
		return
	}
	b.WriteString(`
## Real releases

The cases of the kind *folder* on release sets that Bazel built and the real signer signed, with a development authority:
` + "`tools/verify/checks/check.sh real`" + `. Each release passed before it was changed. How many cases there are depends on
what lies in the release.

| release | counted | defects | cases | refused | right class |`)
	rule := "|---|---|---|---|---|---|"
	for _, p := range peers {
		fmt.Fprintf(b, " %s |", p.Name)
		rule += "---|"
	}
	fmt.Fprintf(b, "\n%s\n", rule)
	for _, c := range counts {
		for _, s := range c.Summaries {
			fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %d |", c.Release, c.Date, s.Family, s.Cases, s.Refused, s.Right)
			for _, p := range peers {
				fmt.Fprintf(b, " %s |", s.ran(p))
			}
			fmt.Fprintln(b)
		}
	}
}
