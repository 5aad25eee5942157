// SPDX-License-Identifier: MIT

package trace

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func all(t *testing.T, text string) ([]Call, error) {
	t.Helper()
	r := NewReader(strings.NewReader(text))
	var out []Call
	for {
		c, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, *c)
	}
}

// TestNext reads lines as strace 6.1 wrote them.
func TestNext(t *testing.T) {
	const cwd = "AT_FDCWD</src>"
	for _, test := range []struct {
		name, text string
		want       []Call
	}{
		{"opened", `7 openat(AT_FDCWD</src>, "a", O_RDONLY|O_CLOEXEC) = 3</src/b c>` + "\n",
			[]Call{{PID: 7, Name: "openat", Args: []string{cwd, `"a"`, "O_RDONLY|O_CLOEXEC"}, Result: 3, Path: "/src/b c"}}},
		{"not there", `7     access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)` + "\n",
			[]Call{{PID: 7, Name: "access", Args: []string{`"/etc/ld.so.preload"`, "R_OK"}, Result: -1, Errno: "ENOENT"}}},
		{"commas and brackets within", `7 newfstatat(AT_FDCWD</src>, "a, ) \"b\\", {st_mode=S_IFREG|0644, st_rdev=makedev(0x1, 0x3), ...}, 0) = 0` + "\n",
			[]Call{{PID: 7, Name: "newfstatat", Args: []string{cwd, `"a, ) \"b\\"`, "{st_mode=S_IFREG|0644, st_rdev=makedev(0x1, 0x3), ...}", "0"}}}},
		{"a path with a bracket", `7 newfstatat(3</src/a)b, c>, "", {st_mode=S_IFREG|0644, ...}, AT_EMPTY_PATH) = 0` + "\n",
			[]Call{{PID: 7, Name: "newfstatat", Args: []string{"3</src/a)b, c>", `""`, "{st_mode=S_IFREG|0644, ...}", "AT_EMPTY_PATH"}}}},
		{"no arguments", "7 vfork() = 9\n", []Call{{PID: 7, Name: "vfork", Result: 9}}},
		{"born in another namespace", "7 clone(flags=CLONE_NEWPID|SIGCHLD) = 2 /* 15515 in strace's PID NS */\n",
			[]Call{{PID: 7, Name: "clone", Args: []string{"flags=CLONE_NEWPID|SIGCHLD"}, Result: 15515}}},
		{"a comment", `7 execve("./x", ["./x"], 0x7ffcb44e1c08 /* 35 vars, so many */) = 0` + "\n",
			[]Call{{PID: 7, Name: "execve", Args: []string{`"./x"`, `["./x"]`, "0x7ffcb44e1c08 /* 35 vars, so many */"}}}},
		{"interrupted by its child", "7 vfork( <unfinished ...>\n9 chdir(\"/\")                        = 0\n7 <... vfork resumed>)              = 9\n",
			[]Call{{PID: 9, Name: "chdir", Args: []string{`"/"`}}, {PID: 7, Name: "vfork", Result: 9}}},
		{"a signal", "7 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=9} ---\n7 +++ exited with 0 +++\n", []Call{{Event: Exited, PID: 7}}},
		{"killed", "7 +++ killed by SIGKILL +++\n", []Call{{Event: Exited, PID: 7}}},
		{"killed within a call", "7 openat(AT_FDCWD</src>, \"a\", O_RDONLY <unfinished ...>\n7 +++ killed by SIGKILL +++\n",
			[]Call{{Event: Exited, PID: 7, Name: "openat", Args: []string{cwd, `"a"`, "O_RDONLY"}, Errno: "?"}}},
		{"another thread becomes a program", "9 execve(\"/src/x\", [\"x\", \"two\"], 0x333662504040 /* 0 vars */ <unfinished ...>\n8 +++ exited with 0 +++\n" +
			"7 +++ superseded by execve in pid 9 +++\n7 <... execve resumed>)             = -1 (errno 18446744073709551359)\n7 access(\"a\", F_OK) = 0\n",
			[]Call{{Event: Exited, PID: 8}, {Event: Superseded, PID: 7, Other: 9},
				{PID: 7, Name: "execve", Args: []string{`"/src/x"`, `["x", "two"]`, "0x333662504040 /* 0 vars */"}},
				{PID: 7, Name: "access", Args: []string{`"a"`, "F_OK"}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := all(t, test.text)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("%+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

// TestNextRefuses has a line in each text that could hide a call.
func TestNextRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no process":                  "openat(AT_FDCWD</src>, \"a\", O_RDONLY) = 3\n",
		"no call":                     "7 hello\n",
		"cut arguments":               "7 openat(AT_FDCWD</src>, \"a\", O_RDONLY\n",
		"cut text":                    "7 openat(AT_FDCWD</src>, \"a, O_RDONLY) = 3\n",
		"no result":                   "7 openat(AT_FDCWD</src>, \"a\", O_RDONLY)\n",
		"a strange result":            "7 openat(AT_FDCWD</src>, \"a\", O_RDONLY) = three\n",
		"a strange number outside":    "7 fork() = 2 /* two in strace's PID NS */\n",
		"resumed and never begun":     "7 <... vfork resumed>) = 9\n",
		"begun twice":                 "7 vfork( <unfinished ...>\n7 vfork( <unfinished ...>\n",
		"superseded by nobody":        "7 +++ superseded by execve in pid x +++\n",
		"a line without end of bytes": "7 access(\"" + strings.Repeat("a", maxLine) + "\", F_OK) = 0\n",
	} {
		if calls, err := all(t, text); err == nil || !strings.HasPrefix(err.Error(), "read trace: line ") {
			t.Errorf("%s: %+v, %v", name, calls, err)
		}
	}
}

func TestValues(t *testing.T) {
	for arg, want := range map[string]string{
		`"a b<c>\n\"\303\251"`: "a b<c>\n\"é",
		`"\0019\x41\\"`:        "\x019A\\",
		`""`:                   "",
	} {
		if got, err := Text(arg); err != nil || got != want {
			t.Errorf("%s: %q, %v", arg, got, err)
		}
	}
	for _, arg := range []string{`"a"...`, `a`, `"`, `NULL`, `"\q"`, `"\777"`} {
		if got, err := Text(arg); err == nil {
			t.Errorf("%s: %q was read", arg, got)
		}
	}
	if got, err := Texts(`["a, b", "]"]`); err != nil || !reflect.DeepEqual(got, []string{"a, b", "]"}) {
		t.Errorf("%q, %v", got, err)
	}
	for _, arg := range []string{`["a", ...]`, `0x7ffe /* 3 vars */`, `["a"...]`} {
		if got, err := Texts(arg); err == nil {
			t.Errorf("%s: %q was read", arg, got)
		}
	}
	if got, ok := Descriptor(`3</a\76b>`); !ok || got != "/a>b" {
		t.Errorf("%q, %v", got, ok)
	}
	if got, ok := Descriptor("3"); ok {
		t.Errorf("%q of nothing", got)
	}
}
