// SPDX-License-Identifier: MIT

package checks

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// interrupted starts ./bazelw fetch in a group of its own, as a terminal does, sends Ctrl-C to all of it once the file
// $HOME/began is there, and returns what it said and its exit code, -1 for death by the signal.
func (w *world) interrupted() (stderr string, code int) {
	w.t.Helper()
	cmd := exec.Command(w.dir+"/bazelw", "fetch")
	cmd.Dir = w.dir
	cmd.Env = []string{"PATH=" + w.bin, "HOME=" + w.home}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	began := false
	for range 1000 {
		if _, err := os.Stat(w.home + "/began"); err == nil {
			began = true
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		w.t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	if !began {
		w.t.Errorf("nothing began: %q", errs.String())
	}
	return errs.String(), cmd.ProcessState.ExitCode()
}

// Ctrl-C reaches the shell, too: it waits for the program, which clears up, and passes on its sentence and code.
func TestInterruptedProgram(t *testing.T) {
	w := newWorld(t)
	w.tool("go", `while [ "$1" != -o ]; do shift; done
cat >"$2" <<'END'
#!/bin/sh
trap 'sleep 0.3; : >"$HOME/cleared"; echo interrupted by itself >&2; exit 1' INT
: >"$HOME/began"
while :; do sleep 0.1; done
END
chmod +x "$2"
`)
	w.link("sleep")
	if stderr, code := w.interrupted(); code != 1 || stderr != "interrupted by itself\n" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	if _, err := os.Stat(w.home + "/cleared"); err != nil {
		t.Errorf("the shell did not wait: %v", err)
	}
}

func TestInterruptedCompiler(t *testing.T) {
	w := newWorld(t)
	w.tool("go", `while [ "$1" != -o ]; do shift; done
: >"$2"
: >"$HOME/began"
sleep 60
`)
	w.link("sleep")
	if stderr, code := w.interrupted(); code != 1 || stderr != "bazelw: error: interrupted: run the command again\n" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	if left, err := filepath.Glob(w.home + "/.cache/gosqlite/bootstrap/*"); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
}
