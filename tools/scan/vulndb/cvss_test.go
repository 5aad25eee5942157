// SPDX-License-Identifier: MIT

package vulndb

import "testing"

// The scores stand beside the vectors in the CVE records that the C feed names.
func TestBaseScore(t *testing.T) {
	for vector, want := range map[string]float64{
		"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H": 7.8, // CVE-2026-11824
		"CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:C/C:L/I:L/A:L": 5.6, // CVE-2025-29088
		"CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:H": 4.7, // CVE-2024-0232
		"CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:L": 8.1, // CVE-2025-26519
		"CVSS:3.1/AV:A/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L": 5.5, // CVE-2023-7104
		"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H": 7.8, // CVE-2023-4911
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0,
	} {
		if got, ok := baseScore(vector); !ok || got != want {
			t.Errorf("%s: %v, %v, want %v", vector, got, ok, want)
		}
	}
	for _, vector := range []string{"", "CVSS:4.0/AV:L", "CVSS:3.1/AV:L", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"} {
		if got, ok := baseScore(vector); ok {
			t.Errorf("%q: %v", vector, got)
		}
	}
	for score, want := range map[float64]string{9: "critical", 8.9: "high", 6.9: "medium", 3.9: "low"} {
		if got := label(score); got != want {
			t.Errorf("label(%v) = %s", score, got)
		}
	}
}
