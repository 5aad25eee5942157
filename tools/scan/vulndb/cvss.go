// SPDX-License-Identifier: MIT

package vulndb

import (
	"math"
	"strings"
)

// baseScore is the base score of a CVSS 3.0 or 3.1 vector: https://www.first.org/cvss/v3.1/specification-document, 7.1.
func baseScore(vector string) (float64, bool) {
	metrics := map[string]string{}
	parts := strings.Split(vector, "/")
	if parts[0] != "CVSS:3.1" && parts[0] != "CVSS:3.0" {
		return 0, false
	}
	for _, p := range parts[1:] {
		name, value, _ := strings.Cut(p, ":")
		metrics[name] = value
	}
	weight := func(metric string, weights map[string]float64) float64 {
		w, ok := weights[metrics[metric]]
		if !ok {
			return math.NaN()
		}
		return w
	}
	changed := metrics["S"] == "C"
	if !changed && metrics["S"] != "U" {
		return 0, false
	}
	privileges := map[string]float64{"N": 0.85, "L": 0.62, "H": 0.27}
	if changed {
		privileges = map[string]float64{"N": 0.85, "L": 0.68, "H": 0.5}
	}
	loss := map[string]float64{"H": 0.56, "L": 0.22, "N": 0}
	sub := 1 - (1-weight("C", loss))*(1-weight("I", loss))*(1-weight("A", loss))
	impact := 6.42 * sub
	if changed {
		impact = 7.52*(sub-0.029) - 3.25*math.Pow(sub-0.02, 15)
	}
	exploitability := 8.22 * weight("AV", map[string]float64{"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}) *
		weight("AC", map[string]float64{"L": 0.77, "H": 0.44}) * weight("PR", privileges) *
		weight("UI", map[string]float64{"N": 0.85, "R": 0.62})
	total := impact + exploitability
	switch {
	case math.IsNaN(total):
		return 0, false
	case impact <= 0:
		return 0, true
	case changed:
		total *= 1.08
	}
	return roundUp(math.Min(total, 10)), true
}

// roundUp is appendix A of the specification: the next tenth, spared from the noise of binary fractions.
func roundUp(x float64) float64 {
	n := int(math.Round(x * 100000))
	if n%10000 == 0 {
		return float64(n) / 100000
	}
	return float64(n/10000+1) / 10
}

// label is the qualitative rating of a score: section 5 of the specification.
func label(score float64) string {
	switch {
	case score >= 9:
		return "critical"
	case score >= 7:
		return "high"
	case score >= 4:
		return "medium"
	}
	return "low"
}
