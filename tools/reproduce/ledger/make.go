// SPDX-License-Identifier: MIT

package ledger

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// testRunner is the mnemonic of actions that run tests. Their outputs hold times, and no release reads them.
const testRunner = "TestRunner"

// New makes the ledger of a build from its release files, a map from name to path, and its execution logs. Several logs
// are those of builds of one workspace that followed each other. The side's counts are set here.
func New(files map[string]string, logs []*execlog.Log, side Side) (*Ledger, error) {
	return assemble(files, logs, side, func(*execlog.Spawn) bool { return true })
}

// Selected makes the ledger of what the logs tell of another build's actions, by their names. Logs of a whole workspace, with
// its tests, hold many times more.
func Selected(of *Build, logs []*execlog.Log, side Side) (*Ledger, error) {
	names := map[name]bool{}
	for i := range of.Actions {
		names[of.Actions[i].name()] = true
	}
	return assemble(nil, logs, side, func(s *execlog.Spawn) bool { return names[spawnName(s)] })
}

// spawnName is the name that the action of a spawn has in a ledger, where outputs that were not made stand among the others.
func spawnName(s *execlog.Spawn) name {
	first := s.Primary()
	if len(s.Outputs)+len(s.Missing) > 0 {
		first = slices.Min(append([]string{first}, s.Missing...))
	}
	return name{s.Mnemonic, s.Label, first}
}

func assemble(files map[string]string, logs []*execlog.Log, side Side, wanted func(*execlog.Spawn) bool) (*Ledger, error) {
	l := &Ledger{Schema: Schema, Side: side, Build: Build{Files: []File{}, Actions: []Action{}, Inputs: []Input{}}}
	l.Side.Runners = map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := file(name, files[name])
		if err != nil {
			return nil, fmt.Errorf("make ledger: %w", err)
		}
		l.Build.Files = append(l.Build.Files, f)
	}
	r := &reader{made: map[string]bool{}, inputs: map[group]map[string]string{}}
	for _, log := range logs {
		if err := l.add(log, r, wanted); err != nil {
			return nil, fmt.Errorf("make ledger: %w", err)
		}
	}
	if err := r.unmade(); err != nil {
		return nil, fmt.Errorf("make ledger: %w", err)
	}
	l.Build.Actions = slices.CompactFunc(sorted(l.Build.Actions), func(a, b Action) bool { return order(a, b) == 0 })
	l.Build.Inputs = r.groups()
	return l, l.unstable()
}

// ErrUnstable reports an action that ran twice and did not make the same.
var ErrUnstable = errors.New("made different outputs from equal inputs by the same command")

func (l *Ledger) unstable() error {
	for i, a := range l.Build.Actions[:max(0, len(l.Build.Actions)-1)] {
		if b := l.Build.Actions[i+1]; a.Mnemonic == b.Mnemonic && a.Label == b.Label && a.primary() == b.primary() && a.Command == b.Command && a.Inputs == b.Inputs {
			return fmt.Errorf("make ledger: %s %s, which ran more than once, %w", a.Mnemonic, a.Label, ErrUnstable)
		}
	}
	return nil
}

// Unmade names the release files that no action has among its outputs: files and actions are then of two builds, or of the
// actions some are left out.
func (l *Ledger) Unmade() []string {
	made := map[string]bool{}
	for _, a := range l.Build.Actions {
		for _, o := range a.Outputs {
			made[o.SHA256] = true
		}
	}
	var out []string
	for _, f := range l.Build.Files {
		if !made[f.SHA256] {
			out = append(out, f.Name)
		}
	}
	return out
}

// file digests a release file, and the members of an archive.
func file(name, path string) (File, error) {
	size, digest, err := compare.Digest(path)
	if err != nil {
		return File{}, err
	}
	f := File{Name: name, Size: size, SHA256: digest}
	members, err := compare.Members(path)
	for _, m := range members {
		f.Parts = append(f.Parts, Part{m.Name, hex.EncodeToString(m.SHA256[:])})
	}
	return f, err
}

// reader collects what actions read.
type reader struct {
	made   map[string]bool             // plain paths that an action made
	inputs map[group]map[string]string // path to digest
	failed []*execlog.Spawn
}

// unmade reports an action that failed and whose outputs no other attempt made.
func (r *reader) unmade() error {
	for _, s := range r.failed {
		for _, path := range append([]string{s.Primary()}, s.Missing...) {
			if !r.made[plain(path)] {
				return fmt.Errorf("%s %s failed: %s", s.Mnemonic, s.Label, s.Status)
			}
		}
	}
	return nil
}

type group struct {
	kind Kind
	name string
}

func (l *Ledger) add(log *execlog.Log, r *reader, wanted func(*execlog.Spawn) bool) error {
	if log.HashFunction != "" && log.HashFunction != "SHA-256" {
		return fmt.Errorf("the execution log has digests of %q; SHA-256 is needed", log.HashFunction)
	}
	if len(log.Spawns) == 0 {
		return errors.New("the execution log holds no action; nothing was built, all was up to date")
	}
	for _, s := range log.Spawns {
		for _, o := range s.Outputs {
			if s.Status == "" {
				r.made[plain(o.Path)] = true
			}
		}
	}
	for _, s := range log.Spawns {
		l.Side.count(s)
		if s.Mnemonic == testRunner || !wanted(s) {
			continue
		}
		if s.Status != "" {
			r.failed = append(r.failed, s)
			continue
		}
		in, err := log.Inputs(s)
		if err != nil {
			return err
		}
		r.read(in)
		l.Build.Actions = append(l.Build.Actions, action(s, in))
	}
	return nil
}

func action(s *execlog.Spawn, inputs []execlog.File) Action {
	a := Action{Mnemonic: s.Mnemonic, Label: s.Label, Command: command(s), Outputs: []Output{}}
	h := sha256.New()
	for _, f := range inputs {
		line(h, f)
	}
	a.Inputs = hex.EncodeToString(h.Sum(nil))
	for _, f := range s.Outputs {
		o := Output{Path: f.Path, Size: f.Size, Link: f.Symlink}
		if f.Symlink == "" {
			o.SHA256 = digest(f)
		}
		a.Outputs = append(a.Outputs, o)
	}
	for _, m := range s.Missing {
		a.Outputs = append(a.Outputs, Output{Path: m, Absent: true})
	}
	slices.SortStableFunc(a.Outputs, func(a, b Output) int { return strings.Compare(a.Path, b.Path) })
	return a
}

// command digests arguments and environment, each ended by a zero byte, with an empty one between them.
func command(s *execlog.Spawn) string {
	h := sha256.New()
	for _, part := range [][]string{s.Args, {""}, slices.Sorted(slices.Values(s.Env))} {
		for _, v := range part {
			io.WriteString(h, v+"\x00")
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// line writes a file as sha256sum prints it; a link has its target in place of the digest.
func line(w io.Writer, f execlog.File) {
	d := digest(f)
	if f.Symlink != "" {
		d = "-> " + f.Symlink
	}
	io.WriteString(w, d+"  "+f.Path+"\n")
}

// digest is that of a file in a log, which leaves out the digest of nothing.
func digest(f execlog.File) string {
	if f.Hash == "" && f.Symlink == "" {
		return sum(nil)
	}
	return f.Hash
}

// read notes the inputs that no action made.
func (r *reader) read(inputs []execlog.File) {
	for _, f := range inputs {
		g := group{kind: Source}
		switch {
		case r.made[plain(f.Path)]:
			continue
		case strings.HasPrefix(f.Path, "bazel-out/"):
			g.kind = Internal
		case strings.HasPrefix(f.Path, "external/"):
			g.kind = Repository
			g.name, _, _ = strings.Cut(strings.TrimPrefix(f.Path, "external/"), "/")
		}
		if r.inputs[g] == nil {
			r.inputs[g] = map[string]string{}
		}
		d := digest(f)
		if f.Symlink != "" {
			d = "-> " + f.Symlink
		}
		r.inputs[g][f.Path] = d
	}
}

// plain is a path without the name of its configuration, which Bazel leaves out of the paths of some actions.
func plain(path string) string {
	rest, ok := strings.CutPrefix(path, "bazel-out/")
	if !ok {
		return path
	}
	_, rest, _ = strings.Cut(rest, "/")
	return "bazel-out/cfg/" + rest
}

func (r *reader) groups() []Input {
	out := []Input{}
	for g, files := range r.inputs {
		h, n := sha256.New(), 0
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if g.kind == Internal && r.made[plain(path)] {
				continue // a later log holds the action
			}
			io.WriteString(h, files[path]+"  "+path+"\n")
			n++
		}
		if n > 0 {
			out = append(out, Input{g.kind, g.name, n, hex.EncodeToString(h.Sum(nil))})
		}
	}
	slices.SortFunc(out, func(a, b Input) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
	})
	return out
}

func sorted(actions []Action) []Action {
	slices.SortFunc(actions, order)
	return actions
}

// order puts actions of one name together, and makes equal actions neighbours.
func order(a, b Action) int {
	return cmp.Or(strings.Compare(a.Mnemonic, b.Mnemonic), strings.Compare(a.Label, b.Label), strings.Compare(a.primary(), b.primary()),
		strings.Compare(a.Command, b.Command), strings.Compare(a.Inputs, b.Inputs), slices.CompareFunc(a.Outputs, b.Outputs, func(x, y Output) int {
			return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.SHA256, y.SHA256), strings.Compare(x.Link, y.Link), cmp.Compare(x.Size, y.Size))
		}))
}
