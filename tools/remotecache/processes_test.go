// SPDX-License-Identifier: MIT

package remotecache

import (
	"errors"
	"strings"
	"testing"
)

func TestReadSummary(t *testing.T) {
	for _, test := range []struct {
		name, output                   string
		hits, carried, internal, total int
	}{
		{
			name:    "cold",
			output:  "INFO: Found 1 target...\nINFO: 41 processes: 11 internal, 30 local.\nINFO: Build completed successfully, 41 total actions\n",
			carried: 30, internal: 11, total: 41,
		},
		{
			name:   "warm",
			output: "INFO: 31 processes: 26 remote cache hit, 5 internal.\n",
			hits:   26, internal: 5, total: 31,
		},
		{
			name:   "mixed",
			output: "INFO: 27 processes: 1 remote cache hit, 1 internal, 25 linux-sandbox.\n",
			hits:   1, internal: 1, carried: 25, total: 27,
		},
		{
			name:     "one process",
			output:   "INFO: 1 process: 1 internal.\n",
			internal: 1, total: 1,
		},
		{
			name:   "unchanged actions are not among the total",
			output: "INFO: 3 processes: 7 action cache hit, 1 remote cache hit, 2 internal.\n",
			hits:   1, internal: 2, total: 3,
		},
		{
			name:    "the disk cache is not the remote cache",
			output:  "INFO: 9 processes: 8 disk cache hit, 1 internal.\n",
			carried: 8, internal: 1, total: 9,
		},
		{
			name:     "colours and carriage returns",
			output:   "\x1b[32mINFO: \x1b[0m2 processes: 1 internal, 1 worker.\r\n",
			carried:  1,
			internal: 1, total: 2,
		},
		{
			name:     "the last of two",
			output:   "INFO: 1 process: 1 local.\nINFO: 1 process: 1 internal.\n",
			internal: 1, total: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := ReadSummary(strings.NewReader(test.output))
			if err != nil {
				t.Fatal(err)
			}
			if s.Hits() != test.hits || s.Carried() != test.carried || s.Internal() != test.internal || s.Total != test.total {
				t.Errorf("got %d hits, %d carried, %d internal of %d", s.Hits(), s.Carried(), s.Internal(), s.Total)
			}
		})
	}
}

func TestReadSummaryRefuses(t *testing.T) {
	for _, test := range []struct {
		name, output string
		noSummary    bool
	}{
		{name: "nothing", noSummary: true},
		{name: "a failed build", output: "ERROR: Build did NOT complete successfully\n"},
		{name: "a build that failed after hits", output: "INFO: 26 processes: 25 remote cache hit, 1 internal.\nERROR: Build did NOT complete successfully\n"},
		{name: "printed by an action", output: "echo INFO: 1 process: 1 internal.\n", noSummary: true},
		{name: "a part without a number", output: "INFO: 2 processes: internal, 1 local.\n"},
		{name: "a part twice", output: "INFO: 2 processes: 1 local, 1 local.\n"},
		{name: "a wrong sum", output: "INFO: 4 processes: 1 internal, 1 local.\n"},
		{name: "too many", output: "INFO: 99999999999999999999 processes: 1 local.\n"},
		{name: "an endless line", output: strings.Repeat("x", maxLine+1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := ReadSummary(strings.NewReader(test.output))
			if err == nil {
				t.Fatalf("got %v, want an error", s)
			}
			if errors.Is(err, ErrNoSummary) != test.noSummary {
				t.Errorf("wrong kind of error: %v", err)
			}
		})
	}
}

func TestAllHits(t *testing.T) {
	for _, test := range []struct {
		name, line string
		least      int
		wrong      string
	}{
		{name: "all", line: "INFO: 9 processes: 8 remote cache hit, 1 internal.", least: 8},
		{name: "one was carried out", line: "INFO: 9 processes: 7 remote cache hit, 1 internal, 1 linux-sandbox.", least: 1, wrong: "1 of 8 actions did not come from the cache"},
		{name: "no cache and nothing to do", line: "INFO: 1 process: 1 internal.", least: 1, wrong: "0 actions came from the cache"},
		{name: "fewer than expected", line: "INFO: 9 processes: 8 remote cache hit, 1 internal.", least: 9, wrong: "at least 9"},
		{name: "the disk cache", line: "INFO: 9 processes: 8 disk cache hit, 1 internal.", least: 0, wrong: "8 of 8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := parseSummary(test.line)
			if err != nil {
				t.Fatal(err)
			}
			err = s.AllHits(test.least)
			if (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("got %v, want %q", err, test.wrong)
			}
		})
	}
}
