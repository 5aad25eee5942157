// SPDX-License-Identifier: MIT

// Package variation is the table of facts in which two builds of one source are made to differ. A fact that is not in
// the table is equal in both builds, and NotVaried says so.
//
// Each fact has a plant, an action that leaks it on purpose and so must turn the report red. Under Bazel a plant runs
// without sandbox and reads its fact where a careless action would: path from the far end of an input's link,
// output_root from its working folder, umask from the permissions of an input (Bazel's client sets its own umask, so
// that of the process tells nothing), clock from the time, uid, uname and cores from the kernel, order from the folder
// of an input, sandbox from its working folder, the others from variables that --action_env lets through.
package variation

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Setting is the surroundings of one build.
type Setting struct {
	Name       string // "A" or "B"
	Workspace  string // copy of the source
	OutputRoot string // --output_user_root
	Home       string
	Temp       string
	Env        map[string]string // set over the caller's environment
	Path       string            // folder put before PATH; empty for none
	Umask      int
	Jobs       int

	UID     int      // user and group id that the build sees itself under; 0 leaves them as they are
	Host    string   // of the kernel's host name; empty leaves it
	Domain  string   // of its NIS domain name
	OneCore bool     // the build may use one core only
	System  bool     // the build runs in the root of another distribution
	Reverse bool     // the source's files are written in reverse order
	Flags   []string // of the build command
}

// Token is a random value that stands for a fact of one build, to be searched in what it made.
type Token struct{ Name, Value string }

// Variation is one fact that differs between the builds.
type Variation struct {
	Name  string
	Sets  string // what it does, for the report
	Plant string // name of the planted action that leaks this fact; the report is red at it
	apply func(w *world)
	// Unseen says why no action can see this fact, so that its plant can never be red. It is varied all the same.
	Unseen string
	// Asked rows are varied only when they are asked for, by name or by "all": not every system lets them be varied.
	Asked bool
	// Group rows exclude each other; "all" takes the first.
	Group string
	// fact is what a setting says of it; two settings with equal facts do not vary it.
	fact func(s *Setting) string
}

// ClockPlant leaks the time, so that it is red under any variation.
const ClockPlant = "leak_clock"

// Table is every variation, in the order of reports.
var Table = []Variation{
	{Name: "path", Sets: "workspaces with names of different length and random parts", Plant: "leak_path", apply: varyPath, fact: func(s *Setting) string { return s.Workspace }},
	{Name: "output_root", Sets: "output user roots with names of different length and random parts", Plant: "leak_output_root", apply: varyOutputRoot, fact: func(s *Setting) string { return s.OutputRoot }},
	{Name: "home", Sets: "HOME", Plant: "leak_home", apply: varyHome, fact: func(s *Setting) string { return s.Home }},
	{Name: "user", Sets: "USER and LOGNAME", Plant: "leak_user", apply: varyUser, fact: variable("USER")},
	{Name: "host", Sets: "HOSTNAME and HOST", Plant: "leak_host", apply: varyHost, fact: variable("HOSTNAME")},
	{Name: "tmpdir", Sets: "TMPDIR, TMP and TEMP", Plant: "leak_tmpdir", apply: varyTemp, fact: func(s *Setting) string { return s.Temp }},
	{Name: "tz", Sets: "TZ: 14 hours ahead of UTC, and 12 behind", Plant: "leak_tz", apply: varyZone, fact: variable("TZ")},
	{Name: "locale", Sets: "LANG, LANGUAGE and LC_ALL", Plant: "leak_locale", apply: varyLocale, fact: variable("LC_ALL")},
	{Name: "umask", Sets: "umask 022 and 077, in the build and in the copied source", Plant: "leak_umask", apply: varyUmask, fact: func(s *Setting) string { return fmt.Sprint(s.Umask) }},
	{Name: "jobs", Sets: "--jobs", Plant: "leak_jobs", Unseen: "Bazel tells no action how many run beside it", apply: varyJobs, fact: func(s *Setting) string { return fmt.Sprint(s.Jobs) }},
	{Name: "env", Sets: "a random variable, and a folder before PATH", Plant: "leak_env", apply: varyEnv, fact: variable("GOSQLITE_REPRODUCE")},
	{Name: "clock", Sets: "build B starts after build A has ended", Plant: ClockPlant, apply: func(*world) {}, fact: func(s *Setting) string { return s.Name }},
	{Name: "uid", Sets: "user and group id, by a user namespace", Plant: "leak_uid", Asked: true, apply: varyUID, fact: func(s *Setting) string { return fmt.Sprint(s.UID) }},
	{Name: "uname", Sets: "host and domain name of the kernel, by a namespace", Plant: "leak_uname", Asked: true, apply: varyUname, fact: func(s *Setting) string { return s.Host }},
	{Name: "cores", Sets: "build B may use one core", Plant: "leak_cores", Asked: true, apply: func(w *world) { w.b.OneCore = true }, fact: func(s *Setting) string { return fmt.Sprint(s.OneCore) }},
	{Name: "order", Sets: "sources of build B are written in reverse order, which a tmpfs lists them by", Plant: "leak_order", Asked: true,
		apply: func(w *world) { w.b.Reverse = true }, fact: func(s *Setting) string { return fmt.Sprint(s.Reverse) }},
	{Name: SystemName, Sets: "the root of another distribution, for build B", Plant: "leak_system", Asked: true,
		apply: func(w *world) { w.b.System = true }, fact: func(s *Setting) string { return fmt.Sprint(s.System) }},
	{Name: "sandbox", Sets: "linux-sandbox, and processwrapper-sandbox", Plant: "leak_sandbox", Asked: true, Group: "sandbox",
		apply: varySandbox("--spawn_strategy=processwrapper-sandbox"), fact: flags},
	{Name: "sandbox_hermetic", Sets: "linux-sandbox, and the same with declared inputs only", Plant: "leak_sandbox_hermetic", Asked: true, Group: "sandbox",
		apply: varyHermetic, fact: flags},
	{Name: "sandbox_none", Sets: "linux-sandbox, and no sandbox but for GoStdlib", Plant: "leak_sandbox_none", Asked: true, Group: "sandbox",
		apply: varyNone, fact: flags},
}

// SystemName is the row that needs a folder with another distribution.
const SystemName = "system"

// NotVaried lists the facts that both builds always share.
var NotVaried = []string{
	"kernel", "CPU model", "file system",
	"XDG_CACHE_HOME, where ./bazelw keeps its downloads",
}

// NotVariedBeside lists all that both builds share when only some of the table is varied, so that no report claims more
// than was done.
func NotVariedBeside(vary []Variation) []string {
	var out []string
	for _, v := range Table {
		if !slices.ContainsFunc(vary, func(x Variation) bool { return x.Name == v.Name }) && v.Name != "clock" {
			out = append(out, v.Name)
		}
	}
	return append(out, NotVaried...)
}

// world is what variations change. Token values are made once per run.
type world struct {
	work   string
	a, b   *Setting
	random func() (string, error)
	tokens []Token
	err    error
}

// token makes a random value, remembers it, and gives it.
func (w *world) token(name string) string {
	v, err := w.random()
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("make a random token: %w", err)
	}
	w.tokens = append(w.tokens, Token{name, v})
	return v
}

// All stands for every variation that can be had together.
const All = "all"

// Select gives the variations of the given names; for none, all that need not be asked for.
func Select(names []string) ([]Variation, error) {
	each, err := SelectEach(names)
	if err != nil {
		return nil, err
	}
	var out []Variation
	taken := map[string]string{} // group to row
	for _, v := range each {
		other := taken[v.Group]
		switch {
		case v.Group == "":
		case other == "":
			taken[v.Group] = v.Name
		case slices.Contains(names, v.Name):
			return nil, fmt.Errorf("select variation %q: it excludes %s, which is selected, too", v.Name, other)
		default:
			continue
		}
		out = append(out, v)
	}
	return out, nil
}

// SelectEach gives the same where each is varied alone: those that exclude each other, too.
func SelectEach(names []string) ([]Variation, error) {
	for _, n := range names {
		if n != All && !known(n) {
			return nil, fmt.Errorf("select variation %q: the table has %s, and %s for all that go together", n, strings.Join(Names(), ", "), All)
		}
	}
	every := slices.Contains(names, All)
	return slices.DeleteFunc(slices.Clone(Table), func(v Variation) bool {
		return !every && !slices.Contains(names, v.Name) && (len(names) > 0 || v.Asked)
	}), nil
}

func known(name string) bool {
	for _, v := range Table {
		if v.Name == name {
			return true
		}
	}
	return false
}

// Names lists the table.
func Names() []string {
	var out []string
	for _, v := range Table {
		out = append(out, v.Name)
	}
	return out
}

// Pair gives the settings of both builds below the folder work, and the tokens that must not be found in what they
// make. jobs is the base of --jobs. Facts that are not varied are equal, down to the folders.
func Pair(work string, vary []Variation, jobs int, random io.Reader) (a, b Setting, tokens []Token, err error) {
	return pair(Setting{
		Workspace: filepath.Join(work, "src", "gosqlite"), OutputRoot: filepath.Join(work, "out"), Home: filepath.Join(work, "home"),
		Temp: filepath.Join(work, "tmp"), Umask: 0o022, Jobs: jobs,
	}, work, vary, random)
}

// Alike gives the setting of one new build that differs from a build made in the setting a, which is the first of a Pair with
// these variations and perhaps others, in what is varied and in nothing else; and the tokens as Pair does.
func Alike(a Setting, work string, vary []Variation, random io.Reader) (b Setting, tokens []Token, err error) {
	_, b, tokens, err = pair(a, work, vary, random)
	return b, tokens, err
}

func pair(base Setting, work string, vary []Variation, random io.Reader) (a, b Setting, tokens []Token, err error) {
	w := &world{work: work, random: func() (string, error) {
		raw := make([]byte, 8)
		_, err := io.ReadFull(random, raw)
		return "q" + hex.EncodeToString(raw), err
	}}
	a, b = base.named("A"), base.named("B")
	w.a, w.b = &a, &b
	for _, v := range vary {
		v.apply(w)
	}
	for _, s := range []*Setting{&a, &b} {
		s.Env["HOME"] = s.Home
		for _, n := range []string{"TMPDIR", "TMP", "TEMP"} {
			s.Env[n] = s.Temp
		}
	}
	return a, b, w.tokens, w.err
}

// named is a copy.
func (s Setting) named(name string) Setting {
	s.Name, s.Env, s.Flags = name, maps.Clone(s.Env), slices.Clone(s.Flags)
	if s.Env == nil {
		s.Env = map[string]string{}
	}
	return s
}

// Caller is the setting that a build has which nobody varied: what the environment says, a list of NAME=VALUE, of a
// workspace. Where the output root lies is not known; it is never below the work folder of a run.
func Caller(workspace string, environ []string, umask, jobs int) Setting {
	s := Setting{Name: "A", Workspace: workspace, Umask: umask, Jobs: jobs, Env: map[string]string{}}
	for _, e := range environ {
		if k, v, ok := strings.Cut(e, "="); ok {
			s.Env[k] = v
		}
	}
	s.Home, s.Temp = s.Env["HOME"], s.Env["TMPDIR"]
	return s
}

// Against gives the setting of one new build that is compared with one made in the setting a, the tokens as Pair does, and
// which of the variations really differ from a.
func Against(a Setting, work string, vary []Variation, jobs int, random io.Reader) (b Setting, tokens []Token, varied []Variation, err error) {
	_, b, tokens, err = Pair(work, vary, jobs, random)
	for _, v := range vary {
		if v.fact(&a) != v.fact(&b) {
			varied = append(varied, v)
		}
	}
	return b, tokens, varied, err
}

// flags is the fact that flags of the build command are.
func flags(s *Setting) string { return strings.Join(s.Flags, " ") }

// variable is the fact that a variable of the environment holds.
func variable(name string) func(s *Setting) string {
	return func(s *Setting) string { return s.Env[name] }
}
