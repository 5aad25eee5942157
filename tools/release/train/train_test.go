// SPDX-License-Identifier: MIT

package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// world is a train of four steps, of which the last is guarded, and the first may run always.
type world struct {
	file    string
	ran     []string
	fail    string // the step that fails
	always  bool
	targets string
	publish bool
	told    map[string]string
	out     bytes.Buffer
}

func (w *world) run(t *testing.T, version, commit, only string) error {
	t.Helper()
	w.ran = nil
	state, err := Open(w.file, State{Version: version, Commit: commit, Targets: w.targets, Publish: w.publish, Told: w.told})
	if err != nil {
		return err
	}
	train := &Train{State: state, Save: func(s *State) error { return s.Save(w.file) }, Now: func() time.Time { return time.Unix(0, 0) }, Out: &w.out}
	for _, name := range []string{"clean", "build", "sign", "publish"} {
		train.Steps = append(train.Steps, Step{Name: name, Doc: "does it", Advice: "mend " + name, Guarded: name == "publish", Always: w.always && name == "clean", Run: func(context.Context) error {
			w.ran = append(w.ran, name)
			if name == w.fail {
				return errors.New("broken")
			}
			return nil
		}})
	}
	return train.Go(t.Context(), only)
}

func (w *world) want(t *testing.T, err error, text string, ran ...string) {
	t.Helper()
	if text == "" && err != nil || text != "" && (err == nil || !strings.Contains(err.Error(), text)) {
		t.Errorf("got %v, want %q", err, text)
	}
	if !slices.Equal(w.ran, ran) {
		t.Errorf("ran %q, want %q", w.ran, ran)
	}
}

func TestTrainGoesOn(t *testing.T) {
	w := &world{file: filepath.Join(t.TempDir(), "state.json"), fail: "sign"}
	want := func(err error, text string, ran ...string) { t.Helper(); w.want(t, err, text, ran...) }
	want(w.run(t, "v1.0.0", "abc", ""), "mend sign; then run the same command again", "clean", "build", "sign")
	if !strings.Contains(w.out.String(), "[3/4] sign: FAILED after 0.0 s; nothing is published") {
		t.Errorf("said %q", &w.out)
	}
	want(w.run(t, "v1.0.0", "abc", ""), "mend sign", "sign")
	want(w.run(t, "v1.0.0", "abc", "publish"), "step sign is not done")
	w.fail = ""
	want(w.run(t, "v1.0.0", "abc", ""), "", "sign", "publish")
	want(w.run(t, "v1.0.0", "abc", ""), "")
	// A step by name runs again, and what stands on it is done no more.
	want(w.run(t, "v1.0.0", "abc", "build"), "", "build")
	want(w.run(t, "v1.0.0", "abc", "publish"), "step sign is not done")
	want(w.run(t, "v1.0.0", "abc", ""), "", "sign", "publish")
	// Another version or commit is another release.
	want(w.run(t, "v1.0.1", "abc", ""), "it is of v1.0.0 at abc built as , not of v1.0.1 at abc")
	want(w.run(t, "v1.0.0", "abd", ""), "not of v1.0.0 at abd")
	err := w.run(t, "v1.0.0", "abc", "fly")
	want(err, `"fly" is none of clean, build, sign, publish`)
	if action.Code(err) != action.Usage {
		t.Errorf("exit code %d", action.Code(err))
	}
}

// A tree that was clean when the build failed may be mended, and not committed, when it is tried again.
func TestLookingRunsAlways(t *testing.T) {
	w := &world{file: filepath.Join(t.TempDir(), "state.json"), fail: "build", always: true}
	run := func(only string) error { t.Helper(); return w.run(t, "v1.0.0", "abc", only) }
	w.want(t, run(""), "mend build", "clean", "build")
	w.fail = "clean"
	w.want(t, run(""), "mend clean", "clean")
	w.want(t, run("build"), "mend clean", "clean")
	w.fail = ""
	w.want(t, run(""), "", "clean", "build", "sign", "publish")
	// It takes nothing back from what was done, and fails it all the same.
	w.want(t, run(""), "", "clean")
	w.want(t, run("clean"), "", "clean")
	w.fail = "clean"
	w.want(t, run("publish"), "mend clean", "clean")
	w.fail = ""
	w.want(t, run("publish"), "", "clean", "publish")
	state, err := Open(w.file, State{Version: "v1.0.0", Commit: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, d := range state.Steps {
		order = append(order, d.Step)
	}
	if want := []string{"clean", "build", "sign", "publish"}; !slices.Equal(order, want) {
		t.Errorf("the state has %q, want %q", order, want)
	}
}

func TestDryRunIsNoPublication(t *testing.T) {
	w := &world{file: filepath.Join(t.TempDir(), "state.json")}
	run := func() error { t.Helper(); return w.run(t, "v1.0.0", "abc", "") }
	w.want(t, run(), "", "clean", "build", "sign", "publish")
	w.publish = true
	w.want(t, run(), "", "publish")
	w.want(t, run(), "")
	w.publish = false
	w.want(t, run(), "", "publish")
}

// A step that is told something else than before has not done that: neither it nor what stands on it passes for done.
func TestTold(t *testing.T) {
	w := &world{file: filepath.Join(t.TempDir(), "state.json"), told: map[string]string{"publish": "here", "sign": "by one"}}
	run := func(only string) error { t.Helper(); return w.run(t, "v1.0.0", "abc", only) }
	w.want(t, run(""), "", "clean", "build", "sign", "publish")
	w.want(t, run(""), "")
	w.told = map[string]string{"publish": "there", "sign": "by one"}
	w.want(t, run(""), "", "publish")
	w.want(t, run(""), "")
	w.told = map[string]string{"publish": "there", "sign": "by two"}
	w.want(t, run("publish"), "step sign is not done")
	w.want(t, run(""), "", "sign", "publish")
	w.told = nil
	w.want(t, run(""), "", "sign", "publish")
}

func TestStateIsOfItsTargets(t *testing.T) {
	w := &world{file: filepath.Join(t.TempDir(), "state.json"), targets: "//:release", fail: "sign"}
	run := func() error { t.Helper(); return w.run(t, "v1.0.0", "abc", "") }
	w.want(t, run(), "mend sign", "clean", "build", "sign")
	w.targets, w.fail = "//:release_all", ""
	err := run()
	w.want(t, err, "built as //:release, not of v1.0.0 at abc built as //:release_all")
	if !errors.Is(err, ErrOther) {
		t.Errorf("%v is not ErrOther", err)
	}
	w.targets = "//:release"
	w.want(t, run(), "", "sign", "publish")
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	for _, text := range []string{"", "{", `{"schema":"other"}`, strings.Repeat(" ", maxState+1)} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file, State{Version: "v1.0.0", Commit: "abc"}); err == nil || errors.Is(err, ErrOther) || !strings.Contains(err.Error(), "remove the file to begin anew") {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}
