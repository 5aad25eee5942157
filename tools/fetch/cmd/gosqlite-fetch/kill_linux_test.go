// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// Variables that make this test the program itself: its arguments, after how many steps it kills itself, and how many bytes
// a file may have.
const (
	asProgram = "GOSQLITE_FETCH_ARGUMENTS"
	killAfter = "GOSQLITE_FETCH_STEPS"
	fileLimit = "GOSQLITE_FETCH_BYTES"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(asProgram); text != "" {
		os.Exit(child(text))
	}
	os.Exit(m.Run())
}

// child is the program, killed as the system kills, or with a disk on which no large file fits.
func child(text string) int {
	var args []string
	if err := json.Unmarshal([]byte(text), &args); err != nil {
		panic(err)
	}
	if limit, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 63); err == nil {
		signal.Ignore(syscall.SIGXFSZ) // the write then fails
		var both syscall.Rlimit
		both.Cur, both.Max = limit, limit
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &both); err != nil {
			panic(err)
		}
	}
	steps, err := strconv.Atoi(os.Getenv(killAfter))
	w := world{stdout: os.Stdout, stderr: os.Stderr, now: func() time.Time { return specimen.Now }, stall: time.Minute,
		wait: func(ctx context.Context, _ int) error { return ctx.Err() }}
	if err == nil {
		w.step = func(name string) {
			if os.Stdout.WriteString("step " + name + "\n"); steps == 0 {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			steps--
		}
	}
	return run(context.Background(), args, w)
}

// start runs the program in a process of its own.
func (d *desk) start(variables []string, args ...string) (out string, err error) {
	d.Helper()
	self, err := os.Executable()
	d.must(err)
	cmd := exec.CommandContext(d.Context(), self)
	cmd.Env = append(append(os.Environ(), asProgram+"="+string(d.json(args))), variables...)
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// TestKilled kills an update after each of its steps. Readers then have the old version or the new one, whole, and the next
// run brings it to an end.
func TestKilled(t *testing.T) {
	t.Parallel()
	d := upgrade(t)
	update := []string{"update", "--to", d.in("root"), "--policy", d.in("policy.json")}
	d.must(os.CopyFS(d.in("before"), os.DirFS(d.in("root"))))
	killed := 0
	for steps := 0; ; steps++ {
		d.must(os.RemoveAll(d.in("root")))
		d.must(os.CopyFS(d.in("root"), os.DirFS(d.in("before"))))
		out, err := d.start([]string{killAfter + "=" + strconv.Itoa(steps)}, update...)
		if err == nil {
			break
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the program failed: %v\n%s", err, out)
		}
		killed++
		want := "v1.2.0"
		if strings.Contains(out, "step link renamed") {
			want = "v1.3.0"
		}
		if have := d.inUse(); have != want {
			t.Errorf("after %s%s is in use, not %s", out, have, want)
		}
		d.want(0, "v1.3.0 for linux_amd64 is in use", update...)
		d.want(0, "as it was released", "check", "--to", d.in("root"))
		d.want(0, "v1.2.0", "rollback", "--to", d.in("root"))
	}
	d.wantInUse("v1.3.0")
	if killed < 8 {
		t.Errorf("killed after %d steps alone", killed)
	}
}

// TestKilledFirst kills the first installation after each of its steps.
func TestKilledFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.publish("site", d.release("1.2.0", specimen.Spoil{}))
	install := []string{"install", "--from", "file:" + d.in("site"), "--to", d.in("root"), "--platform", "linux_amd64", "--policy", d.in("policy.json")}
	killed := 0
	for steps := 0; ; steps++ {
		d.must(os.RemoveAll(d.in("root")))
		out, err := d.start([]string{killAfter + "=" + strconv.Itoa(steps)}, install...)
		if err == nil {
			break
		}
		killed++
		if have := d.inUse(); (have != "") != (strings.Contains(out, "step link renamed")) {
			t.Errorf("after %s%q is in use", out, have)
		}
		d.want(0, "v1.2.0 for linux_amd64 is in use", install...)
		d.want(0, "as it was released", "check", "--to", d.in("root"))
	}
	if killed < 8 {
		t.Errorf("killed after %d steps alone", killed)
	}
}

// TestDiskFull: what can't be written is a failure, and what was in use stays.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	d := upgrade(t)
	update := []string{"update", "--to", d.in("root"), "--policy", d.in("policy.json")}
	failures := 0
	for _, limit := range []string{"0", "100", "400", "1500", "3000"} {
		out, err := d.start([]string{fileLimit + "=" + limit}, update...)
		if err == nil {
			t.Errorf("files of at most %s bytes: no error", limit)
			continue
		}
		if !strings.Contains(out, "file too large") {
			t.Errorf("files of at most %s bytes: %s", limit, out)
		}
		failures++
		d.wantInUse("v1.2.0")
	}
	d.want(0, "v1.3.0", update...)
	d.want(0, "as it was released", "check", "--to", d.in("root"))
	if failures == 0 {
		t.Error("nothing was exercised")
	}
}

// TestTwoAtOnce: one changes the folder, and the other says that it is at work.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	d := upgrade(t)
	update := []string{"update", "--to", d.in("root"), "--policy", d.in("policy.json")}
	var work sync.WaitGroup
	done := make([]string, 3)
	for i := range done {
		work.Go(func() {
			out, err := d.start(nil, update...)
			if done[i] = "done"; err != nil {
				done[i] = out
			}
		})
	}
	work.Wait()
	succeeded := 0
	for _, out := range done {
		if out == "done" {
			succeeded++
		} else if !strings.Contains(out, "another run is at work") {
			t.Errorf("one of three: %s", out)
		}
	}
	d.wantInUse("v1.3.0")
	d.want(0, "as it was released", "check", "--to", d.in("root"))
	if have, _ := filepath.Glob(d.in("root", "versions", "*")); succeeded == 0 || len(have) != 2 {
		t.Errorf("%d succeeded, installed are %v", succeeded, have)
	}
}
