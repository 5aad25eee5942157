// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/cache"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/sast"
)

// counted is a scanner that counts how often it ran.
type counted struct {
	sync.Mutex
	runs  int
	input string // what its result depends on
	err   error
}

func (c *counted) task(name string) task {
	return task{
		name:    name,
		depends: func(context.Context, *cache.Inputs) ([]string, error) { return []string{c.input}, nil },
		run: func(context.Context) (*sast.Result, error) {
			c.Lock()
			defer c.Unlock()
			c.runs++
			if c.err != nil {
				return nil, c.err
			}
			return &sast.Result{Version: "1", Input: c.input, Notes: []string{"a note"}, Findings: []finding.Finding{{
				Scanner: name, ID: "X1", Aliases: []string{"Y"}, Component: "a.go", Rank: finding.Called, Severity: "high", Score: 7.8, Trace: []string{"main.main"}, Line: 3, Summary: `"<&>"`,
			}}}, nil
		},
	}
}

func testRunner(dir, self string, read bool) *runner {
	return &runner{cache: cache.Open(dir, read), self: self, sum: func() (string, error) { return self, nil }, workers: 2, now: time.Now, stderr: &bytes.Buffer{},
		inputs: func(context.Context) (*cache.Inputs, error) { return nil, nil }}
}

// TestChangedMeanwhile: what a scanner said while a file of the tree was written is kept under no key, neither under that of
// the form before nor under that of the form after; and so it is when the files cannot be read again.
func TestChangedMeanwhile(t *testing.T) {
	root := t.TempDir()
	write := func(text string) { put(t, root, map[string]string{"a.go": text}) }
	digest := func(context.Context) (*cache.Inputs, error) { return cache.Digest(root, []string{"a.go"}, nil) }
	dir, runs := t.TempDir(), 0
	scan := func(meanwhile func(), again error) (outcome, string) {
		r := testRunner(dir, "v1", true)
		var err error
		if r.read, err = digest(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.inputs = func(ctx context.Context) (*cache.Inputs, error) {
			if again != nil {
				return nil, again
			}
			return digest(ctx)
		}
		o := r.all(t.Context(), []task{{
			name:    "gosec",
			depends: func(_ context.Context, in *cache.Inputs) ([]string, error) { return []string{in.Go()}, nil },
			run: func(context.Context) (*sast.Result, error) {
				runs++
				meanwhile()
				return &sast.Result{Version: "1"}, nil
			},
		}})[0]
		return o, r.stderr.(*bytes.Buffer).String()
	}
	nothing := func() {}
	write("before")
	if o, says := scan(func() { write("after") }, nil); o.kept || !strings.Contains(says, "gosec: the result is not kept") {
		t.Errorf("kept %v, %q", o.kept, says)
	}
	if o, says := scan(nothing, errors.New("planted")); o.kept || !strings.Contains(says, "nothing is kept: planted") {
		t.Errorf("the form after: kept %v, %q", o.kept, says)
	}
	if o, says := scan(nothing, nil); o.kept || says != "" {
		t.Errorf("the form after, again: kept %v, %q", o.kept, says)
	}
	if o, _ := scan(nothing, nil); !o.kept {
		t.Error("a tree that does not change is looked at each time")
	}
	write("before")
	if o, _ := scan(nothing, nil); o.kept || runs != 4 {
		t.Errorf("the form before: kept %v, %d runs", o.kept, runs)
	}
}

// TestProgramChanged: what a run found whose program's file is another one at its end is not kept, neither of the tree nor of
// copies, since nobody knows which of the two said it.
func TestProgramChanged(t *testing.T) {
	ofCopy := cache.KeyOf("a copy")
	for _, c := range []struct {
		name, after string
		err         error
		kept        bool
	}{
		{"the same", "v1", nil, true}, {"another", "v2", nil, false}, {"none", "v1", errors.New("planted"), false},
	} {
		dir, scanner := t.TempDir(), &counted{input: "a tree"}
		r := testRunner(dir, "v1", true)
		r.sum = func() (string, error) { return c.after, c.err }
		r.copies = []about{{"go-binary-program", outcome{Result: &sast.Result{Version: "1"}, key: &ofCopy}}}
		r.all(t.Context(), []task{scanner.task("gosec")})
		if says := r.stderr.(*bytes.Buffer).String(); (says == "") != c.kept {
			t.Errorf("%s: it says %q", c.name, says)
		}
		var of sast.Result
		again := testRunner(dir, "v1", true).all(t.Context(), []task{scanner.task("gosec")})[0]
		if r.cache.Get("go-binary-program", ofCopy, &of) != c.kept || again.kept != c.kept {
			t.Errorf("%s: kept %v, and %+v of a copy", c.name, again.kept, of)
		}
	}
}

// TestNoCache: where nothing is kept, nothing is read for it.
func TestNoCache(t *testing.T) {
	r, asked := testRunner("", "v1", true), 0
	r.inputs = func(context.Context) (*cache.Inputs, error) { asked++; return nil, nil }
	r.sum = func() (string, error) { asked++; return "v1", nil }
	x := (&counted{}).task("gosec")
	x.depends = func(context.Context, *cache.Inputs) ([]string, error) { asked++; return nil, nil }
	if o := r.all(t.Context(), []task{x})[0]; o.err != nil || asked != 0 {
		t.Errorf("%v, %d times", o.err, asked)
	}
}

// TestKept: a result is asked for once, comes back as it was, and not when anything that it depends on is another.
func TestKept(t *testing.T) {
	dir, c := t.TempDir(), &counted{input: "a tree"}
	ask := func(r *runner) outcome { return r.all(t.Context(), []task{c.task("gosec")})[0] }
	first, second := ask(testRunner(dir, "v1", true)), ask(testRunner(dir, "v1", true))
	if c.runs != 1 || first.kept || !second.kept || !reflect.DeepEqual(first.Result, second.Result) {
		t.Errorf("%d runs; %+v, then %+v", c.runs, first, second)
	}
	for _, again := range []struct {
		name string
		ask  func() outcome
	}{
		{"another program", func() outcome { return ask(testRunner(dir, "v2", true)) }},
		{"an unknown program", func() outcome { return ask(testRunner(dir, "", true)) }},
		{"no cache", func() outcome { return ask(testRunner("", "v1", true)) }},
		{"a cache that is not read", func() outcome { return ask(testRunner(dir, "v1", false)) }},
		{"another tree", func() outcome { c.input = "another tree"; return ask(testRunner(dir, "v1", true)) }},
		{"another scanner", func() outcome { return testRunner(dir, "v1", true).all(t.Context(), []task{c.task("vet")})[0] }},
		{"unknown inputs", func() outcome {
			x := c.task("gosec")
			x.depends = func(context.Context, *cache.Inputs) ([]string, error) { return nil, errors.New("planted") }
			return testRunner(dir, "v1", true).all(t.Context(), []task{x})[0]
		}},
	} {
		before := c.runs
		if o := again.ask(); o.kept || o.err != nil || c.runs != before+1 {
			t.Errorf("%s: kept %v, %v, %d runs", again.name, o.kept, o.err, c.runs-before)
		}
	}
}

// TestErrorsAreNotKept: what failed is asked again.
func TestErrorsAreNotKept(t *testing.T) {
	dir, c := t.TempDir(), &counted{input: "a tree", err: errors.New("planted")}
	for range 2 {
		if o := testRunner(dir, "v1", true).all(t.Context(), []task{c.task("gosec")})[0]; o.err == nil || o.kept || o.Result == nil {
			t.Errorf("%+v", o)
		}
	}
	if c.runs != 2 {
		t.Errorf("%d runs", c.runs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := testRunner(dir, "v1", true).all(ctx, []task{c.task("gosec")})[0]; !errors.Is(o.err, context.Canceled) || c.runs != 2 {
		t.Errorf("after the end: %v, %d runs", o.err, c.runs)
	}
}

// TestOrder: the longest begins first, and outcomes stand in the order of the tasks.
func TestOrder(t *testing.T) {
	var began []string
	var tasks []task
	for i, name := range []string{"short", "longest", "long"} {
		tasks = append(tasks, task{name: name, cost: []int{1, 9, 5}[i], run: func(context.Context) (*sast.Result, error) {
			began = append(began, name)
			return &sast.Result{Input: name}, nil
		}})
	}
	r := testRunner("", "", true)
	r.workers = 1
	outcomes := r.all(t.Context(), tasks)
	if !slices.Equal(began, []string{"longest", "long", "short"}) || outcomes[0].Input != "short" || outcomes[2].Input != "long" {
		t.Errorf("%q, %+v", began, outcomes)
	}
}

// TestKeptIsSaid: the table and the times say what was not asked again, and the report of it is the same.
func TestKeptIsSaid(t *testing.T) {
	scanners := []gate.Scanner{{Name: "gosec", Version: "1", Input: "2 files", Kept: keptWords}, {Name: "vet", Version: "1", Input: "2 files"}}
	kept := report.Report{Scanners: scanners}
	var table, says bytes.Buffer
	if err := kept.Table(&table); err != nil {
		t.Fatal(err)
	}
	if strings.Count(table.String(), "kept from an earlier run") != 1 {
		t.Errorf("%s", table.String())
	}
	r := &runner{stderr: &says}
	r.times(scanners, []outcome{{kept: true}, {took: 1500 * time.Millisecond}}, 2*time.Second)
	if want := "scan: 2.0 s: vet 1.5 s; kept from an earlier run of the same: gosec\n"; says.String() != want {
		t.Errorf("%q, want %q", says.String(), want)
	}
	asked := report.Report{Scanners: slices.Clone(scanners)}
	asked.Scanners[0].Kept = ""
	a, err := kept.JSON()
	if err != nil {
		t.Fatal(err)
	}
	b, err := asked.JSON()
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("the reports differ: %v\n%s\n%s", err, a, b)
	}
}

// TestWhereResultsAreKept: in the user's cache; nowhere without one; and the gate of a release reads none.
func TestWhereResultsAreKept(t *testing.T) {
	home := t.TempDir()
	key := cache.KeyOf("a")
	for _, c := range []struct {
		name    string
		environ []string
		options options
		dir     string
		read    bool
	}{
		{"home", []string{"HOME=" + home}, options{gate: "tree"}, filepath.Join(home, ".cache"), true},
		{"cache", []string{"HOME=/", "XDG_CACHE_HOME=" + home}, options{gate: "tree"}, home, true},
		{"fresh", []string{"HOME=" + home}, options{gate: "tree", fresh: true}, filepath.Join(home, ".cache"), false},
		{"release", []string{"HOME=" + home}, options{gate: "release"}, filepath.Join(home, ".cache"), false},
		{"a relative home", []string{"HOME=x"}, options{gate: "tree"}, "", false},
		{"no home", nil, options{gate: "tree"}, "", false},
	} {
		s := &session{options: c.options, env: environment{environ: c.environ}}
		kept := s.openCache()
		if err := kept.Put("vet", key, "x"); err != nil {
			t.Fatal(err)
		}
		if c.dir != "" {
			if _, err := os.Stat(filepath.Join(c.dir, "gosqlite", "scan", "results")); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		var said string
		if read := kept.Get("vet", key, &said); read != c.read {
			t.Errorf("%s: read %v", c.name, read)
		}
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("a relative home got a folder")
	}
}
