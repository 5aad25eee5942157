// SPDX-License-Identifier: MIT

package conformance

import (
	"fmt"
	"slices"
	"time"
)

// A Result is a document's score by the formula of sbomqs, engine v2. It is our own measurement.
//
// Categories, features and weights are those of pkg/scorer/v2/registry/registry.go of
// https://github.com/interlynk-io/sbomqs at commit 04377e776340c546a4c3501b21de2f612c72e763, and features are counted as
// its pkg/scorer/v2/extractors count them: over the subject and the components, not over CycloneDX's formulation. In two
// places this is stricter. A license with an exception counts as restrictive where the license without it does, while
// sbomqs finds no such license and lets it pass. And a schema that was not checked gives no point.
type Result struct {
	Score      float64          `json:"score"`     // 0 to 10
	Uncounted  int              `json:"uncounted"` // components of the formulation, at which the formula does not look
	With       float64          `json:"with"`      // the score if it did
	Categories []CategoryResult `json:"categories"`
}

// A CategoryResult is a category's part of a score.
type CategoryResult struct {
	Name     string          `json:"name"`
	Weight   float64         `json:"weight"`
	Score    float64         `json:"score"` // 0 to 10
	Features []FeatureResult `json:"features"`
}

// A FeatureResult is a feature's part of a category.
type FeatureResult struct {
	Name    string  `json:"name"`
	Weight  float64 `json:"weight"`
	Score   float64 `json:"score"`             // 0 to 10
	Ignored bool    `json:"ignored,omitempty"` // the format has no place for it, and the others share its weight
	Points  float64 `json:"points"`            // what the total lacks because of it
	Lost    string  `json:"lost,omitempty"`    // why
}

// Schema is what is known about a document and its schema.
type Schema int

// The states of a schema check.
const (
	SchemaUnchecked Schema = iota
	SchemaValid
	SchemaInvalid
)

type category struct {
	name     string
	weight   float64
	features []feature
}

type feature struct {
	name   string
	weight float64
	eval   func(s *scored) (score float64, lost string)
}

// ignored is the score of a feature that does not count.
const ignored = -1

// scored is a document with what its evaluation needs.
type scored struct {
	*Bill
	counted []*Component
	schema  Schema
}

// Score measures a document.
func Score(b *Bill, schema Schema) Result {
	counted, all := &scored{Bill: b, schema: schema}, &scored{Bill: b, schema: schema}
	for i := range b.Components {
		c := &b.Components[i]
		all.counted = append(all.counted, c)
		if b.Spec == SPDX || !c.Transient {
			counted.counted = append(counted.counted, c)
		}
	}
	result := counted.result()
	result.Uncounted = len(all.counted) - len(counted.counted)
	result.With = all.result().Score
	return result
}

func (s *scored) result() Result {
	var result Result
	var total float64
	for _, c := range categories {
		total += c.weight
		result.Categories = append(result.Categories, s.category(c))
	}
	for i := range result.Categories {
		c := &result.Categories[i]
		result.Score += c.Score * c.Weight / total
		for j := range c.Features {
			c.Features[j].Points *= c.Weight / total
		}
	}
	return result
}

func (s *scored) category(c category) CategoryResult {
	result := CategoryResult{Name: c.name, Weight: c.weight}
	var sum float64
	for _, f := range c.features {
		score, lost := f.eval(s)
		r := FeatureResult{Name: f.name, Weight: f.weight, Score: score, Lost: lost, Ignored: score == ignored}
		if r.Ignored {
			r.Score = 0
		} else {
			sum += f.weight
		}
		result.Features = append(result.Features, r)
	}
	for i := range result.Features {
		if f := &result.Features[i]; !f.Ignored {
			result.Score += f.Score * f.Weight / sum
			f.Points = (10 - f.Score) * f.Weight / sum
		}
	}
	return result
}

var categories = []category{
	{"identification", 10, []feature{
		{"comp_with_name", 0.40, perComponent("name", func(c *Component) bool { return c.Name != "" })},
		{"comp_with_version", 0.35, perComponent("version", func(c *Component) bool { return c.Version != "" })},
		{"comp_with_local_id", 0.25, perComponent("ID of its own", func(c *Component) bool { return c.ID != "" })},
	}},
	{"provenance", 12, []feature{
		{"sbom_creation_timestamp", 0.20, perDocument("no valid time", func(s *scored) bool { _, err := time.Parse(time.RFC3339, s.Time); return err == nil })},
		{"sbom_authors", 0.20, perDocument("no author", func(s *scored) bool { return len(s.Authors) > 0 && s.Authors[0] != "" })},
		{"sbom_tool_version", 0.20, perDocument("no tool with a version", func(s *scored) bool {
			return slices.ContainsFunc(s.Tools, func(t Tool) bool { return t.Name != "" && t.Version != "" })
		})},
		{"sbom_supplier", 0.15, cycloneDXOnly("no supplier of the document", func(s *scored) bool { return s.Supplier != "" })},
		{"sbom_namespace", 0.15, perDocument("no serial number or namespace", func(s *scored) bool { return s.ID != "" })},
		{"sbom_lifecycle", 0.10, cycloneDXOnly("no lifecycle", func(s *scored) bool { return len(s.Lifecycles) > 0 })},
	}},
	{"integrity", 15, []feature{
		{"comp_with_strong_checksums", 0.50, perComponent("hash of at least 224 bits", (*Component).strong)},
		{"comp_with_weak_checksums", 0.40, noWeakHashes},
		{"sbom_signature", 0.10, signature},
	}},
	{"completeness", 12, []feature{
		{"comp_with_dependencies", 0.25, dependencyCompleteness},
		{"sbom_completeness_declared", 0.15, cycloneDXOnly("completeness is not declared", func(s *scored) bool { return s.Complete })},
		{"sbom_primary_component", 0.20, perDocument("no primary component", func(s *scored) bool { return s.Component(s.Primary) != nil })},
		{"comp_with_source_code", 0.15, perComponent("address of its source", func(c *Component) bool { return c.refersTo("vcs", "source-distribution", "distribution") })},
		{"comp_with_supplier", 0.15, perComponent("supplier", func(c *Component) bool { return known(c.Supplier) })},
		{"comp_with_purpose", 0.10, perComponent("type", func(c *Component) bool { return c.Purpose != "" })},
	}},
	{"licensing", 15, []feature{
		{"comp_with_licenses", 0.20, perComponent("concluded license", func(c *Component) bool { return known(c.Concluded) })},
		{"comp_with_valid_licenses", 0.20, perComponent("license that the formula's list has, which has no license with an exception", listed)},
		{"comp_no_deprecated_licenses", 0.15, perComponent("license that is not deprecated", notDeprecated)},
		{"comp_no_restrictive_licenses", 0.20, perComponent("license without copyleft", func(c *Component) bool { return !Copyleft(c.Concluded) })},
		{"comp_with_declared_licenses", 0.15, perComponent("declared license", func(c *Component) bool { return known(c.Declared) })},
		{"sbom_data_license", 0.10, perDocument("no license of the document", func(s *scored) bool { return s.DataLicense != "" })},
	}},
	// Two features of equal weight there, of which a component needs one.
	{"vulnerability", 10, []feature{
		{"comp_with_purl or comp_with_cpe", 1, perComponent("purl or CPE", func(c *Component) bool { return c.PURL != "" || c.CPE != "" })},
	}},
	{"structural", 8, []feature{
		{"sbom_spec_declared", 0.30, perDocument("no specification", func(s *scored) bool { return s.Spec != "" })},
		{"sbom_spec_version", 0.30, perDocument("a version that is not supported", func(s *scored) bool {
			return slices.Contains(map[Spec][]string{CycloneDX: {"1.5", "1.6", "1.7"}, SPDX: {"2.2", "2.3"}}[s.Spec], s.Version)
		})},
		{"sbom_file_format", 0.20, perDocument("", func(*scored) bool { return true })},
		{"sbom_schema_valid", 0.20, schemaValid},
	}},
}

// Total is the sum of lost points and the score, for the arithmetic to be checked: 10.
func (r Result) Total() float64 {
	total := r.Score
	for _, c := range r.Categories {
		for _, f := range c.Features {
			total += f.Points
		}
	}
	return total
}

// String is the score as it is printed.
func (r Result) String() string { return fmt.Sprintf("%.2f", r.Score) }
