// SPDX-License-Identifier: MIT

package judge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/hermeticity/action"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// runner is the sandbox in which commands have to run: it hides nothing, so that whatever an action looks for, it finds.
const runner = "processwrapper-sandbox"

// Finding is something that an action took from where it must not.
type Finding struct {
	Rule     string `json:"rule"`
	Mnemonic string `json:"mnemonic"`
	Label    string `json:"label"`
	Program  string `json:"program"`
	What     string `json:"what"`
	Count    int    `json:"count"`
}

// Use tells how often an entry of the list let something pass.
type Use struct {
	Path  string `json:"path"`
	Count int    `json:"count"`
}

// Report is what came of a trace.
type Report struct {
	Actions  map[string]int `json:"actions"` // by mnemonic
	Accesses int            `json:"accesses"`
	Used     []Use          `json:"used"` // every entry of the list
	Foreign  int            `json:"foreign"`
	Unread   int            `json:"unread"` // calls of threads that ended before strace could read them
	Findings []Finding      `json:"findings"`
}

// Total is the number of actions.
func (r *Report) Total() int {
	n := 0
	for _, m := range r.Actions {
		n += m
	}
	return n
}

// Finish names actions by the log of executed commands, and gives the report.
func (j *Judge) Finish(log *execlog.Log, actions []*action.Action) (*Report, error) {
	r := &Report{Actions: map[string]int{}, Accesses: j.accesses, Findings: []Finding{}}
	spawns := map[string][]*execlog.Spawn{}
	for _, s := range log.Spawns {
		key := strings.Join(s.Args, "\x00")
		spawns[key] = append(spawns[key], s)
	}
	named := map[*action.Action]*execlog.Spawn{}
	for _, a := range actions {
		key := strings.Join(a.Args, "\x00")
		list := spawns[key]
		if len(list) == 0 {
			r.add(RuleNotLogged, nil, "", fmt.Sprintf("%.300q", a.Args), 1)
			continue
		}
		s := list[0]
		named[a], spawns[key] = s, list[1:]
		r.Actions[s.Mnemonic]++
		if s.Runner != runner {
			r.add(RuleRunner, s, path.Base(a.Args[0]), "it ran by "+s.Runner, 1)
		}
		if err := j.declared(r, log, a, s); err != nil {
			return nil, err
		}
	}
	for _, list := range spawns {
		for _, s := range list {
			r.add(RuleNotTraced, s, "", "it ran by "+s.Runner+", and is not in the trace", 1)
		}
	}
	for f, n := range j.found {
		r.add(f.rule, named[f.action], f.program, f.what, n)
	}
	for _, n := range j.foreign {
		r.Foreign += n
	}
	for i, e := range j.List.Paths {
		r.Used = append(r.Used, Use{e.Path, j.used[i]})
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Mnemonic, b.Mnemonic), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Program, b.Program), cmp.Compare(a.What, b.What))
	})
	return r, nil
}

// add adds to a finding that is there already; two actions of one target may do the same.
func (r *Report) add(rule string, s *execlog.Spawn, program, what string, count int) {
	f := Finding{Rule: rule, Program: program, What: what}
	if s != nil {
		f.Mnemonic, f.Label = s.Mnemonic, s.Label
	}
	same := func(g Finding) bool { g.Count = 0; return g == f }
	if i := slices.IndexFunc(r.Findings, same); i >= 0 {
		r.Findings[i].Count += count
		return
	}
	f.Count = count
	r.Findings = append(r.Findings, f)
}

// declared holds against the inputs of an action where the links in its execution root led.
func (j *Judge) declared(r *Report, log *execlog.Log, a *action.Action, s *execlog.Spawn) error {
	led := j.led[a]
	if len(led) == 0 {
		return nil
	}
	inputs, err := log.Inputs(s)
	if err != nil {
		return err
	}
	may := map[string]bool{}
	for _, in := range inputs {
		for _, target := range j.Real(path.Join(inputRoot(a.Root), in.Path)) {
			may[target] = true
		}
	}
	for target, f := range led {
		if !may[target] {
			r.add(f.rule, s, f.program, f.what, 1)
		}
	}
	return nil
}

// inputRoot is where the links of a sandbox's execution root lead: the same without the sandbox.
func inputRoot(root string) string {
	before, rest, ok := strings.Cut(root, "/sandbox/"+runner+"/")
	_, rest, numbered := strings.Cut(rest, "/")
	if !ok || !numbered {
		return root
	}
	return before + "/" + rest
}

// maxReport is the most bytes of a report.
const maxReport = 64 << 20

// ReadReport reads a report that was written as JSON.
func ReadReport(r io.Reader) (*Report, error) {
	out := &Report{}
	if err := json.NewDecoder(io.LimitReader(r, maxReport)).Decode(out); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return out, nil
}

// Unused gives the paths of entries that let nothing pass in any report of this list.
func (l *List) Unused(reports []*Report) ([]string, error) {
	var out []string
	for i, e := range l.Paths {
		n := 0
		for _, r := range reports {
			if len(r.Used) != len(l.Paths) || r.Used[i].Path != e.Path {
				return nil, fmt.Errorf("count uses of %s: a report is of another list", e.Path)
			}
			n += r.Used[i].Count
		}
		if n == 0 {
			out = append(out, e.Path)
		}
	}
	return out, nil
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	for _, u := range r.Used {
		fmt.Fprintf(w, "%8d %s\n", u.Count, u.Path)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "%s: %s of %s: %s: %s (%d)\n", f.Rule, f.Mnemonic, f.Label, f.Program, f.What, f.Count)
	}
	_, err := fmt.Fprintf(w, "%d actions, %d accesses, %d by programs that were refused, %d calls not read; found: %d\n", r.Total(), r.Accesses, r.Foreign, r.Unread, len(r.Findings))
	return err
}
