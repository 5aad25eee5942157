// SPDX-License-Identifier: MIT

//go:build darwin || freebsd || linux || netbsd

package tree

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// asPublisher makes this test a publisher that kills itself after so many steps; asFolder is where, and asWork what it does
// instead of publishing.
const (
	asPublisher = "GOSQLITE_PUBLISH_STEPS"
	asFolder    = "GOSQLITE_PUBLISH_FOLDER"
	asWork      = "GOSQLITE_PUBLISH_WORK"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(asPublisher); text != "" {
		steps, err := strconv.Atoi(text)
		if err != nil {
			panic(err)
		}
		os.Exit(child(os.Getenv(asFolder), steps))
	}
	os.Exit(m.Run())
}

// child publishes 1.1.0 and is killed, as the system kills, once it has done so many steps.
func child(dir string, steps int) int {
	s := &Store{Dir: dir, Step: func(name string) {
		if os.Stdout.WriteString(name + "\n"); steps == 0 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		steps--
	}}
	if err := work(s, os.Getenv(asWork)); err != nil {
		os.Stderr.WriteString(err.Error())
		return 1
	}
	return 0
}

func work(s *Store, kind string) error {
	switch kind {
	case "copy":
		_, err := Copy(context.Background(), &Store{Dir: s.Dir + ".source"}, s)
		return err
	case "prune":
		_, _, err := s.Prune(context.Background(), 1)
		return err
	}
	v, items := release("1.1.0")
	base, generation, err := s.Current()
	if err != nil {
		return err
	}
	var c *Change
	if kind == "revoke" {
		c, err = Revoke(base, generation, revocation, nil)
	} else {
		c, err = Plan(base, generation, v, items)
	}
	if err != nil {
		return err
	}
	return s.Commit(context.Background(), c)
}

// start runs a child and returns the steps that it did, and whether it was killed.
func start(t *testing.T, dir string, steps int) (done []string, killed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), asPublisher+"="+strconv.Itoa(steps), asFolder+"="+dir)
	out, err := cmd.Output()
	done = strings.Fields(strings.ReplaceAll(string(out), " ", "_"))
	var exit *exec.ExitError
	switch {
	case err == nil:
		return done, false
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		return done, true
	}
	t.Fatalf("the publisher failed: %v %s", err, exit.Stderr)
	return nil, false
}

// TestKilled kills a publisher after each of its steps. Readers then see all of the old or all of the new, and the next
// publisher brings it to an end.
func TestKilled(t *testing.T) {
	old, fresh := map[string]string{}, map[string]string{}
	swapped, ended := -1, false
	for steps := 0; !ended; steps++ {
		if steps > 100 {
			t.Fatal("the publisher never ends")
		}
		dir := t.TempDir()
		s := &Store{Dir: dir}
		v, items := release("1.0.0")
		_, err := s.publish(t, v, items)
		must(t, nil, err)
		old = view(t, dir)
		done, killed := start(t, dir, steps)
		last := done[len(done)-1]
		if ended = !killed; ended {
			break
		}
		seen := view(t, dir)
		if last == "pointer_renamed" {
			swapped = steps
			fresh = seen
		}
		want := old
		if swapped >= 0 {
			want = fresh
		}
		if !maps.Equal(seen, want) {
			t.Errorf("killed after %s: readers see %d files, not %d", last, len(seen), len(want))
		}
		v, items = release("1.1.0")
		if _, err := s.publish(t, v, items); err != nil {
			t.Errorf("killed after %s: the next publisher: %v", last, err)
		}
		if all := view(t, dir); all["releases/v1.1.0/manifest.json"] != "manifest 1.1.0" || all["releases/v1.0.0/manifest.json"] != "manifest 1.0.0" {
			t.Errorf("killed after %s: afterwards readers see %v", last, all)
		}
		for _, pattern := range []string{"objects/" + temporary + "*", "generations/" + temporary + "*", nextName} {
			if left, _ := filepath.Glob(filepath.Join(dir, pattern)); len(left) > 0 && swapped < 0 {
				t.Errorf("killed after %s: left behind %v", last, left)
			}
		}
	}
	if swapped < 10 || maps.Equal(old, fresh) {
		t.Errorf("the pointer was renamed in step %d: too few steps were exercised", swapped)
	}
}

// TestResumed shows that what a stopped publisher copied is not copied again.
func TestResumed(t *testing.T) {
	dir := t.TempDir()
	done, killed := start(t, dir, 4)
	if !killed {
		t.Fatalf("it was not killed: %v", done)
	}
	opened := 0
	v, items := release("1.1.0")
	for i := range items {
		open := items[i].Open
		items[i].Open = Bytes("x", nil, true).Open
		if _, err := os.Stat(filepath.Join(dir, "objects", items[i].SHA256)); err != nil {
			items[i].Open = open
			opened++
		}
	}
	if _, err := (&Store{Dir: dir}).publish(t, v, items); err != nil {
		t.Fatal(err)
	}
	if opened == len(items) {
		t.Errorf("nothing was there after the steps %v", done)
	}
}

// TestTwoPublishers lets one come while the other is at each of its steps: it is turned away, and nothing is lost.
func TestTwoPublishers(t *testing.T) {
	dir := t.TempDir()
	other := &Store{Dir: dir}
	turned := 0
	first := &Store{Dir: dir}
	first.Step = func(name string) {
		v, items := release("1.1.0")
		base, generation, err := other.Current()
		if err != nil {
			t.Fatal(err)
		}
		c, err := Plan(base, generation, v, items)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Commit(t.Context(), c); !errors.Is(err, ErrBusy) {
			t.Errorf("in step %s: %v", name, err)
		}
		turned++
	}
	v, items := release("1.0.0")
	_, err := first.publish(t, v, items)
	must(t, nil, err)
	if turned < 10 {
		t.Errorf("only %d steps", turned)
	}
	v, items = release("1.1.0")
	_, err = other.publish(t, v, items)
	must(t, nil, err)
	if seen := view(t, dir); seen["releases/v1.0.0/manifest.json"] == "" || seen["releases/v1.1.0/manifest.json"] == "" {
		t.Errorf("readers see %v", seen)
	}
}

// TestMoved plans, lets somebody else publish, and commits: the plan is void, with the lock and where locks do not hold.
func TestMoved(t *testing.T) {
	for _, at := range []string{"before", "pointer written"} {
		dir := t.TempDir()
		s := published(t, dir, "0.9.0")
		base, generation, err := s.Current()
		must(t, nil, err)
		v, items := release("1.0.0")
		c, err := Plan(base, generation, v, items)
		must(t, c, err)
		intrude := func() {
			if at != "before" { // as on a file system that forgets locks
				must(t, nil, os.Remove(filepath.Join(dir, lockName)))
			}
			w, others := release("1.1.0")
			o, err := Plan(base, generation, w, others)
			must(t, o, err)
			must(t, nil, (&Store{Dir: dir}).Commit(t.Context(), o))
		}
		var once sync.Once
		s.Step = func(name string) {
			if name == at {
				once.Do(intrude)
			}
		}
		if at == "before" {
			intrude()
		}
		if err := s.Commit(t.Context(), c); !errors.Is(err, ErrMoved) {
			t.Errorf("%s: %v", at, err)
		}
		if _, err := os.Stat(filepath.Join(dir, objectsName, items[0].SHA256)); at == "before" && err == nil {
			t.Error("bytes of a void plan were copied")
		}
		if seen := view(t, dir); seen["releases/v1.1.0/manifest.json"] == "" || seen["releases/v1.0.0/manifest.json"] != "" {
			t.Errorf("%s: readers see %v", at, seen)
		}
	}
}
