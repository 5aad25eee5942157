// SPDX-License-Identifier: MIT

package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"semanticVersion,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID string `json:"id"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

// SARIF writes one log with a run for each scanner. Fingerprints do not depend on line numbers: scanner, rule, file,
// message, and how many equal findings of the file came before, so that they stay when lines above change.
func (r *Report) SARIF() ([]byte, error) {
	log := sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{}}
	for _, s := range r.Scanners {
		run := sarifRun{
			Tool:        sarifTool{sarifDriver{Name: s.Name, Version: semantic(s.Version), Rules: []sarifRule{}}},
			Invocations: []sarifInvocation{{Successful: s.Error == ""}},
			Results:     []sarifResult{},
		}
		if s.Error != "" {
			run.Invocations[0].Notifications = []sarifNotification{{"error", sarifText{s.Error}}}
		}
		items := slices.DeleteFunc(slices.Clone(r.Items), func(i gate.Item) bool { return i.Scanner != s.Name })
		slices.SortFunc(items, func(a, b gate.Item) int {
			return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Line, b.Line), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Summary, b.Summary))
		})
		seen := map[string]int{}
		for i := range items {
			run.Results = append(run.Results, result(&items[i], seen))
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{items[i].ID})
		}
		slices.SortFunc(run.Tool.Driver.Rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
		run.Tool.Driver.Rules = slices.Compact(run.Tool.Driver.Rules)
		log.Runs = append(log.Runs, run)
	}
	return encode(log)
}

// semantic is the version when it is one of Semantic Versioning.
func semantic(version string) string {
	v := strings.TrimPrefix(version, "v")
	if strings.Count(v, ".") != 2 || strings.ContainsAny(v, " /") {
		return ""
	}
	return v
}

func result(i *gate.Item, seen map[string]int) sarifResult {
	basis := strings.Join([]string{i.Scanner, i.ID, i.Component, i.Version, i.Summary}, "\x00")
	seen[basis]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", basis, seen[basis]))
	out := sarifResult{
		RuleID: i.ID, Level: level(i.Severity), Message: sarifText{message(i)},
		Fingerprints: map[string]string{"gosqlite/v1": fmt.Sprintf("%x", sum[:16])},
	}
	at := sarifPhysical{Artifact: sarifArtifact{URI: i.Component, Base: "%SRCROOT%"}}
	if i.Line > 0 {
		at.Region = &sarifRegion{i.Line}
	} else {
		// A component is no file: code hosts show what stands in the file that names it.
		at.Artifact.URI = "tools/scan/triage.json"
	}
	out.Locations = []sarifLocation{{at}}
	if i.Decision == triage.NotAffected || i.Decision == gate.BelowPolicy {
		out.Suppressions = []sarifSuppression{{"external", "accepted", cmp.Or(i.Reason, "the policy wants no decision about this severity")}}
	}
	return out
}

func message(i *gate.Item) string {
	text := i.Summary
	if i.Line == 0 {
		text = fmt.Sprintf("%s: %s (%s)", place(i), text, i.Rank)
	}
	if len(i.Trace) > 0 {
		text += ": " + strings.Join(i.Trace, " > ")
	}
	return text
}

func level(severity string) string {
	switch severity {
	case "critical", "high", "unknown":
		return "error"
	case "medium":
		return "warning"
	}
	return "note"
}
