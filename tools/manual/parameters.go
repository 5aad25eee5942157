// SPDX-License-Identifier: MIT

package manual

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A parameter of data source names, as the page about them shows it.
type parameter struct {
	name    string
	values  string
	initial string // default; "" where the file or SQLite decides
	meaning string
}

// Parameters makes the table of docs/dsn.md. Which parameters there are and what they take comes from promised, which is
// api/dsn.txt; what they mean and their defaults from the comment of package driver. A parameter that only one of the two
// knows is an error.
func Parameters(promised, driverDoc string) (string, error) {
	takes, err := promisedValues(promised)
	if err != nil {
		return "", err
	}
	meanings, err := documented(driverDoc)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| Parameter | Takes | Default | Meaning |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(takes)) {
		m, ok := meanings[name]
		if !ok {
			return "", fmt.Errorf("parameter %s: the comment of package driver does not explain it", name)
		}
		delete(meanings, name)
		p := parameter{name: name, values: describeValues(takes[name]), initial: m.initial, meaning: m.meaning}
		if v, ok := unprobed[name]; ok {
			p.values = v
		}
		initial := p.initial
		if initial != "" {
			initial = "`" + initial + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.name, p.values, initial, p.meaning)
	}
	for _, name := range slices.Sorted(maps.Keys(meanings)) {
		return "", fmt.Errorf("parameter %s: the comment of package driver explains it, and the driver does not take it", name)
	}
	return b.String(), nil
}

// unprobed are the values of parameters that one probe at a time cannot tell.
var unprobed = map[string]string{
	"_loc":    "`auto`, or a name such as `Europe/Vienna`",
	"_pragma": "`name`, `name(value)`",
	"cache":   "`private`; with `mode=memory`, `shared`",
}

// promisedValues are the values that each parameter was seen to take. The list is of probes: for numbers it holds some and
// not all.
func promisedValues(text string) (map[string][]string, error) {
	takes := map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, " takes ")
		if n, _, form := strings.Cut(line, "="); !ok && form {
			name = n // a form of _pragma
		}
		if strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("read parameters: line %q is neither a parameter nor a value of one", line)
		}
		list := takes[name]
		if value != "" {
			list = append(list, value)
		}
		takes[name] = list
	}
	if len(takes) == 0 {
		return nil, fmt.Errorf("read parameters: there is none")
	}
	return takes, nil
}

var switchWords = []string{"0", "1", "false", "no", "off", "on", "true", "yes"}

// describeValues says in words what a list of probes means.
func describeValues(list []string) string {
	rest := slices.Clone(list)
	var parts []string
	isSwitch := !slices.ContainsFunc(switchWords, func(w string) bool { return !slices.Contains(rest, w) })
	if isSwitch {
		rest = slices.DeleteFunc(rest, func(v string) bool { return slices.Contains(switchWords, v) })
		parts = append(parts, "a switch")
	}
	var numbers []int
	var words []string
	duration := false
	for _, v := range rest {
		n, err := strconv.Atoi(v)
		switch {
		case err == nil:
			numbers = append(numbers, n)
		case regexp.MustCompile(`^\d+[hms]$`).MatchString(v):
			duration = true
		case v == "any text":
			parts = append(parts, "text")
		default:
			words = append(words, "`"+v+"`")
		}
	}
	if duration {
		parts = append(parts, "a duration such as `5s`, or milliseconds")
	} else if len(numbers) > 0 {
		parts = append(parts, numberRange(numbers))
	}
	return strings.Join(append(parts, words...), ", ")
}

// numberRange says what numbers a parameter takes. Probes stand at both sides of the bounds that parameters have; what is
// taken from the largest probe on has no bound that users meet.
func numberRange(numbers []int) string {
	slices.Sort(numbers)
	low, high := numbers[0], numbers[len(numbers)-1]
	switch {
	case !slices.Contains(numbers, low+1) && !slices.Contains(numbers, 513) && low == 512:
		return fmt.Sprintf("a power of two from %d to %d", low, high)
	case low < 0:
		return "a whole number"
	case high >= 131072:
		return fmt.Sprintf("a number, at least %d", low)
	}
	return fmt.Sprintf("a number from %d to %d", low, high)
}

type meaning struct{ initial, meaning string }

var (
	explained = regexp.MustCompile(`^\t([a-z_]+(?:, [a-z_]+)*)(?:=(\S+))?\s{2,}(\S.*)$`)
	continued = regexp.MustCompile(`^\t {8,}(\S.*)$`)
	pragmas   = regexp.MustCompile(`^\t((?:_[a-z_]+, )*_[a-z_]+),?$`)
)

// documented reads the blocks of the package comment that explain parameters.
func documented(doc string) (map[string]meaning, error) {
	_, doc, _ = strings.Cut(doc, "# Data source names")
	doc, _, ok := strings.Cut(doc, "\n# ")
	if !ok {
		return nil, fmt.Errorf("read the comment of package driver: it has no section Data source names")
	}
	all := map[string]meaning{}
	var last []string
	for line := range strings.Lines(doc) {
		line = strings.TrimRight(line, "\n")
		switch {
		case continued.MatchString(line) && last != nil:
			for _, name := range last {
				m := all[name]
				m.meaning += " " + escape(continued.FindStringSubmatch(line)[1])
				all[name] = m
			}
		case explained.MatchString(line):
			m := explained.FindStringSubmatch(line)
			last = strings.Split(m[1], ", ")
			for _, name := range last {
				all[name] = meaning{initialOf(name, m[2]), escape(m[3])}
			}
		case pragmas.MatchString(line):
			last = nil
			for name := range strings.SplitSeq(pragmas.FindStringSubmatch(line)[1], ", ") {
				if _, ok := all[name]; !ok {
					pragma := strings.TrimPrefix(name, "_")
					all[name] = meaning{"", "[PRAGMA " + pragma + "](https://sqlite.org/pragma.html#pragma_" + pragma + ")"}
				}
			}
		default:
			last = nil
		}
	}
	return all, nil
}

// initialOf is a default. What stands behind these names is a value to show, not a default: nothing is chosen by itself.
func initialOf(name, value string) string {
	if slices.Contains([]string{"cache", "_preset", "_pragma"}, name) {
		return ""
	}
	return value
}

// escape keeps text from being markup in a cell of a table. What it refers to below is in the comment, not on the page.
func escape(text string) string {
	text = strings.ReplaceAll(text, ", see below", "")
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`).Replace(text)
}
