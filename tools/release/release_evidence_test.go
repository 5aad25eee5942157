// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lines are the commands that hold a text, in order.
func (m *machine) lines(text string) []string {
	return slices.DeleteFunc(slices.Clone(m.ran), func(line string) bool { return !strings.Contains(line, text) })
}

// TestEvidence: ledger and reproducer's statement are made, put beside the release, and signed by two identities.
func TestEvidence(t *testing.T) {
	for _, test := range []struct {
		name, statement string
		flags           []string // of the reproduce step
		who             []string
	}{
		{"a demonstration", "reproduced-demonstration.intoto.json", []string{"--demonstration"}, nil},
		{"an independent reproducer", "reproduced-lab.intoto.json", nil, []string{"--reproducer", "lab"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, out := newMachine(t), t.TempDir()
			args := append([]string{"--version", "v1.2.3", "--out", out, "--config", "/c.json", "--policy", "/p",
				"--reproducer-key", "/r.key", "--reproducer-chain", "/r.pem", "--to", "file:" + filepath.Join(out, "site")}, test.who...)
			if code, said := m.all(args...); code != 0 {
				t.Fatal(said)
			}
			statement := filepath.Join(out, "evidence", test.statement)
			want := append([]string{"./bazelw run //:reproduce -- --release " + filepath.Join(out, "payload") + " --statement " + statement}, test.flags...)
			if got := m.lines("-- --release " + filepath.Join(out, "payload")); len(got) != 1 || got[0] != strings.Join(want, " ") {
				t.Errorf("reproduced by %q, want %q", got, strings.Join(want, " "))
			}
			sign := "./bazelw run //tools/release/cmd/sign -- statement --in " + filepath.Join(out, "dist")
			if got := m.lines("cmd/sign -- statement"); !slices.Equal(got, []string{
				sign + "/ledger.intoto.json --config /c.json",
				sign + "/" + test.statement + " --key /r.key --chain /r.pem",
			}) {
				t.Errorf("signed by %q", got)
			}
			for _, name := range []string{"ledger.intoto.json", test.statement} {
				if _, err := os.Stat(filepath.Join(out, "dist", name+".sigstore.json")); err != nil {
					t.Error(err)
				}
			}
			order := func(text string) int {
				return slices.IndexFunc(m.ran, func(line string) bool { return strings.Contains(line, text) })
			}
			if v := order("//:verify"); v < order(test.statement+" --key") || v > order("//:publish") {
				t.Errorf("verified before it was whole, or after it was published:\n%s", strings.Join(m.ran, "\n"))
			}
			// The step stands alone, as often as one likes.
			if code, said := m.all(append(args, "--step", "state")...); code != 0 || len(m.lines("cmd/sign -- statement")) != 2 {
				t.Errorf("exit code %d: %s", code, said)
			}
		})
	}
}

// TestToldOtherwise: what was published into one target, or verified by one policy, does not pass for another one.
func TestToldOtherwise(t *testing.T) {
	m, out := newMachine(t), t.TempDir()
	policy := filepath.Join(out, "policy.json")
	m.put(policy)
	args := []string{"--version", "v1.2.3", "--out", out, "--key", "/k", "--chain", "/c", "--policy", policy, "--publish"}
	here, there := append(args, "--to", "file:/here"), append(args[:len(args):len(args)], "--to", "file:/there")
	at := func(ran string, args ...string) {
		t.Helper()
		code, said := m.all(args...)
		steps := strings.Join(append(m.lines("//:verify"), m.lines("//:publish")...), "\n")
		if code != 0 || strings.Count(steps, "//:verify") != strings.Count(ran, "v") || strings.Count(steps, "//:publish") != strings.Count(ran, "p") {
			t.Errorf("exit code %d, want %q: %s\n%s", code, ran, said, steps)
		}
	}
	at("vp", here...)
	at("", here...)
	at("p", there...)
	at("p", append(there, "--publish-flag", "demand-log=1")...)
	m.write(policy, "another")
	at("vp", append(there, "--publish-flag", "demand-log=1")...)
}

// TestToldOtherSigners: a release that was signed by one configuration does not pass for one of another text.
func TestToldOtherSigners(t *testing.T) {
	m, out := newMachine(t), t.TempDir()
	config, other, chain := filepath.Join(out, "c.json"), filepath.Join(out, "r.json"), filepath.Join(out, "c.pem")
	for _, name := range []string{config, other, chain} {
		m.put(name)
	}
	args := []string{"--version", "v1.2.3", "--out", out, "--config", config, "--key", "/k", "--chain", chain, "--reproducer-config", other, "--policy", "/p"}
	at := func(release, state int) {
		t.Helper()
		code, said := m.all(args...)
		if r, s := len(m.lines("cmd/sign -- release")), len(m.lines("cmd/sign -- statement")); code != 0 || r != release || s != state {
			t.Errorf("exit code %d, signed %d and %d times, want %d and %d: %s", code, r, s, release, state, said)
		}
	}
	at(1, 2)
	at(0, 0)
	m.write(config, "a timestamp more")
	at(1, 2)
	m.write(chain, "another certificate")
	at(1, 2)
	m.write(other, "another reproducer")
	at(0, 2)
	at(0, 0)
}

// TestLogsOfEveryBuild: a build that was stopped and went on has two logs, and the ledger reads both.
func TestLogsOfEveryBuild(t *testing.T) {
	m, out := newMachine(t), t.TempDir()
	args := []string{"--version", "v1.2.3", "--out", out}
	m.soiled = "?? x\n"
	if code, said := m.all(args...); code != 3 || !strings.Contains(said, "the tree is dirty") {
		t.Fatalf("exit code %d: %s", code, said)
	}
	m.soiled, m.dirty = "", ""
	if err := os.WriteFile(filepath.Join(out, "log", "build-x.zst"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	m.fail, m.no = "--log", true
	code, said := m.all(args...)
	logs := "--log " + filepath.Join(out, "log", "build-1.zst") + " --log " + filepath.Join(out, "log", "build-2.zst")
	if got := m.lines("-- ledger"); code != 3 || len(got) != 1 || !strings.HasSuffix(got[0], logs) || !strings.Contains(said, "remove it and") {
		t.Errorf("exit code %d, %q: %s", code, got, said)
	}
	// Ten builds later 10 comes after 9, and not after 1.
	for _, n := range []string{"10", "9"} {
		m.put(filepath.Join(out, "log", "build-"+n+".zst"))
	}
	m.fail = ""
	if code, said := m.all(append(args, "--step", "ledger")...); code != 0 || !strings.HasSuffix(m.lines("-- ledger")[0], "build-9.zst --log "+filepath.Join(out, "log", "build-10.zst")) {
		t.Errorf("exit code %d, %q: %s", code, m.lines("-- ledger"), said)
	}
}

// TestEvidenceRefused has a plant for each way in which evidence can be missing or worth nothing.
func TestEvidenceRefused(t *testing.T) {
	begun := func(t *testing.T, args ...string) (*machine, string, []string) {
		m, out := newMachine(t), t.TempDir()
		all := append([]string{"--version", "v1.2.3", "--out", out, "--key", "/k", "--chain", "/c", "--policy", "/p"}, args...)
		if code, said := m.all(all...); code != 0 {
			t.Fatal(said)
		}
		return m, out, all
	}
	t.Run("no reproducer", func(t *testing.T) {
		m, _, all := begun(t)
		code, said := m.all(append(all, "--step", "state")...)
		if code != 0 || !strings.Contains(said, "publishing will refuse the release") || len(m.lines("cmd/sign -- statement")) != 1 {
			t.Errorf("exit code %d: %s", code, said)
		}
	})
	t.Run("a reproducer who comes too late", func(t *testing.T) {
		m, _, all := begun(t)
		late := append(all, "--reproducer-config", "/r.json")
		if code, said := m.all(append(late, "--step", "state")...); code != 3 || !strings.Contains(said, "step reproduce is not done") {
			t.Errorf("exit code %d: %s", code, said)
		}
		// The whole command goes back to where the statement is made.
		if code, said := m.all(late...); code != 0 || len(m.lines("--statement")) != 1 || len(m.lines("cmd/sign -- statement")) != 2 || len(m.lines(" build ")) != 0 {
			t.Errorf("exit code %d: %s\n%s", code, said, strings.Join(m.ran, "\n"))
		}
	})
	t.Run("the ledger is gone", func(t *testing.T) {
		m, out, all := begun(t)
		if err := os.Remove(filepath.Join(out, "evidence", "ledger.intoto.json")); err != nil {
			t.Fatal(err)
		}
		if code, said := m.all(append(all, "--step", "state")...); code != 1 || !strings.Contains(said, "run step ledger") {
			t.Errorf("exit code %d: %s", code, said)
		}
	})
	t.Run("the logs are gone", func(t *testing.T) {
		m, out, all := begun(t)
		if err := os.Remove(filepath.Join(out, "log", "build-1.zst")); err != nil {
			t.Fatal(err)
		}
		if code, said := m.all(append(all, "--step", "ledger")...); code != 1 || !strings.Contains(said, "run step build") {
			t.Errorf("exit code %d: %s", code, said)
		}
	})
	for _, test := range []struct {
		name, says string
		args       []string
	}{
		{"the release's own key", "the release's own identity", []string{"--reproducer-key", "/k", "--reproducer-chain", "/r"}},
		{"the release's own chain", "the release's own identity", []string{"--reproducer-key", "/r", "--reproducer-chain", "/c"}},
		{"a key without its chain", "belong together", []string{"--reproducer-key", "/r"}},
		{"a name without a key", "name who signs", []string{"--reproducer", "lab"}},
		{"a name that is a path", "only letters", []string{"--reproducer", "../x", "--reproducer-config", "/r"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			args := []string{"--version", "v1.2.3", "--out", t.TempDir(), "--key", "/k", "--chain", "/c"}
			if code, said := m.all(append(args, test.args...)...); code != 2 || !strings.Contains(said, test.says) || len(m.ran) != 0 {
				t.Errorf("exit code %d, ran %q: %s", code, m.ran, said)
			}
		})
	}
}

// TestSignersRefused: what no signer could use is refused before anything is run or written; a PIN least of all.
func TestSignersRefused(t *testing.T) {
	const pin = "pkcs11:object=a?pin-value=1234"
	for _, test := range []struct {
		says string
		args []string
	}{
		{"--key: the key's name holds a PIN", []string{"--key", pin, "--chain", "/c"}},
		{"--reproducer-key: the key's name holds a PIN", []string{"--reproducer-key", pin, "--reproducer-chain", "/c"}},
		{"sumdb-key: the key's name holds a PIN", []string{"--to", "file:/x", "--publish-flag", "sumdb-key=" + pin}},
		{"--key and --chain belong together", []string{"--key", "/k"}},
		{"--key and --chain belong together", []string{"--chain", "/c"}},
		{"--key and --chain belong together", []string{"--config", "/c.json", "--chain", "/c"}},
		{"--reproducer-key and --reproducer-chain belong together", []string{"--reproducer-config", "/c.json", "--reproducer-chain", "/c"}},
	} {
		m, out := newMachine(t), filepath.Join(t.TempDir(), "out")
		code, said := m.all(append([]string{"--version", "v1.2.3", "--out", out}, test.args...)...)
		_, err := os.Stat(out)
		if code != 2 || !strings.Contains(said, test.says) || strings.Contains(said, "1234") || len(m.ran) != 0 || err == nil {
			t.Errorf("%q: exit code %d, ran %q, written %v, want %q: %s", test.args, code, m.ran, err == nil, test.says, said)
		}
	}
}

// manual is the page about the train, from this folder.
const manual = "../../docs/releasing.md"

// manualRun executes the page's command of the train in a clone, whose Bazel is made up; the text is the page's.
func manualRun(t *testing.T, text string) (code int, said, beside string) {
	t.Helper()
	const program = "./bazelw run //tools/release:build_release -- "
	all := regexp.MustCompile(`(?m)^`+program+`(.*)$`).FindAllStringSubmatch(text, -1)
	if len(all) != 1 {
		t.Fatalf("the page runs the train %d times", len(all))
	}
	m := newMachine(t)
	beside = t.TempDir()
	clone := filepath.Join(beside, "clone")
	if err := os.Rename(m.root, clone); err != nil {
		t.Fatal(err)
	}
	m.root = clone
	t.Chdir(clone)
	code, said = m.all(strings.Fields(all[0][1])...)
	return code, said, beside
}

// TestManual runs the command of docs/releasing.md as it stands there, and changed ones, which have to fail.
func TestManual(t *testing.T) {
	file, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	code, said, beside := manualRun(t, text)
	if _, err := os.Stat(filepath.Join(beside, "release-v1.2.3", "dist", "manifest.json")); code != 0 || err != nil || !strings.Contains(said, "there is to publish") {
		t.Errorf("exit code %d, %v: %s", code, err, said)
	}
	for _, plant := range [][2]string{{" --out ../release-v1.2.3", " --out release-v1.2.3"}, {" --chain CHAIN", ""}, {" --policy POLICY", ""}, {"--key KEY", "--keys KEY"}, {"--version v1.2.3 --out", "--version 1.2.3 --out"}} {
		changed := strings.Replace(text, plant[0], plant[1], 1)
		if code, said, _ := manualRun(t, changed); code == 0 || changed == text {
			t.Errorf("%q in the place of %q: nothing sees it: %s", plant[1], plant[0], said)
		}
	}
}

// TestManualNamesFlags: the page names no flag and no step that the train does not have, and leaves out no flag.
func TestManualNamesFlags(t *testing.T) {
	file, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	_, help := newMachine(t).all("--help")
	table, _, _ := strings.Cut(text[strings.Index(text, "| Flag | Does |"):], "\n\n")
	for _, f := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(table, -1) {
		if !strings.Contains(help, "--"+f[1]) {
			t.Errorf("the train has no flag --%s", f[1])
		}
	}
	for _, f := range regexp.MustCompile(`(?m)--([a-z-]+)`).FindAllStringSubmatch(help, -1) {
		if !strings.Contains(text, "--"+f[1]) {
			t.Errorf("the page does not name --%s", f[1])
		}
	}
	_, steps := newMachine(t).all("--list")
	for _, s := range regexp.MustCompile("[Ss]tep `([a-z]+)`").FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile(`(?m)^` + s[1] + ` `).MatchString(steps) {
			t.Errorf("the train has no step %s", s[1])
		}
	}
}
