// SPDX-License-Identifier: MIT

package remotecache

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

const (
	hit      = "remote cache hit"
	internal = "internal"
	// Actions that Bazel did not look at again, since neither they nor their inputs changed. Not among the total.
	unchanged = "action cache hit"

	maxLine = 1 << 20
)

// Bazel's output has no summary of a build that went through.
var (
	// ErrNoSummary says that no line is about its processes: it is not the output of a build.
	ErrNoSummary = errors.New("no line \"INFO: N processes: ...\" in Bazel's output: did the build fail?")
	// ErrFailed says that the build failed; it may have a line about the processes until then.
	ErrFailed = errors.New("the build failed by Bazel's output, so that not all of it was counted")
)

// failedLine is what Bazel ends a build with that did not complete, with what failed instead of it behind it or not.
const failedLine = "ERROR: Build did NOT complete successfully"

var (
	summaryLine = regexp.MustCompile(`^INFO: ([0-9]+) process(?:es)?: (.+)\.$`)
	summaryPart = regexp.MustCompile(`^([0-9]+) ([a-z][a-z -]*)$`)
	escapes     = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
)

// Summary says how many actions of one build were carried out, and how: "remote cache hit", "internal" (inside Bazel,
// never cached), "linux-sandbox", "local" and others.
type Summary struct {
	Total int
	How   map[string]int
}

// ReadSummary reads the output of one build, its standard error included, and returns its last summary. A build that failed has
// none.
func ReadSummary(r io.Reader) (Summary, error) {
	var last string
	failed := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		line := strings.TrimSpace(escapes.ReplaceAllString(lines.Text(), ""))
		if summaryLine.MatchString(line) {
			last = line
		}
		failed = failed || strings.HasPrefix(line, failedLine)
	}
	if err := lines.Err(); err != nil {
		return Summary{}, fmt.Errorf("read Bazel's output: %w", err)
	}
	switch {
	case failed:
		return Summary{}, ErrFailed
	case last == "":
		return Summary{}, ErrNoSummary
	}
	return parseSummary(last)
}

func parseSummary(line string) (Summary, error) {
	fields := summaryLine.FindStringSubmatch(line)
	if fields == nil {
		return Summary{}, ErrNoSummary
	}
	total, err := strconv.Atoi(fields[1])
	if err != nil {
		return Summary{}, fmt.Errorf("read %q: %w", line, err)
	}
	s := Summary{Total: total, How: map[string]int{}}
	sum := 0
	for _, part := range strings.Split(fields[2], ", ") {
		f := summaryPart.FindStringSubmatch(part)
		if f == nil {
			return Summary{}, fmt.Errorf("read %q: %q is not a number and a name", line, part)
		}
		n, err := strconv.Atoi(f[1])
		if err != nil {
			return Summary{}, fmt.Errorf("read %q: %w", line, err)
		}
		if _, twice := s.How[f[2]]; twice {
			return Summary{}, fmt.Errorf("read %q: %q is there twice", line, f[2])
		}
		s.How[f[2]] = n
		if f[2] != unchanged {
			sum += n
		}
	}
	if sum != total {
		return Summary{}, fmt.Errorf("read %q: the parts make %d, not %d", line, sum, total)
	}
	return s, nil
}

// Hits is the number of actions whose result came from the remote cache.
func (s Summary) Hits() int { return s.How[hit] }

// Internal is the number of actions inside Bazel, which are never cached.
func (s Summary) Internal() int { return s.How[internal] }

// Carried is the number of actions that could have come from the cache and were carried out instead.
func (s Summary) Carried() int { return s.Total - s.How[hit] - s.How[internal] }

// AllHits fails unless every action that can be cached was a hit, and there were at least `least` of these. Bazel
// goes on without a word when it has no cache, so a build that passed says nothing.
func (s Summary) AllHits(least int) error {
	if n := s.Carried(); n > 0 {
		return fmt.Errorf("%d of %d actions did not come from the cache: %s", n, n+s.Hits(), s)
	}
	if s.Hits() < least {
		return fmt.Errorf("%d actions came from the cache, at least %d were expected: %s", s.Hits(), least, s)
	}
	return nil
}

// String lists the counts by name.
func (s Summary) String() string {
	var parts []string
	for name, n := range s.How {
		parts = append(parts, fmt.Sprintf("%d %s", n, name))
	}
	sort.Slice(parts, func(i, j int) bool {
		return parts[i][strings.Index(parts[i], " "):] < parts[j][strings.Index(parts[j], " "):]
	})
	return fmt.Sprintf("%d processes: %s", s.Total, strings.Join(parts, ", "))
}
