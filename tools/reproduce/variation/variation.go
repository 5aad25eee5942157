// SPDX-License-Identifier: MIT

// Package variation is the table of facts in which two builds of one source are made to differ. A fact that is not in
// the table is equal in both builds, and NotVaried says so.
//
// Each fact has a plant, an action that leaks it on purpose and so must turn the report red. Under Bazel a plant runs
// without sandbox and reads its fact where a careless action would: path from the far end of an input's link,
// output_root from its working folder, umask from the permissions of an input (Bazel's client sets its own umask, so
// that of the process tells nothing), clock from the time, the others from variables that --action_env lets through.
package variation

import (
	"encoding/hex"
	"fmt"
	"io"
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
}

// Token is a random value that stands for a fact of one build, to be searched in what it made.
type Token struct{ Name, Value string }

// Variation is one fact that differs between the builds.
type Variation struct {
	Name  string
	Sets  string // what it does, for the report
	Plant string // name of the planted action that leaks this fact; the report is red at it
	apply func(w *world)
	// fact is what a setting says of it; two settings with equal facts do not vary it.
	fact func(s *Setting) string
}

// Table is every variation, in the order of reports.
var Table = []Variation{
	{"path", "workspaces with names of different length and random parts", "leak_path", varyPath, func(s *Setting) string { return s.Workspace }},
	{"output_root", "output user roots with names of different length and random parts", "leak_output_root", varyOutputRoot, func(s *Setting) string { return s.OutputRoot }},
	{"home", "HOME", "leak_home", varyHome, func(s *Setting) string { return s.Home }},
	{"user", "USER and LOGNAME", "leak_user", varyUser, variable("USER")},
	{"host", "HOSTNAME and HOST", "leak_host", varyHost, variable("HOSTNAME")},
	{"tmpdir", "TMPDIR, TMP and TEMP", "leak_tmpdir", varyTemp, func(s *Setting) string { return s.Temp }},
	{"tz", "TZ: 14 hours ahead of UTC, and 12 behind", "leak_tz", varyZone, variable("TZ")},
	{"locale", "LANG, LANGUAGE and LC_ALL", "leak_locale", varyLocale, variable("LC_ALL")},
	{"umask", "umask 022 and 077, in the build and in the copied source", "leak_umask", varyUmask, func(s *Setting) string { return fmt.Sprint(s.Umask) }},
	{"jobs", "--jobs", "leak_jobs", varyJobs, func(s *Setting) string { return fmt.Sprint(s.Jobs) }},
	{"env", "a random variable, and a folder before PATH", "leak_env", varyEnv, variable("GOSQLITE_REPRODUCE")},
	{"clock", "build B starts after build A has ended", "leak_clock", func(*world) {}, func(s *Setting) string { return s.Name }},
}

// NotVaried lists the facts that both builds always share.
var NotVaried = []string{
	"user and group id", "host name as uname tells it", "kernel", "CPU model", "file system", "order of directory listings",
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

// Select gives the variations of the given names, all for none.
func Select(names []string) ([]Variation, error) {
	if len(names) == 0 {
		return Table, nil
	}
	var out []Variation
	for _, v := range Table {
		for _, n := range names {
			if n == v.Name {
				out = append(out, v)
				break
			}
		}
	}
	for _, n := range names {
		if !known(n) {
			return nil, fmt.Errorf("select variation %q: the table has %s", n, strings.Join(Names(), ", "))
		}
	}
	return out, nil
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
	w := &world{work: work, random: func() (string, error) {
		raw := make([]byte, 8)
		_, err := io.ReadFull(random, raw)
		return "q" + hex.EncodeToString(raw), err
	}}
	base := Setting{
		Workspace: filepath.Join(work, "src", "gosqlite"), OutputRoot: filepath.Join(work, "out"), Home: filepath.Join(work, "home"),
		Temp: filepath.Join(work, "tmp"), Umask: 0o022, Jobs: jobs, Env: map[string]string{},
	}
	a, b = base, base
	a.Name, b.Name = "A", "B"
	a.Env, b.Env = map[string]string{}, map[string]string{}
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

// variable is the fact that a variable of the environment holds.
func variable(name string) func(s *Setting) string {
	return func(s *Setting) string { return s.Env[name] }
}
