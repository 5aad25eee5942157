// SPDX-License-Identifier: MIT

package vulndb

import "strings"

// An Attribute is how grave a record says it is.
type Attribute struct {
	Severity string  // critical, high, medium, low; unknown when the record does not say it
	Score    float64 // CVSS base score; 0 when not known
	Vector   string
}

// Attributes are those of all records, by id. The base score is computed from a CVSS 3 vector; other vectors are passed
// on without a score.
func (db *Database) Attributes() map[string]Attribute {
	all := map[string]Attribute{}
	for _, r := range db.Records {
		a := Attribute{Severity: "unknown"}
		for _, s := range r.Severity {
			a.Vector = s.Score
			if score, ok := baseScore(s.Score); ok && strings.HasPrefix(s.Type, "CVSS_V3") {
				a.Score, a.Severity = score, label(score)
				break
			}
		}
		all[r.ID] = a
	}
	return all
}
