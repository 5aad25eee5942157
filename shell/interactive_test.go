// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// typist is a Terminal that types lines and notes the prompts it was shown.
type typist struct {
	lines    []string // "^C" stands for the key
	prompts  []string
	history  History
	complete Completer
	restored bool
}

func (f *typist) Restore() error           { f.restored = true; return nil }
func (f *typist) SetHistory(h History)     { f.history = h }
func (f *typist) SetCompleter(c Completer) { f.complete = c }

func (f *typist) ReadLine(prompt string) (string, error) {
	f.prompts = append(f.prompts, prompt)
	if len(f.lines) == 0 {
		return "", io.EOF
	}
	line := f.lines[0]
	f.lines = f.lines[1:]
	if line == "^C" {
		return "", ErrInterrupted
	}
	f.history.Add(line)
	return line, nil
}

// typeLines runs the shell interactively without a history file.
func typeLines(t *testing.T, lines ...string) (*typist, result) {
	t.Helper()
	keys := &typist{lines: lines}
	r := runShell(t, &Shell{Terminal: keys, Env: []string{"GOSQLITE_HISTORY="}, Args: []string{"--header=false"}, Version: "v1"})
	_, r.out, _ = strings.Cut(r.out, "\n") // the greeting
	return keys, r
}

func TestInteractive(t *testing.T) {
	tests := []struct {
		name    string
		lines   []string
		out     string
		err     string
		code    int
		prompts string // "1" for the first prompt, "2" for the one inside a statement
	}{
		{name: "nothing", out: "\n", prompts: "1"},
		{name: "one line", lines: []string{"SELECT 1;"}, out: "1\n\n", prompts: "11"},
		{name: "over lines", lines: []string{"SELECT", "1", ";"}, out: "1\n\n", prompts: "1221"},
		{name: "Ctrl-C drops the statement", lines: []string{"SELECT '", "^C", "SELECT 2;"}, out: "2\n\n", prompts: "1211"},
		{name: "a failure goes on", lines: []string{"SELECT x; SELECT 5;", "SELECT 3;"}, out: "3\n\n", err: "gosqlite: no such column: x (SQLITE_ERROR)\n  SELECT x;\n         ^\n", prompts: "111"},
		{name: "commands", lines: []string{".mode json", "SELECT 1 AS a;"}, out: "[{\"a\":1}]\n\n", prompts: "111"},
		{name: "command failure", lines: []string{".mdoe"}, out: "\n", err: "gosqlite: command .mdoe is not known; did you mean .mode?\n", prompts: "11"},
		{name: "exit", lines: []string{".exit 7", "SELECT 1;"}, code: 7, prompts: "1"},
		{name: "empty lines and comments", lines: []string{"", "  ", "-- x", ".print a"}, out: "a\n\n", prompts: "11111"},
		{name: "begun statement at the end", lines: []string{"SELECT 1"}, out: "\n", prompts: "12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, r := typeLines(t, tt.lines...)
			r.want(t, tt.out, tt.err, tt.code)
			got := ""
			for _, p := range keys.prompts {
				got += map[string]string{"gosqlite> ": "1", "   ...> ": "2"}[p]
			}
			if got != tt.prompts {
				t.Errorf("prompts %s, want %s", got, tt.prompts)
			}
		})
	}
}

func TestGreetingNamesVersions(t *testing.T) {
	r := runShell(t, &Shell{Terminal: &typist{}, Version: "v9.8.7"})
	if !strings.HasPrefix(r.out, "gosqlite v9.8.7, SQLite 3.") {
		t.Errorf("got %q", r.out)
	}
}

const endless1 = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"

// TestInterruptEndsStatementOnly sends Ctrl-C while an endless statement runs:
// the shell must go on with the next line. Of the signals two may still be on
// their way then, to the next lines.
func TestInterruptEndsStatementOnly(t *testing.T) {
	signals := make(chan os.Signal, 1)
	keys := &interruptingTypist{typist: typist{lines: []string{endless1 + ";", "SELECT 'alive';", "SELECT 'alive';", "SELECT 'alive';"}}, signals: signals}
	r := runShell(t, &Shell{Terminal: keys, Interrupt: signals, Args: []string{"--header=false"}, Env: []string{"GOSQLITE_HISTORY="}})
	if !strings.Contains(r.out, "alive\n") || !strings.Contains(r.err, "gosqlite: interrupted\n") || r.code != 0 {
		t.Errorf("exit %d, stdout %q, stderr %q", r.code, r.out, r.err)
	}
}

// interruptingTypist presses Ctrl-C just after it has handed out its first
// line. The signal may arrive before the statement begins, and has to be
// repeated then, as a person would.
type interruptingTypist struct {
	typist
	signals chan<- os.Signal
	stop    chan struct{}
}

func (f *interruptingTypist) ReadLine(prompt string) (string, error) {
	if f.stop == nil {
		f.stop = make(chan struct{})
		go func() {
			for {
				select {
				case f.signals <- os.Interrupt:
					runtime.Gosched()
				case <-f.stop:
					return
				}
			}
		}()
	} else if len(f.lines) == 3 {
		f.stop <- struct{}{}
	}
	return f.typist.ReadLine(prompt)
}

func TestInterruptEndsScript(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt
	released := false
	r := runShell(t, &Shell{
		Stdin: strings.NewReader(""), Interrupt: signals, Release: func() { released = true },
		Args: []string{"--keep-going", ":memory:", endless1, "SELECT 1"},
	})
	r.fails(t, ExitFailure, "interrupted\n")
	if !released {
		t.Error("a second Ctrl-C would not end the process")
	}
}

// quietPipe never delivers anything; Ctrl-C comes while it is being read.
type quietPipe struct{ signals chan<- os.Signal }

func (q quietPipe) Read([]byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	q.signals <- os.Interrupt
	select {}
}

func TestInterruptEndsWaitForStdin(t *testing.T) {
	signals := make(chan os.Signal, 1)
	runShell(t, &Shell{Stdin: quietPipe{signals}, Interrupt: signals}).fails(t, ExitFailure, "read stdin: interrupted\n")
}

func TestCompletion(t *testing.T) {
	keys := &typist{}
	var out bytes.Buffer
	sh := &Shell{Stdout: &out, Stderr: &out, Terminal: keys}
	s := newSession(sh, &config{format: "table", header: true})
	if err := s.open(t.Context(), ":memory:", (&config{}).openFlags()); err != nil {
		t.Fatal(err)
	}
	defer s.conn.Close()
	if err := s.conn.Exec("CREATE TABLE customers(custom_id, größe); CREATE TABLE cust(a)"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		line    string // | is the cursor
		want    string // "" for nothing to change
		several []string
	}{
		{line: "sel|", want: "select |"},
		{line: "SEL|", want: "SELECT |"},
		{line: "select cu|", want: ""},
		{line: "select custom|", several: []string{"custom_id", "customers"}},
		{line: "select custome|, 1", want: "select customers |, 1"},
		{line: "select grö|", want: "select größe |"},
		{line: ".ind|", want: ".indexes |"},
		{line: ".i|", several: []string{"import", "indexes"}},
		{line: ".t|", want: "", several: []string{"tables", "timeout", "timer"}},
		{line: "select |"},
		{line: "|"},
		{line: "zzz|"},
	}
	for _, tt := range tests {
		pos := strings.IndexByte(tt.line, '|')
		line, at, several, ok := s.complete(t.Context(), strings.Replace(tt.line, "|", "", 1), pos)
		got := ""
		if ok {
			got = line[:at] + "|" + line[at:]
		}
		if got != tt.want || tt.several != nil && !slices.Equal(several, tt.several) {
			t.Errorf("%s: got %q %q, want %q %q", tt.line, got, several, tt.want, tt.several)
		}
	}
}

func TestHistoryFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	path := filepath.Join(folder, "gosqlite", "history")
	session := func(lines ...string) (*typist, result) {
		keys := &typist{lines: lines}
		return keys, runShell(t, &Shell{Terminal: keys, Env: []string{"XDG_STATE_HOME=" + folder}})
	}
	session("SELECT 1;", "SELECT 1;", " SELECT 'secret';", "", ".tables")
	keys, _ := session("SELECT 2;")
	var got []string
	for i := range keys.history.Len() {
		got = append(got, keys.history.At(i))
	}
	if want := []string{"SELECT 2;", ".tables", "SELECT 1;"}; !slices.Equal(got, want) {
		t.Errorf("history is %q, want %q", got, want)
	}
	b, err := os.ReadFile(path)
	if want := "SELECT 1;\n.tables\nSELECT 2;\n"; err != nil || string(b) != want {
		t.Errorf("file holds %q, %v", b, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	onlyFiles(t, filepath.Dir(path), "history")
}

func TestHistoryIsBounded(t *testing.T) {
	path := writeFile(t, "history", strings.Repeat("-- old\nSELECT 1;\n", historyBytes/8))
	h := &history{path: path}
	if err := h.load(); err != nil {
		t.Fatal(err)
	}
	if h.Len() != historyLines {
		t.Errorf("loaded %d lines", h.Len())
	}
	for i := range 3 * historyLines {
		h.Add(fmt.Sprintf("line %d", i))
	}
	if h.Len() != historyLines || h.At(0) != "line 2999" {
		t.Errorf("%d lines, newest %q", h.Len(), h.At(0))
	}
	if err := h.save(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if lines := strings.Count(string(b), "\n"); err != nil || lines != historyLines || !strings.HasSuffix(string(b), "line 2999\n") {
		t.Errorf("file holds %d lines, %v", lines, err)
	}
}

func TestHistoryFailureIsAWarning(t *testing.T) {
	keys := &typist{lines: []string{"SELECT 1;"}}
	folder := t.TempDir()
	r := runShell(t, &Shell{Terminal: keys, Env: []string{"GOSQLITE_HISTORY=" + folder}})
	if r.code != 0 || !strings.Contains(r.err, "warning: load history: ") || !strings.Contains(r.err, "warning: save history: ") {
		t.Errorf("exit %d, stderr %q", r.code, r.err)
	}
}

func TestHistoryPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	tests := []struct {
		name string
		env  []string
		want string
	}{
		{name: "state folder", env: []string{"HOME=/h", "XDG_STATE_HOME=/s"}, want: "/s/gosqlite/history"},
		{name: "home", env: []string{"HOME=/h"}, want: "/h/.local/state/gosqlite/history"},
		{name: "relative state folder is invalid", env: []string{"HOME=/h", "XDG_STATE_HOME=s"}, want: "/h/.local/state/gosqlite/history"},
		{name: "own name", env: []string{"HOME=/h", "GOSQLITE_HISTORY=x"}, want: "x"},
		{name: "none", env: []string{"HOME=/h", "GOSQLITE_HISTORY="}, want: ""},
		{name: "no home", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (&Shell{Env: tt.env}).historyPath(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestKeyReaderStopsAtCtrlC(t *testing.T) {
	k := &keyReader{in: strings.NewReader("ab\x03cd")}
	p := make([]byte, 10)
	for _, want := range []string{"ab\x03", "cd"} {
		n, err := k.Read(p)
		if err != nil || string(p[:n]) != want || k.last != want[len(want)-1] {
			t.Errorf("read %q, last %q, %v, want %q", p[:n], k.last, err, want)
		}
	}
	if _, err := k.Read(p); err != io.EOF {
		t.Errorf("got %v at the end", err)
	}
}

// silentTypist waits at its prompt for ever.
type silentTypist struct {
	typist
	waits chan struct{}
}

func (f *silentTypist) ReadLine(string) (string, error) {
	close(f.waits)
	select {}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	keys := &silentTypist{waits: make(chan struct{})}
	go func() {
		<-keys.waits
		cancel()
	}()
	var out, errOut bytes.Buffer
	sh := &Shell{Terminal: keys, Stdout: &out, Stderr: &errOut, Env: []string{"GOSQLITE_HISTORY="}}
	if code := sh.Run(ctx); code != ExitFailure || !strings.Contains(errOut.String(), "interrupted") || !keys.restored {
		t.Errorf("exit %d, stderr %q, terminal restored %v", code, errOut.String(), keys.restored)
	}
}
