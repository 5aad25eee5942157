// SPDX-License-Identifier: MIT

package judge

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/hermeticity/action"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

const (
	root = "/out/sandbox/processwrapper-sandbox/7/execroot/_main"
	temp = "/tmp/t"
)

var list = &List{Paths: []Entry{
	{Path: "/dev/null", Kinds: []action.Kind{action.Read}, Programs: []string{"cc"}, Reason: "nothing"},
	{Path: "/opt/absent", Kinds: []action.Kind{action.Look}, Programs: []string{"cc"}, Absent: true, Reason: "asked for"},
	{Path: "/proc/*/exe", Kinds: []action.Kind{action.Look}, Programs: []string{"cc"}, Reason: "its name"},
	{Path: "/sys/fs/**", Kinds: []action.Kind{action.Read}, Programs: []string{"cc"}, Reason: "cores"},
	{Path: "{above}/go.work", Kinds: []action.Kind{action.Look}, Programs: []string{"cc"}, Absent: true, Reason: "a workspace"},
	{Path: "{above}", Kinds: []action.Kind{action.Look}, Programs: []string{"cc"}, Reason: "links"},
	{Path: "{program}/../lib/*.cfg", Kinds: []action.Kind{action.Read}, Programs: []string{"cc"}, Reason: "settings"},
}}

// links is where paths lead that are no files themselves.
var links = map[string]string{"/out/execroot/_main/a.c": "/src/a.c", "/out/execroot/_main/bin/cc": "/opt/zig/bin/cc"}

func real(name string) []string {
	if to, ok := links[name]; ok {
		return []string{to}
	}
	return nil
}

// judged gives the findings about the accesses of one action that declared a.c.
func judged(t *testing.T, edit func(*execlogtest.Spawn), accesses ...action.Access) *Report {
	t.Helper()
	a := &action.Action{Args: []string{"bin/cc", "a.c"}, Root: root}
	j := New(list, temp, []string{"left"}, real)
	for _, x := range accesses {
		x.Action = a
		if x.Program == "" {
			x.Program = root + "/bin/cc"
		}
		j.Access(x)
	}
	s := execlogtest.Spawn{Mnemonic: "Compile", Label: "//:a", Args: a.Args, Runner: runner, Inputs: map[string]string{"a.c": "int a;"}}
	edit(&s)
	log, err := execlog.Read(bytes.NewReader(execlogtest.Log(s)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := j.Finish(log, []*action.Action{a})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func asIs(*execlogtest.Spawn) {}

// TestAccess has, for each rule, what it lets pass and what it must not.
func TestAccess(t *testing.T) {
	read := func(path string) action.Access {
		return action.Access{Call: "openat", Kind: action.Read, Path: path, Real: path}
	}
	look := func(path string) action.Access {
		return action.Access{Call: "newfstatat", Kind: action.Look, Path: path}
	}
	made := func(path string) action.Access {
		return action.Access{Call: "mkdir", Kind: action.Write, Path: path, Makes: action.Creates}
	}
	with := func(a action.Access, change func(*action.Access)) action.Access { change(&a); return a }
	missing := func(a *action.Access) { a.Errno, a.Real = "ENOENT", "" }
	for _, test := range []struct {
		name     string
		accesses []action.Access
		want     string // rule and what, or nothing
	}{
		{"its execution root", []action.Access{read(root + "/x"), made(root + "/y")}, ""},
		{"a neighbour of its execution root", []action.Access{read(root + "2/x")}, "path: read " + root + "2/x"},
		{"another action's", []action.Access{read("/out/sandbox/processwrapper-sandbox/8/execroot/_main/x")}, "path: read /out/sandbox/processwrapper-sandbox/8/execroot/_main/x"},
		{"a declared input", []action.Access{with(read(root+"/a.c"), func(a *action.Access) { a.Real = "/src/a.c" })}, ""},
		{"what a link leads to that is no input", []action.Access{with(read(root+"/lib/../b.c"), func(a *action.Access) { a.Real = "/src/b.c" })},
			"undeclared: read " + root + "/lib/../b.c led to /src/b.c"},
		{"a declared input by its other name", []action.Access{read("/src/a.c")}, "path: read /src/a.c"},
		{"a file of the machine", []action.Access{read("/etc/hostname")}, "path: read /etc/hostname"},
		{"one that is not there", []action.Access{with(read("/etc/x"), missing)}, "path: read /etc/x: ENOENT"},
		{"a listed path", []action.Access{read("/dev/null")}, ""},
		{"a listed path, by another program", []action.Access{with(read("/dev/null"), func(a *action.Access) { a.Program = "/bin/ld" })}, "path: read /dev/null"},
		{"a listed path, written", []action.Access{with(read("/dev/null"), func(a *action.Access) { a.Kind = action.Write })}, "path: write /dev/null"},
		{"below a listed path", []action.Access{read("/dev/null/x")}, "path: read /dev/null/x"},
		{"below a listed folder", []action.Access{read("/sys/fs/a/b")}, ""},
		{"beside a listed folder", []action.Access{read("/sys/fs2")}, "path: read /sys/fs2"},
		{"a name within a listed path", []action.Access{look("/proc/7/exe")}, ""},
		{"two names in the place of one", []action.Access{look("/proc/7/8/exe")}, "path: look /proc/7/8/exe"},
		{"beside the program", []action.Access{read("/opt/zig/lib/a.cfg")}, ""},
		{"elsewhere beside the program", []action.Access{read("/opt/zig/a.cfg")}, "path: read /opt/zig/a.cfg"},
		{"above the program", []action.Access{look("/opt/zig"), look("/opt"), look("/")}, ""},
		{"above the execution root", []action.Access{look("/out/sandbox")}, ""},
		{"a workspace above", []action.Access{with(look("/out/go.work"), missing), with(look("/go.work"), missing)}, ""},
		{"a workspace above that is there", []action.Access{look("/out/go.work")}, "path: look /out/go.work"},
		{"a workspace elsewhere", []action.Access{with(look("/etc/go.work"), missing)}, "path: look /etc/go.work: ENOENT"},
		{"above the folder for temporary files", []action.Access{look("/tmp")}, ""},
		{"the program's file itself", []action.Access{look("/opt/zig/bin/cc")}, ""},
		{"beside a folder above", []action.Access{look("/opt/zi")}, "path: look /opt/zi"},
		{"absent as listed", []action.Access{with(read("/opt/absent"), func(a *action.Access) { a.Kind = action.Look; missing(a) })}, ""},
		{"absent as listed, below a file", []action.Access{with(read("/opt/absent"), func(a *action.Access) { a.Kind = action.Look; a.Errno, a.Real = "ENOTDIR", "" })}, ""},
		{"listed as absent, and not to be seen", []action.Access{with(read("/opt/absent"), func(a *action.Access) { a.Kind = action.Look; a.Errno, a.Real = "EACCES", "" })}, "path: look /opt/absent: EACCES"},
		{"listed as absent, and there", []action.Access{with(read("/opt/absent"), func(a *action.Access) { a.Kind = action.Look })}, "path: look /opt/absent"},
		{"a temporary file of its own", []action.Access{made(temp + "/a"), read(temp + "/a/b")}, ""},
		{"a temporary file of another", []action.Access{read(temp + "/a")}, "left by another: read " + temp + "/a"},
		{"a temporary file that is not there", []action.Access{with(read(temp+"/a"), missing)}, ""},
		{"below a temporary file of another", []action.Access{with(read(temp+"/a/b"), func(a *action.Access) { a.Errno, a.Real = "ENOTDIR", "" })}, "left by another: read " + temp + "/a/b: ENOTDIR"},
		{"a temporary name that is taken", []action.Access{with(made(temp+"/a"), func(a *action.Access) { a.Errno = "EEXIST" })}, ""},
		{"a taken name, then read", []action.Access{with(made(temp+"/a"), func(a *action.Access) { a.Errno = "EEXIST" }), read(temp + "/a")}, "left by another: read " + temp + "/a"},
		{"a file that was there, kept open to write", []action.Access{with(read(temp+"/left"), func(a *action.Access) { a.Kind, a.Makes = action.Write, action.Ensures })},
			"left by another: write " + temp + "/left"},
		{"a file below a folder that was there", []action.Access{with(made(temp+"/left"), func(a *action.Access) { a.Errno = "EEXIST" }), with(read(temp+"/left/lock"), func(a *action.Access) { a.Kind, a.Makes = action.Write, action.Ensures })},
			"left by another: write " + temp + "/left/lock"},
		{"a file that was there, under another name", []action.Access{with(made(temp+"/left"), func(a *action.Access) { a.Makes = action.Removes })}, "left by another: write " + temp + "/left"},
		{"a temporary file that it ensured", []action.Access{with(read(temp+"/a"), func(a *action.Access) { a.Kind, a.Makes = action.Write, action.Ensures }), read(temp + "/a")}, ""},
		{"a temporary name in the place of what was there", []action.Access{made(temp + "/left"), read(temp + "/left")}, ""},
		{"a temporary file that it removed", []action.Access{made(temp + "/a"), with(made(temp+"/a"), func(a *action.Access) { a.Makes = action.Removes }), read(temp + "/a")}, "left by another: read " + temp + "/a"},
		{"a link of its own to a file of the machine", []action.Access{made(temp + "/a"), with(read(temp+"/a"), func(a *action.Access) { a.Real = "/etc/hostname" })},
			"undeclared: read " + temp + "/a led to /etc/hostname"},
		{"a link of its own to an input", []action.Access{made(temp + "/a"), with(read(temp+"/a"), func(a *action.Access) { a.Real = "/src/a.c" })}, ""},
		{"a link of its own to a program of the machine", []action.Access{made(root + "/x"), with(look(root+"/x"), func(a *action.Access) { a.Kind, a.Real = action.Run, "/bin/busybox" })},
			"undeclared: run " + root + "/x led to /bin/busybox"},
		{"a temporary link of its own to a program of the machine", []action.Access{made(temp + "/x"), with(look(temp+"/x"), func(a *action.Access) { a.Kind, a.Real = action.Run, "/bin/busybox" })},
			"undeclared: run " + temp + "/x led to /bin/busybox"},
		{"a link of its own to a program in its execution root", []action.Access{made(root + "/x"), with(look(root+"/x"), func(a *action.Access) { a.Kind, a.Real = action.Run, root+"/bin/cc" })}, ""},
		{"the folder for temporary files", []action.Access{read(temp)}, ""},
		{"a neighbour of that folder", []action.Access{read(temp + "2")}, "path: read " + temp + "2"},
		{"a socket", []action.Access{{Call: "socket", Kind: action.Socket, Path: "AF_UNIX"}}, "socket: socket(AF_UNIX)"},
		{"a call that hides others", []action.Access{{Call: "io_uring_setup", Kind: action.Other, Path: "8"}}, "call: io_uring_setup(8)"},
		{"what a refused program does", []action.Access{{Call: "openat", Kind: action.Read, Path: "/etc/x", Foreign: true}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := judged(t, asIs, test.accesses...)
			got := ""
			for _, f := range r.Findings {
				got += f.Rule + ": " + f.What
				if f.Mnemonic != "Compile" || f.Label != "//:a" || f.Count != 1 || f.Program == "" {
					t.Errorf("%+v", f)
				}
			}
			if got != test.want || r.Total() != 1 || r.Accesses != len(test.accesses) {
				t.Errorf("found %q, want %q; %+v", got, test.want, r)
			}
		})
	}
}

// TestFinish holds log and trace against each other.
func TestFinish(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*execlogtest.Spawn)
		want []string // rules
	}{
		{"the same", asIs, nil},
		{"another command", func(s *execlogtest.Spawn) { s.Args = []string{"bin/ld"} }, []string{RuleNotLogged, RuleNotTraced}},
		{"without a sandbox", func(s *execlogtest.Spawn) { s.Runner = "local" }, []string{RuleRunner}},
	} {
		var got []string
		for _, f := range judged(t, test.edit).Findings {
			got = append(got, f.Rule)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: found %q, want %q", test.name, got, test.want)
		}
	}
}

func TestWrite(t *testing.T) {
	a := action.Access{Call: "openat", Kind: action.Read, Path: "/etc/hostname"}
	b := action.Access{Call: "openat", Kind: action.Read, Path: "/dev/null"}
	c := action.Access{Call: "openat", Kind: action.Read, Path: "/etc/x", Foreign: true}
	var out bytes.Buffer
	if err := judged(t, asIs, a, b, a, c).Write(&out); err != nil {
		t.Fatal(err)
	}
	const want = "       1 /dev/null\n       0 /opt/absent\n       0 /proc/*/exe\n       0 /sys/fs/**\n       0 {above}/go.work\n       0 {above}\n       0 {program}/../lib/*.cfg\n" +
		"path: Compile of //:a: cc: read /etc/hostname (2)\n" +
		"1 actions, 4 accesses, 1 by programs that were refused, 0 calls not read; found: 1\n"
	if out.String() != want {
		t.Errorf("%s\nwant %s", &out, want)
	}
}

func TestReadList(t *testing.T) {
	const entry = `{"path": %q, "kinds": [%q], "programs": ["cc"], "reason": %q}`
	one := func(path, kind, reason string) string {
		return `{"paths": [` + fmt.Sprintf(entry, path, kind, reason) + `]}`
	}
	if l, err := ReadList(strings.NewReader(strings.Replace(one("{program}/../**", "read", "why"), "}]}", `, "absent": true}]}`, 1))); err != nil || !l.Paths[0].Absent {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err := ReadList(strings.NewReader(one("/a/**", "read", "why"))); err != nil || len(l.Paths) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
	for name, text := range map[string]string{
		"no list":               ``,
		"a field too many":      `{"paths": [], "all": true}`,
		"a relative path":       one("a", "read", "why"),
		"a path up":             one("/..", "read", "why"),
		"everything":            one("/**", "read", "why"),
		"any folder":            one("/*", "read", "why"),
		"all of a program":      one("{program}/../**", "read", "why"),
		"stars within":          one("/a/**/b", "read", "why"),
		"a bad pattern":         one("/a[", "read", "why"),
		"below what lies above": one("{above}/a", "read", "why"),
		"an unknown kind":       one("/a", "socket", "why"),
		"no reason":             one("/a", "read", " "),
		"no order":              `{"paths": [` + fmt.Sprintf(entry, "/b", "read", "why") + "," + fmt.Sprintf(entry, "/a", "read", "why") + `]}`,
		"more than it may":      `{"paths": [` + strings.Repeat(" ", maxList) + `]}`,
		"no programs":           `{"paths": [{"path": "/a", "kinds": ["read"], "reason": "why"}]}`,
		"no kinds":              `{"paths": [{"path": "/a", "programs": ["cc"], "reason": "why"}]}`,
		"text behind it":        `{"paths": []} {}`,
	} {
		if l, err := ReadList(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "read list of paths: ") {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
}
