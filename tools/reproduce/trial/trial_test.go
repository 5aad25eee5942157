// SPDX-License-Identifier: MIT

package trial

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// fakeBuilder runs two honest actions and one for each plant, which writes its fact into its output only if it is the
// one named by leak. The release file holds all outputs.
type fakeBuilder struct {
	leak     string
	all      bool // every plant leaks
	package_ string
	release  string // further text of the release file
	cached   bool
	err      error
	onBuild  func()
	builds   int
	down     []string
}

func (f *fakeBuilder) Build(_ context.Context, s variation.Setting, r Request) (*Product, error) {
	f.builds++
	if f.onBuild != nil {
		f.onBuild()
	}
	if f.err != nil {
		return nil, f.err
	}
	facts := f.facts(s)
	root := filepath.Join(s.OutputRoot, "execroot")
	spawns := []lt.Spawn{{Mnemonic: "Honest", Label: "//:first", Outputs: map[string]string{"out/first": "1"}, CacheHit: f.cached, Runner: "sandbox"}}
	content := f.release
	inputs := map[string]string{"out/first": "1"}
	for _, v := range variation.Table {
		text := "nothing"
		if f.all || v.Plant == f.leak {
			text = facts[v.Name]
			content += "leaked\n"
		}
		out := "out/" + v.Plant
		inputs[out] = text
		spawns = append(spawns, lt.Spawn{Mnemonic: "Plant", Label: f.package_ + ":" + v.Plant, Outputs: map[string]string{out: text}, Runner: "sandbox"})
		if err := write(filepath.Join(root, out), text); err != nil {
			return nil, err
		}
	}
	spawns = append(spawns, lt.Spawn{Mnemonic: "Pack", Label: "//:release", Inputs: inputs, Outputs: map[string]string{"out/release.txt": content}, Runner: "sandbox"})
	p := &Product{ExecRoot: root, Log: filepath.Join(r.Results, "log"), Files: map[string]string{"release.txt": filepath.Join(root, "out/release.txt")}}
	if err := write(p.Files["release.txt"], content); err != nil {
		return nil, err
	}
	return p, os.WriteFile(p.Log, lt.Log(spawns...), 0o644)
}

// facts is what an action could learn of each variation.
func (f *fakeBuilder) facts(s variation.Setting) map[string]string {
	mode := fs.FileMode(0)
	if info, err := os.Stat(filepath.Join(s.Workspace, "src/main.c")); err == nil {
		mode = info.Mode()
	}
	return map[string]string{
		"path": s.Workspace, "output_root": s.OutputRoot, "home": s.Env["HOME"], "user": s.Env["USER"], "host": s.Env["HOSTNAME"], "tmpdir": s.Env["TMPDIR"],
		"tz": s.Env["TZ"], "locale": s.Env["LC_ALL"], "umask": mode.String(), "jobs": fmt.Sprint(s.Jobs), "env": s.Path + s.Env["GOSQLITE_REPRODUCE"],
		"clock": fmt.Sprint(f.builds), "uid": fmt.Sprint(s.UID), "uname": s.Host + s.Domain, "cores": fmt.Sprint(s.OneCore), "order": fmt.Sprint(s.Reverse), "system": fmt.Sprint(s.System),
		"sandbox": strings.Join(s.Flags, " "), "sandbox_hermetic": strings.Join(s.Flags, " "), "sandbox_none": strings.Join(s.Flags, " "),
	}
}

func (f *fakeBuilder) Shutdown(_ context.Context, s variation.Setting) error {
	f.down = append(f.down, s.Name)
	return nil
}

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// fakeSource is a tree of one file.
type fakeSource struct{ dir string }

func (s fakeSource) Root() string { return s.dir }

func (s fakeSource) Files(context.Context) ([]string, error) {
	return []string{"src/main.c", "src/deleted.c"}, nil
}

// byOne is who makes all builds.
func byOne(variation.Setting) ledger.Side { return ledger.Side{CPU: "one"} }

func newTrial(t *testing.T, b Builder, names ...string) *Trial {
	t.Helper()
	src := t.TempDir()
	if err := write(filepath.Join(src, "src/main.c"), "int main;"); err != nil {
		t.Fatal(err)
	}
	vary, err := variation.Select(names)
	if err != nil {
		t.Fatal(err)
	}
	return &Trial{Builder: b, Source: fakeSource{src}, Random: rand.Reader, Progress: func(string) {}, Work: filepath.Join(t.TempDir(), "work"),
		Targets: []string{"//:release"}, Variations: vary, Jobs: 2}
}

func TestEqualBuildsPass(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	r, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode() != report.ExitPass || r.Actions.Total != len(variation.Table)+2 || len(r.Files) != 1 || r.Leaks.Files() != 2 {
		t.Errorf("verdict %s, %d actions, %d files, %d files searched", r.Verdict(), r.Actions.Total, len(r.Files), r.Leaks.Files())
	}
	if f.builds != 2 || strings.Join(f.down, "") != "AB" {
		t.Errorf("%d builds, servers ended %v", f.builds, f.down)
	}
	if _, err := os.Stat(tr.Work); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the work folder is left: %v", err)
	}
}

func TestEachPlantTurnsItsActionRed(t *testing.T) {
	for _, v := range variation.Table {
		t.Run(v.Name, func(t *testing.T) {
			r, err := newTrial(t, &fakeBuilder{leak: v.Plant, release: "text\n"}, v.Name).Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			first := r.Actions.First()
			if r.ExitCode() != report.ExitDifferent || first == nil || first.Label != ":"+v.Plant || first.Cause != compare.Culprit {
				t.Fatalf("verdict %s, first %+v", r.Verdict(), first)
			}
			if r.Actions.Fail != 1 {
				t.Errorf("%d actions are red, want 1: %+v", r.Actions.Fail, r.Actions.NotPassed)
			}
			if r.Actions.Keys[0].Label != "//:release" {
				t.Errorf("the action after it: %+v", r.Actions.Keys)
			}
		})
	}
}

// TestPlantNeedsItsVariation shows that it is the variation that makes its plant red: with all others varied the two
// builds agree on the fact.
func TestPlantNeedsItsVariation(t *testing.T) {
	for _, v := range variation.Table {
		if v.Name == "clock" {
			continue // two builds in a row can't share a time
		}
		var others []string
		for _, n := range variation.Names() {
			if n != v.Name && n != "sandbox_hermetic" && n != "sandbox_none" && (n != "sandbox" || v.Group == "") {
				others = append(others, n)
			}
		}
		tr := newTrial(t, &fakeBuilder{leak: v.Plant, release: "text\n"}, others...)
		r, err := tr.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Actions.Fail > 0 {
			t.Errorf("%s: red without being varied: %+v", v.Name, r.Actions.First())
		}
	}
}

// TestPlaceOfADifferenceInOneOutputRoot looks into the outputs of both builds where B was made at the place of A.
func TestPlaceOfADifferenceInOneOutputRoot(t *testing.T) {
	r, err := newTrial(t, &fakeBuilder{leak: "leak_tz", release: "text\n"}, "tz").Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first := r.Actions.First(); first == nil || first.Outputs[0].Place == nil || first.Outputs[0].Place.Offset != 0 {
		t.Errorf("first %+v", first)
	}
}

func TestWhoMadeEachBuild(t *testing.T) {
	tr := newTrial(t, &fakeBuilder{release: "text\n"}, "system", "tz")
	tr.Side = func(s variation.Setting) ledger.Side {
		if s.System {
			return ledger.Side{CPU: "one", Boot: "b", Distribution: "E 2"}
		}
		return ledger.Side{CPU: "one", Boot: "b", Distribution: "D 1", Machine: "m"}
	}
	r, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Sides) != 2 || !strings.Contains(r.Sides[0], "D 1") || !strings.Contains(r.Sides[1], "E 2") || r.Relation != string(ledger.OtherRoot) || r.Ledger.Side.Distribution != "E 2" {
		t.Errorf("sides %q: %s; ledger by %s", r.Sides, r.Relation, r.Ledger.Side)
	}
}

// TestUnstableActionIsADifference has an action of build B that ran twice and did not make the same: what was compared is
// reported with it.
func TestUnstableActionIsADifference(t *testing.T) {
	tr := newTrial(t, twice{&fakeBuilder{release: "text\n"}}, "tz")
	tr.Side = byOne
	r, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode() != report.ExitDifferent || len(r.Faults) != 1 || len(r.Files) != 1 || !strings.Contains(r.First(), "ran more than once") {
		t.Errorf("verdict %s, faults %q, %d files, first %q", r.Verdict(), r.Faults, len(r.Files), r.First())
	}
}

// twice runs an action a second time, in both builds alike.
type twice struct{ *fakeBuilder }

func (b twice) Build(ctx context.Context, s variation.Setting, r Request) (*Product, error) {
	p, err := b.fakeBuilder.Build(ctx, s, r)
	if err != nil {
		return nil, err
	}
	run := func(text string) lt.Spawn {
		return lt.Spawn{Mnemonic: "Again", Label: "//:again", Outputs: map[string]string{"out/again": text}, Runner: "sandbox"}
	}
	return p, os.WriteFile(p.Log, lt.Log(run("1"), run("2")), 0o644)
}

func TestTokenInReleaseFileIsALeak(t *testing.T) {
	f := &fakeBuilder{}
	tr := newTrial(t, f, "user")
	// Both builds leak the same way, as from a cache: the files are equal, the leak test sees it all the same.
	tr.Random = strings.NewReader(strings.Repeat("12345678", 100))
	f.release = "built by q3132333435363738\n"
	r, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode() != report.ExitDifferent || r.Actions.Fail != 0 || len(r.Leaks.Findings) == 0 || r.Leaks.Findings[0].Rule != "token" {
		t.Errorf("verdict %s, leaks %+v", r.Verdict(), r.Leaks)
	}
}

func TestPlantsReportWhatIsExercised(t *testing.T) {
	everything := &fakeBuilder{all: true, package_: "//plants"}
	tr := newTrial(t, everything, variation.All)
	tr.Plants = "//plants"
	r, err := tr.Run(t.Context())
	if err != nil || r.ExitCode() != report.ExitDifferent {
		t.Errorf("all plants leak, those too that nothing can see: verdict %s, %v", r.Verdict(), err)
	}
	tr = newTrial(t, everything, variation.All)
	tr.Plants = "//plants"
	tr.Variations = slices.DeleteFunc(slices.Clone(tr.Variations), func(v variation.Variation) bool { return v.Unseen != "" })
	if r, err = tr.Run(t.Context()); err != nil || r.ExitCode() != report.ExitPass {
		t.Errorf("all plants leak: verdict %s, %v", r.Verdict(), err)
	}
	tr = newTrial(t, &fakeBuilder{leak: "leak_tz", package_: "//plants"})
	tr.Plants = "//plants"
	if r, err = tr.Run(t.Context()); err != nil || r.ExitCode() != report.ExitDifferent {
		t.Fatalf("one plant leaks: verdict %s, %v", r.Verdict(), err)
	}
	for _, v := range r.Variations {
		if *v.Exercised != (v.Name == "tz") {
			t.Errorf("%s: exercised %t", v.Name, *v.Exercised)
		}
	}
}

func TestCacheHitIsNotAPass(t *testing.T) {
	r, err := newTrial(t, &fakeBuilder{cached: true, release: "text\n"}).Run(t.Context())
	if err != nil || r.ExitCode() != report.ExitIncomplete || r.Actions.Skip != 1 {
		t.Errorf("verdict %s, %d skipped, %v", r.Verdict(), r.Actions.Skip, err)
	}
}

func TestSeveralPlatforms(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr := newTrial(t, f)
	tr.Platforms = []string{"//platforms:a", "//platforms:b"}
	r, err := tr.Run(t.Context())
	if err != nil || f.builds != 4 || len(r.Files) != 2 || r.Files[0].Name != "//platforms:a release.txt" {
		t.Errorf("%d builds, files %+v, %v", f.builds, r.Files, err)
	}
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	f := &fakeBuilder{err: errors.New("no such target")}
	tr := newTrial(t, f)
	if _, err := tr.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "build A: no such target") {
		t.Errorf("error %v", err)
	}
	if strings.Join(f.down, "") != "A" {
		t.Errorf("servers ended %v", f.down)
	}
	if _, err := os.Stat(tr.Work); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the work folder is left: %v", err)
	}
}

func TestInterruptLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fakeBuilder{err: context.Canceled, onBuild: cancel}
	tr := newTrial(t, f)
	if _, err := tr.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(tr.Work); !errors.Is(err, fs.ErrNotExist) || len(f.down) != 1 {
		t.Errorf("the work folder is left: %v; servers ended %v", err, f.down)
	}
}

func TestKeep(t *testing.T) {
	tr := newTrial(t, &fakeBuilder{release: "text\n"})
	tr.Keep = true
	if _, err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"A", "B"} {
		if _, err := os.Stat(filepath.Join(tr.Work, "results", s, "0", "files", "release.txt")); err != nil {
			t.Error(err)
		}
	}
}

func TestWorkFolderInUse(t *testing.T) {
	tr := newTrial(t, &fakeBuilder{})
	if err := write(filepath.Join(tr.Work, "precious"), "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(tr.Work, "precious")); err != nil {
		t.Errorf("a file of the user was removed: %v", err)
	}
}

func TestNoRandomness(t *testing.T) {
	tr := newTrial(t, &fakeBuilder{})
	tr.Random = strings.NewReader("short")
	if _, err := tr.Run(t.Context()); err == nil {
		t.Error("a run without random tokens went on")
	}
}
