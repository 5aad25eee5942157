// SPDX-License-Identifier: MIT

package tamper

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify"
)

// A Summary counts the results of one family of defects, or of all.
type Summary struct {
	Family  string         `json:"family"`
	Cases   int            `json:"cases"`
	Refused int            `json:"refused"`
	Right   int            `json:"right"` // refused by the right rule with the right class
	Longest time.Duration  `json:"-"`
	Peers   map[string]int `json:"peers"` // refused, by peer; absent when it was not run
}

// Summaries count the defects by family, in order, and all of them last.
func Summaries(results []*Result) []Summary {
	var list []Summary
	total := Summary{Family: "all", Peers: map[string]int{}}
	for _, r := range results {
		if r.Kind == Control {
			continue
		}
		i := slices.IndexFunc(list, func(s Summary) bool { return s.Family == r.Family })
		if i < 0 {
			i = len(list)
			list = append(list, Summary{Family: r.Family, Peers: map[string]int{}})
		}
		list[i].count(r)
		total.count(r)
	}
	return append(list, total)
}

// controls counts the releases that have to pass.
func controls(results []*Result) *Summary {
	s := &Summary{Family: "controls", Peers: map[string]int{}}
	for _, r := range results {
		if r.Kind == Control {
			s.count(r)
		}
	}
	return s
}

func (s *Summary) count(r *Result) {
	s.Cases++
	if r.Refused {
		s.Refused++
	}
	if r.Right {
		s.Right++
	}
	s.Longest = max(s.Longest, r.Took)
	for name, v := range r.Peers {
		switch v {
		case Refused:
			s.Peers[name]++
		case Passed:
			s.Peers[name] += 0
		}
	}
}

// AllRight reports whether every defect was refused in the right way and no control was.
func AllRight(results []*Result) bool {
	return len(results) > 0 && !slices.ContainsFunc(results, func(r *Result) bool { return !r.Right })
}

// Table prints the summaries, the controls and whatever went wrong.
func Table(w io.Writer, results []*Result, peers []Peer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "defects\tcases\trefused\tright class\tlongest")
	for _, p := range peers {
		fmt.Fprintf(tw, "\t%s", p.Name)
	}
	fmt.Fprintln(tw)
	for _, s := range Summaries(results) {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d ms", s.Family, s.Cases, s.Refused, s.Right, s.Longest.Milliseconds())
		for _, p := range peers {
			fmt.Fprintf(tw, "\t%s", s.peer(p))
		}
		fmt.Fprintln(tw)
	}
	c := controls(results)
	fmt.Fprintf(tw, "controls\t%d\t%d\t\t%d ms", c.Cases, c.Refused, c.Longest.Milliseconds())
	for _, p := range peers {
		fmt.Fprintf(tw, "\t%s", c.peer(p))
	}
	fmt.Fprintln(tw)
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, p := range peers {
		if p.Program == "" {
			fmt.Fprintf(w, "%s: not installed, not run: %s\n", p.Name, p.Get)
		}
	}
	for _, r := range results {
		if !r.Right {
			fmt.Fprintf(w, "WRONG: %s (%s): wanted %s, got %s\n", r.Name(), r.Family, strings.Join(r.Classes, " or "), strings.Join(r.Got, ", "))
		}
	}
	return nil
}

func (s *Summary) peer(p Peer) string {
	if p.Program == "" {
		return string(NotRun)
	}
	return s.ran(p)
}

// ran is how many cases a peer refused; one that found nothing to judge in any of them was not run.
func (s *Summary) ran(p Peer) string {
	n, ok := s.Peers[p.Name]
	if !ok {
		return string(NotRun)
	}
	return fmt.Sprint(n)
}

// Document writes the page docs/tamper.md. It holds no figure that differs between two runs.
func Document(w io.Writer, results []*Result, needs []Need, peers []Peer) error {
	counts, err := ParseCounts(realText)
	if err != nil {
		return err
	}
	defects := Summaries(results)
	total := defects[len(defects)-1]
	b := &strings.Builder{}
	fmt.Fprintf(b, `# Tamper benchmark

%d ways in which a release can be wrong, and %d controls. It is our own list, run on our own verifier: repeat it by

`+"```sh\ncd tools && GOWORK=off go run ./verify/tamper/cmd/tamper\n```"+`

which also says how long it took and what became of the controls. `+"`--release DIR --policy FILE`"+` tries the cases of the
kind *folder* on another release; `+"`--update FILE`"+` writes this page, which a test compares with the list of cases. *folder*
is what anyone can do who serves a release. *insider* is what takes keys; such a release is made for the case, and well
signed. *demand* asks for what a release is not. Each rule is missed once: then some case passes.

`, total.Cases, len(results)-total.Cases)
	head, rule := "| defects | cases | refused | right class |", "|---|---|---|---|"
	for _, p := range peers {
		head, rule = head+" "+p.Name+" |", rule+"---|"
	}
	fmt.Fprintln(b, head+"\n"+rule)
	for _, s := range defects {
		fmt.Fprintf(b, "| %s | %d | %d | %d |", s.Family, s.Cases, s.Refused, s.Right)
		for _, p := range peers {
			fmt.Fprintf(b, " %s |", s.peer(p))
		}
		fmt.Fprintln(b)
	}
	c := controls(results)
	fmt.Fprintf(b, "| controls | %d | %d | |", c.Cases, c.Refused)
	for _, p := range peers {
		fmt.Fprintf(b, " %s |", c.peer(p))
	}
	fmt.Fprintln(b)
	b.WriteString(`
The columns on the right count what other programs refuse when users do what they are told: ` + "`sha256sum --check`" + ` of the
list in the folder; cosign on each signed file but statements, by the release key; osslsigncode on signed Windows programs. None
of them is made to judge a whole release, and *not run* is neither.
`)
	writeReal(b, counts, peers)
	b.WriteString(`
## Past mistakes

Advisories of the Go vulnerability database whose sort of mistake is a case here:

| advisory | case |
|---|---|
`)
	for _, r := range results {
		if r.Advisory != "" {
			fmt.Fprintf(b, "| [%s](https://pkg.go.dev/vuln/%s) | %s |\n", r.Advisory, r.Advisory, r.Name())
		}
	}
	writeElsewhere(b)
	b.WriteString("\nAn entry of a transparency log counts for no time: only a timestamp says when a signature was made.\n")
	b.WriteString("\n## Rules and error classes\n\nEvery refusal has one of these classes, or `not-checked` where a rule owes its verdict. Without the rule, the case in the last\ncolumn passes.\n\n| rule | asks | reads | classes | without it passes |\n|---|---|---|---|---|\n")
	for i, n := range needs {
		r := verify.Rules[i]
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", n.Rule, r.Asks, r.Reads, "`"+strings.Join(r.Classes, "`, `")+"`", n.Case)
	}
	b.WriteString("\n## All cases\n\n| object | mutation | kind | class |\n|---|---|---|---|\n")
	for _, r := range results {
		class := strings.Join(r.Classes, ", ")
		if r.Kind == Control {
			class = "passes"
		} else if len(r.Classes) > 3 {
			class = "depends on what the byte belongs to"
		}
		if !r.Right {
			class = "WRONG"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", r.Object, strings.ReplaceAll(r.Mutation, "|", `\|`), r.Kind, class)
	}
	_, err = io.WriteString(w, b.String())
	return err
}
