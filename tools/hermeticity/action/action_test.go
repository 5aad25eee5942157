// SPDX-License-Identifier: MIT

package action

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/hermeticity/trace"
)

// build is how Bazel runs two commands at a time: 10 is Bazel, with the thread 11; 20 and 30 become process-wrappers.
const build = `10 execve("/opt/bazel", ["bazel"], 0x1 /* 9 vars */) = 0
10 access("/etc/passwd", F_OK) = 0
10 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD, child_tid=0x1, exit_signal=0}, 88) = 11
11 vfork( <unfinished ...>
20 chdir("/out/sandbox/processwrapper-sandbox/1/execroot/_main") = 0
20 execve("/opt/process-wrapper", ["process-wrapper", "--timeout=0", "bin/cc", "-o", "a.o"], 0x1 /* 3 vars */ <unfinished ...>
11 <... vfork resumed>) = 20
20 <... execve resumed>) = 0
20 openat(AT_FDCWD</out/sandbox/processwrapper-sandbox/1/execroot/_main>, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache>
20 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x1) = 21
21 execve("bin/cc", ["bin/cc", "-o", "a.o"], 0x1 /* 3 vars */) = 0
`

// action is one process of an action, in a trace that begins with build.
func follow(t *testing.T, text string) ([]string, *Tracker, error) {
	t.Helper()
	var got []string
	tracker := &Tracker{Judge: func(a Access) bool {
		line := fmt.Sprintf("%s %s %s", a.Program[strings.LastIndex(a.Program, "/")+1:], a.Kind, strings.ReplaceAll(a.Path, "/out/sandbox/processwrapper-sandbox", "@"))
		for _, more := range []struct {
			on   bool
			text string
		}{{a.Real != "", "->" + a.Real}, {a.Errno != "", a.Errno}, {a.Makes != Leaves, string(a.Makes)}, {a.Foreign, "foreign"}} {
			if more.on {
				line += " " + more.text
			}
		}
		got = append(got, line)
		return a.Kind != Run || !strings.HasPrefix(a.Path, "/bin/")
	}}
	err := tracker.Follow(trace.NewReader(strings.NewReader(text)))
	return got, tracker, err
}

func TestFollow(t *testing.T) {
	const root = "</out/sandbox/processwrapper-sandbox/1/execroot/_main>"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"the command itself", "", nil},
		{"opened", "21 openat(AT_FDCWD" + root + ", \"a.c\", O_RDONLY) = 3</src/a.c>\n", []string{"cc read @/1/execroot/_main/a.c ->/src/a.c"}},
		{"made", "21 openat(AT_FDCWD" + root + ", \"a.o\", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3" + root + "\n",
			[]string{"cc write @/1/execroot/_main/a.o ->/out/sandbox/processwrapper-sandbox/1/execroot/_main ensures"}},
		{"from a folder", "21 newfstatat(4</usr/include>, \"stdio.h\", 0x1, 0) = -1 ENOENT (No such file or directory)\n", []string{"cc look /usr/include/stdio.h ENOENT"}},
		{"up and out", "21 access(\"../../../x\", F_OK) = 0\n", []string{"cc look @/x"}},
		{"from a working folder of its own", "21 chdir(\"lib\") = 0\n21 stat(\"a\", 0x1) = 0\n", []string{"cc enter @/1/execroot/_main/lib", "cc look @/1/execroot/_main/lib/a"}},
		{"two paths", "21 rename(\"a\", \"/b\") = 0\n", []string{"cc write @/1/execroot/_main/a removes", "cc write /b creates"}},
		{"two paths from folders", "21 renameat2(AT_FDCWD" + root + ", \"a\", AT_FDCWD" + root + ", \"b\", 0) = 0\n", []string{"cc write @/1/execroot/_main/a removes", "cc write @/1/execroot/_main/b creates"}},
		{"made if it was not there", "21 openat(AT_FDCWD" + root + ", \"a\", O_RDWR|O_CREAT|O_EXCL, 0600) = -1 EEXIST (File exists)\n", []string{"cc write @/1/execroot/_main/a EEXIST creates"}},
		{"a link's text is no access", "21 symlink(\"/etc/x\", \"l\") = 0\n", []string{"cc write @/1/execroot/_main/l creates"}},
		{"a link of its own, run", "21 symlink(\"/bin/sh\", \"l\") = 0\n21 execve(\"./l\", [\"l\"], 0x1) = 0\n",
			[]string{"cc write @/1/execroot/_main/l creates", "cc run @/1/execroot/_main/l ->/bin/sh"}},
		{"a link of its own to an input, run", "21 symlink(\"bin/ld\", \"l\") = 0\n21 execve(\"./l\", [\"l\"], 0x1) = 0\n",
			[]string{"cc write @/1/execroot/_main/l creates", "cc run @/1/execroot/_main/l ->/out/sandbox/processwrapper-sandbox/1/execroot/_main/bin/ld"}},
		{"a link of its own that is not run", "21 symlink(\"/bin/sh\", \"l\") = 0\n21 execve(\"l2\", [\"l2\"], 0x1) = 0\n",
			[]string{"cc write @/1/execroot/_main/l creates", "cc run @/1/execroot/_main/l2"}},
		{"a link of its own that leads nowhere, run", "21 symlink(\"/bin/x\", \"l\") = 0\n21 execve(\"l\", [\"l\"], 0x1) = -1 ENOENT (No such file or directory)\n",
			[]string{"cc write @/1/execroot/_main/l creates", "cc run @/1/execroot/_main/l ENOENT"}},
		{"by a folder that is a link of its own", "21 symlinkat(\"/usr/bin\", 3</tmp/t>, \"d\") = 0\n21 execve(\"/tmp/t/d/../sbin/x\", [\"x\"], 0x1) = 0\n",
			[]string{"cc write /tmp/t/d creates", "cc run /tmp/t/sbin/x ->/usr/sbin/x"}},
		{"by a working folder that is a link of its own", "21 symlink(\"/usr/bin\", \"/tmp/t\") = 0\n21 chdir(\"/tmp/t\") = 0\n21 execve(\"./x\", [\"x\"], 0x1) = 0\n",
			[]string{"cc write /tmp/t creates", "cc enter /tmp/t", "cc run /tmp/t/x ->/usr/bin/x"}},
		{"by two links of its own", "21 symlink(\"/usr\", \"/tmp/d\") = 0\n21 symlink(\"d/bin/x\", \"/tmp/l\") = 0\n21 execve(\"/tmp/l\", [\"x\"], 0x1) = 0\n",
			[]string{"cc write /tmp/d creates", "cc write /tmp/l creates", "cc run /tmp/l ->/usr/bin/x"}},
		{"a link of its own in a folder that is one", "21 symlink(\"e\", \"/tmp/d\") = 0\n21 symlink(\"/usr/bin/x\", \"/tmp/d/l\") = 0\n21 execve(\"/tmp/e/l\", [\"x\"], 0x1) = 0\n",
			[]string{"cc write /tmp/d creates", "cc write /tmp/d/l creates", "cc run /tmp/e/l ->/usr/bin/x"}},
		{"a link that leads to itself, run", "21 symlink(\"l\", \"/tmp/l\") = 0\n21 execve(\"/tmp/l\", [\"x\"], 0x1) = -1 ELOOP (Too many levels of symbolic links)\n21 execve(\"/tmp/l/x\", [\"x\"], 0x1) = 0\n",
			[]string{"cc write /tmp/l creates", "cc run /tmp/l ELOOP", "cc run /tmp/l/x"}},
		{"a link of its own under another name, run", "21 symlink(\"/bin/sh\", \"/tmp/l\") = 0\n21 rename(\"/tmp/l\", \"/tmp/k\") = 0\n21 execve(\"/tmp/k\", [\"k\"], 0x1) = 0\n21 execve(\"/tmp/l\", [\"l\"], 0x1) = 0\n",
			[]string{"cc write /tmp/l creates", "cc write /tmp/l removes", "cc write /tmp/k creates", "cc run /tmp/k ->/bin/sh", "k run /tmp/l"}},
		{"a folder with a link of its own under another name", "21 symlink(\"/bin/sh\", \"/tmp/d/l\") = 0\n21 rename(\"/tmp/d\", \"/tmp/e\") = 0\n21 execve(\"/tmp/e/l\", [\"l\"], 0x1) = 0\n",
			[]string{"cc write /tmp/d/l creates", "cc write /tmp/d removes", "cc write /tmp/e creates", "cc run /tmp/e/l ->/bin/sh"}},
		{"a link of its own in exchange", "21 symlink(\"/bin/sh\", \"/tmp/l\") = 0\n21 renameat2(3</tmp>, \"k\", 3</tmp>, \"l\", RENAME_EXCHANGE) = 0\n21 execve(\"/tmp/k\", [\"k\"], 0x1) = 0\n21 execve(\"/tmp/l\", [\"l\"], 0x1) = 0\n",
			[]string{"cc write /tmp/l creates", "cc write /tmp/k removes", "cc write /tmp/l creates", "cc run /tmp/k ->/bin/sh", "k run /tmp/l"}},
		{"a second name of a link of its own, run", "21 symlink(\"/bin/sh\", \"/tmp/l\") = 0\n21 link(\"/tmp/l\", \"/tmp/k\") = 0\n21 execve(\"/tmp/k\", [\"k\"], 0x1) = 0\n",
			[]string{"cc write /tmp/l creates", "cc look /tmp/l", "cc write /tmp/k creates", "cc run /tmp/k ->/bin/sh"}},
		{"a link that was replaced or removed", "21 symlink(\"/bin/sh\", \"/tmp/l\") = 0\n21 rename(\"a\", \"/tmp/l\") = 0\n21 symlink(\"/bin/sh\", \"/tmp/k\") = 0\n21 unlink(\"/tmp/k\") = 0\n21 execve(\"/tmp/l\", [\"l\"], 0x1) = 0\n21 execve(\"/tmp/k\", [\"k\"], 0x1) = 0\n",
			[]string{"cc write /tmp/l creates", "cc write @/1/execroot/_main/a removes", "cc write /tmp/l creates", "cc write /tmp/k creates", "cc write /tmp/k removes", "cc run /tmp/l", "l run /tmp/k"}},
		{"about a descriptor", "21 newfstatat(3</etc>, \"\", {}, AT_EMPTY_PATH) = 0\n21 utimensat(3</etc>, NULL, NULL, 0) = 0\n", nil},
		{"a socket", "21 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<socket:[7]>\n", []string{"cc socket AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP"}},
		{"a call that hides others", "21 io_uring_setup(8, {}) = 3\n", []string{"cc other 8, {}"}},
		{"a call that nobody knows", "21 mount(\"/a\", \"/b\", NULL, MS_BIND, NULL) = -1 EPERM (Operation not permitted)\n", []string{"cc other \"/a\", \"/b\", NULL, MS_BIND, NULL EPERM"}},
		{"a number that is no call", "21 syscall_0xfffffffffffffffe(0x1, 0x2) = -1 ENOSYS (Function not implemented)\n", []string{"cc other 0x1, 0x2 ENOSYS"}},
		{"a program by its descriptor", "21 execveat(3</bin/sh>, \"\", [\"sh\"], 0x1 /* 3 vars */, AT_EMPTY_PATH) = 0\n", []string{"cc other 3</bin/sh>, \"\", [\"sh\"], 0x1 /* 3 vars */, AT_EMPTY_PATH"}},
		{"a thread of it", "21 clone(flags=CLONE_VM|CLONE_FS|CLONE_THREAD) = 22\n22 chdir(\"/a\") = 0\n21 stat(\"b\", 0x1) = 0\n", []string{"cc enter /a", "cc look /a/b"}},
		{"a child that acts before it is born", "21 clone(flags=SIGCHLD <unfinished ...>\n22 chdir(\"/a\") = 0\n21 <... clone resumed>) = 22\n21 stat(\"b\", 0x1) = 0\n22 stat(\"b\", 0x1) = 0\n",
			[]string{"cc enter /a", "cc look @/1/execroot/_main/b", "cc look /a/b"}},
		{"another program", "21 execve(\"bin/ld\", [\"ld\"], 0x1 /* 3 vars */) = 0\n21 stat(\"b\", 0x1) = 0\n", []string{"cc run @/1/execroot/_main/bin/ld", "ld look @/1/execroot/_main/b"}},
		{"a refused program and its child", "21 execve(\"/bin/sh\", [\"sh\"], 0x1 /* 3 vars */) = 0\n21 fork() = 22\n22 stat(\"/etc/b\", 0x1) = 0\n",
			[]string{"cc run /bin/sh", "sh look /etc/b foreign"}},
		{"a program that is not there", "21 execve(\"/bin/sh\", [\"sh\"], 0x1 /* 3 vars */) = -1 ENOENT (No such file or directory)\n21 stat(\"/b\", 0x1) = 0\n",
			[]string{"cc run /bin/sh ENOENT", "cc look /b"}},
		{"a thread becomes a program", "21 clone(flags=CLONE_VM|CLONE_FS|CLONE_THREAD) = 22\n22 execve(\"bin/ld\", [\"ld\"], 0x1 /* 3 vars */ <unfinished ...>\n" +
			"21 +++ superseded by execve in pid 22 +++\n21 <... execve resumed>) = -1 (errno 18446744073709551359)\n21 stat(\"b\", 0x1) = 0\n",
			[]string{"cc run @/1/execroot/_main/bin/ld", "ld look @/1/execroot/_main/b"}},
		{"killed while it opened", "21 openat(AT_FDCWD" + root + ", \"/etc/a\", O_RDONLY <unfinished ...>\n21 +++ killed by SIGKILL +++\n", []string{"cc read /etc/a ?"}},
		{"Bazel and its wrapper", "10 stat(\"/etc/a\", 0x1) = 0\n20 stat(\"/etc/a\", 0x1) = 0\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, tracker, err := follow(t, build+test.text)
			want := append([]string{"cc run @/1/execroot/_main/bin/cc"}, test.want...)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%q, %v\nwant %q", got, err, want)
			}
			if len(tracker.Actions) != 1 || tracker.Actions[0].Root != "/out/sandbox/processwrapper-sandbox/1/execroot/_main" || len(tracker.Actions[0].Args) != 3 {
				t.Errorf("%+v", tracker.Actions)
			}
		})
	}
}

// TestRepository lets a repository rule start a command.
func TestRepository(t *testing.T) {
	const fetch = "11 vfork() = 30\n30 chdir(\"/out/external/jdk\") = 0\n30 execve(\"/opt/process-wrapper\", [\"process-wrapper\", \"java\"], 0x1) = 0\n" +
		"30 fork() = 31\n31 execve(\"/usr/bin/java\", [\"java\"], 0x1) = 0\n31 stat(\"/etc/a\", 0x1) = 0\n"
	got, tracker, err := follow(t, build+fetch)
	if err != nil || len(got) != 1 || len(tracker.Actions) != 1 || tracker.Repository != 1 {
		t.Errorf("%q, %v, %d of repositories", got, err, tracker.Repository)
	}
}

// TestNumberUsedAgain gives the number of an action's process that has ended to another.
func TestNumberUsedAgain(t *testing.T) {
	got, tracker, err := follow(t, build+"21 +++ exited with 0 +++\n20 +++ exited with 0 +++\n11 vfork() = 21\n21 stat(\"/etc/a\", 0x1) = 0\n")
	if err != nil || len(got) != 1 || len(tracker.Actions) != 1 {
		t.Errorf("%q, %v", got, err)
	}
}

// TestUnread ends threads before strace can read what they called.
func TestUnread(t *testing.T) {
	const unread = "21 ???() = ?\n21 syscall_0xfffffffffffffffe(0x1, 0x2) = ?\n21 openat(10, \"a\", O_RDONLY <unfinished ...>\n21 +++ killed by SIGKILL +++\n"
	got, tracker, err := follow(t, build+"10 ???() = ?\n"+unread)
	if err != nil || len(got) != 1 || tracker.Unread != 3 {
		t.Errorf("%q, %v, %d unread", got, err, tracker.Unread)
	}
}

func TestFollowRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no action":                    {"10 execve(\"/opt/bazel\", [\"bazel\"], 0x1) = 0\n", "no process-wrapper started a command"},
		"a process that nobody bore":   {build + "99 stat(\"/etc/a\", 0x1) = 0\n", "nobody gave birth to process 99"},
		"another command than told":    {strings.Replace(build, `["bin/cc", "-o"`, `["bin/cc", "-c"`, 1), "was to run"},
		"a folder without a path":      {build + "21 newfstatat(4, \"a\", 0x1, 0) = 0\n", "call it with -y"},
		"a path that was cut":          {build + "21 stat(\"/etc\"..., 0x1) = 0\n", "it is no whole text"},
		"an open without flags":        {build + "21 openat(AT_FDCWD</a>, \"b\") = 3\n", "openat has no flags"},
		"a link whose text was cut":    {build + "21 symlink(\"/etc\"..., \"l\") = 0\n", "it is no whole text"},
		"a call without its arguments": {build + "21 rename(\"a\") = 0\n", "rename has 1 arguments"},
	} {
		if _, _, err := follow(t, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
