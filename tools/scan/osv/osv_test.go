// SPDX-License-Identifier: MIT

package osv

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	two := Affected{Ranges: []Range{{Type: "SEMVER", Events: []Event{
		{Introduced: "3.49.0"}, {Fixed: "3.49.1"}, {Introduced: "1.2"}, {Fixed: "1.3"},
	}}}}
	for _, c := range []struct {
		name     string
		affected Affected
		version  string
		want     Verdict
	}{
		{"before all", two, "1.1.9", Verdict{}},
		{"in the first, of two parts", two, "1.2", Verdict{true, false, "1.3"}},
		{"at the fix", two, "1.3.0", Verdict{Past: true}},
		{"between", two, "3.48.9", Verdict{Past: true}},
		{"in the second", two, "v3.49.0", Verdict{true, false, "3.49.1"}},
		{"after all", two, "3.54.1", Verdict{Past: true}},
		{"a pre-release of the fix", two, "3.49.1-rc1", Verdict{true, false, "3.49.1"}},
		{"from the beginning", open("0", ""), "0.0.1", Verdict{true, false, ""}},
		{"a Go version", open("1.20", "1.27.5"), "go1.27.4", Verdict{true, false, "1.27.5"}},
		{"last affected", Affected{Ranges: []Range{{Type: "SEMVER", Events: []Event{{Introduced: "0"}, {LastAffected: "1.2.6"}}}}}, "1.2.6", Verdict{true, false, ""}},
		{"after the last affected", Affected{Ranges: []Range{{Type: "SEMVER", Events: []Event{{Introduced: "0"}, {LastAffected: "1.2.6"}}}}}, "1.2.7", Verdict{Past: true}},
		{"named", Affected{Versions: []string{"7.0.0"}}, "7.0.0", Verdict{true, false, ""}},
		{"after the named one", Affected{Versions: []string{"7.0.0"}}, "7.0.1", Verdict{Past: true}},
		{"before the named one", Affected{Versions: []string{"7.0.0"}}, "6.9.0", Verdict{}},
		{"a commit range", Affected{Ranges: []Range{{Type: "GIT", Events: []Event{{Introduced: "0"}}}}}, "1.0.0", Verdict{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.affected.Match(c.version)
			if err != nil || got != c.want {
				t.Errorf("Match(%q) = %+v, %v, want %+v", c.version, got, err, c.want)
			}
		})
	}
	if _, err := two.Match("unknown"); err == nil {
		t.Error("a version that is none was matched")
	}
}

func open(introduced, fixed string) Affected {
	events := []Event{{Introduced: introduced}}
	if fixed != "" {
		events = append(events, Event{Fixed: fixed})
	}
	return Affected{Ranges: []Range{{Type: "SEMVER", Events: events}}}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":    {`{`, "unexpected end"},
		"no id":      {`{"modified":"2026-01-01T00:00:00Z"}`, "is no id"},
		"a path":     {`{"id":"../x-1","modified":"2026-01-01T00:00:00Z"}`, "is no id"},
		"no date":    {`{"id":"CVE-1"}`, "when it was modified"},
		"no version": {`{"id":"CVE-1","modified":"2026-01-01T00:00:00Z","affected":[{"ranges":[{"type":"SEMVER","events":[{"introduced":"x"}]}]}]}`, "no version"},
		"no events":  {`{"id":"CVE-1","modified":"2026-01-01T00:00:00Z","affected":[{"ranges":[{"type":"SEMVER","events":[]}]}]}`, "no events"},
		"too large":  {strings.Repeat(" ", MaxRecord+1), "larger than"},
	} {
		if _, err := Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
