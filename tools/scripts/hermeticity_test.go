// SPDX-License-Identifier: MIT

package scripts

import (
	"regexp"
	"strings"
	"testing"
)

var hermeticity = []string{
	"tools/hermeticity/check.sh", "tools/hermeticity/build.sh", "tools/hermeticity/cases/mounts.sh", "tools/hermeticity/cases/offline.sh",
	"tools/hermeticity/cases/root.sh", "tools/hermeticity/cases/strace.sh",
}

func TestHermeticityArguments(t *testing.T) {
	w := newWorld(t, hermeticity...)
	for _, c := range []struct {
		script string
		args   []string
		want   string
	}{
		{"check.sh", []string{"nosuch"}, "tools/hermeticity/check.sh [CASE...]"},
		{"check.sh", []string{"--plants", "strace"}, "tools/hermeticity/check.sh [CASE...]"},
		{"check.sh", []string{"--help"}, "tools/hermeticity/check.sh [CASE...]"},
		{"build.sh", nil, "usage: tools/hermeticity/build.sh FLAG|TARGET..."},
		{"build.sh", []string{"--jobs=1"}, "usage: tools/hermeticity/build.sh FLAG|TARGET..."},
	} {
		if stdout, stderr, code := w.run("tools/hermeticity/"+c.script, c.args...); code != 2 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s %q: code %d, stdout %q, stderr %q", c.script, c.args, code, stdout, stderr)
		}
	}
}

// seconds are what a case took, which is another number now and then.
var seconds = regexp.MustCompile(`, \d+ s\b`)

// TestHermeticityOffline builds one file without network, which has the wanted bytes, or others, or is not made.
func TestHermeticityOffline(t *testing.T) {
	const hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  hello.txt\n"
	for _, c := range []struct {
		name, wanted, unshare string
		want                  string
		code                  int
	}{
		{"the same bytes", hello, "", "(1 files equal)\n1 passed, 0 failed, 0 not run\n", 0},
		{"other bytes", strings.Replace(hello, "5", "6", 1), "", "FAILED, N s: other bytes, or no such file: 6891b5", 1},
		{"a file that is not made", hello + strings.Replace(hello, "hello", "bye", 1), "", "bye.txt\n", 1},
		{"no digests", "", "", "FAILED, N s: there are no digests to compare with\n", 1},
		{"no namespaces", hello, "exit 1", "not run: this system allows no network namespace\n0 passed, 0 failed, 1 not run\n", 1},
	} {
		w := newWorld(t, hermeticity...)
		w.write("wanted", c.wanted)
		w.write("made/execroot/_main/bin/hello.txt", "hello\n")
		w.env = append(w.env, "DIGESTS="+w.dir+"/wanted")
		w.stand("bin/go", "exit 0")
		w.stand("bin/unshare", c.unshare+"\nwhile [[ $1 == --* ]]; do shift; done; exec \"$@\"")
		w.stand("bazelw", `for a; do
			case $a in --build_event_json_file=*)
				echo '{"namedSetOfFiles": {"files": [{"uri":"file://`+w.dir+`/made/execroot/_main/bin/hello.txt"}]}}' | tr -d ' ' >"${a#*=}" ;;
			esac
		done`)
		stdout, stderr, code := w.run("tools/hermeticity/check.sh", "offline")
		stdout = seconds.ReplaceAllString(stdout, ", N s")
		if code != c.code || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
	}
}
