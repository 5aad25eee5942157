// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/cache"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/sast"
)

// maxWorkers bounds the scanners that run at once: each takes up to a gigabyte of memory, and some use every processor.
const maxWorkers = 4

// A task runs one scanner of the tree.
type task struct {
	name string
	cost int // about how many seconds it takes; the longest begin first
	// depends is what the result depends on, when the tree has these files; nil when the task keeps results itself, or keeps none.
	depends func(ctx context.Context, in *cache.Inputs) ([]string, error)
	run     func(ctx context.Context) (*sast.Result, error)
}

// keptWords say in the table that a scanner was not asked again.
const keptWords = "kept from an earlier run of the same"

// An outcome is what became of a task.
type outcome struct {
	*sast.Result
	err  error
	kept bool // the result was kept from an earlier run
	took time.Duration

	key *cache.Key // that the result may be kept under; nil for none
}

// A runner runs tasks.
type runner struct {
	cache *cache.Cache
	self  string                 // digest of this program, taken first of all
	sum   func() (string, error) // takes it again: of the file as it is now
	// inputs reads the files of the tree with their digests: before the first task, and after the last one.
	inputs  func(ctx context.Context) (*cache.Inputs, error)
	read    *cache.Inputs // before the first task
	workers int
	now     func() time.Time
	stderr  io.Writer

	// copies are results about copies that this run made and nobody else changes, of the one task that looks at such.
	copies []about

	talk sync.Mutex // for stderr
}

// about is an outcome and what it is kept as.
type about struct {
	name string
	outcome
}

// openCache is the cache of the user who runs this, in the folder that others of this project keep things in. The gate of a
// release reads nothing from it, because whoever may write there could say that nothing was found.
func (s *session) openCache() *cache.Cache {
	dir := lookup(s.env.environ, "XDG_CACHE_HOME")
	if home := lookup(s.env.environ, "HOME"); dir == "" && home != "" {
		dir = filepath.Join(home, ".cache")
	}
	if dir == "" || !filepath.IsAbs(dir) {
		return cache.Open("", false)
	}
	return cache.Open(filepath.Join(dir, "gosqlite", "scan", "results"), !s.fresh && s.gate != "release")
}

// processors is how many tasks run at once.
func processors() int { return min(runtime.GOMAXPROCS(0), maxWorkers) }

// all runs the tasks and returns their outcomes in the same order.
func (r *runner) all(ctx context.Context, tasks []task) []outcome {
	order := make([]int, len(tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(tasks[a].cost, tasks[b].cost) })
	outcomes := make([]outcome, len(tasks))
	next := make(chan int)
	var workers sync.WaitGroup
	for range r.workers {
		workers.Go(func() {
			for i := range next {
				r.progress(tasks[i].name)
				outcomes[i] = r.one(ctx, &tasks[i])
			}
		})
	}
	for _, i := range order {
		next <- i
	}
	close(next)
	workers.Wait()
	r.keep(ctx, tasks, outcomes)
	return outcomes
}

// keep keeps what tasks said that ran, each under the key that it had before it ran, if it still has that key: when a file, or a
// program, changed meanwhile, nobody knows which of its forms was looked at. When this program did, that is so of all.
func (r *runner) keep(ctx context.Context, tasks []task, outcomes []outcome) {
	ofTree := slices.ContainsFunc(outcomes, func(o outcome) bool { return o.key != nil })
	if !ofTree && r.copies == nil || ctx.Err() != nil {
		return
	}
	if self, err := r.sum(); err != nil || self != r.self {
		r.say("scan: notice: nothing is kept: the file of this program changed meanwhile\n")
		return
	}
	for _, c := range r.copies {
		r.put(c.name, c.outcome)
	}
	if !ofTree {
		return
	}
	in, err := r.inputs(ctx)
	if err != nil {
		r.say("scan: notice: nothing is kept: %v\n", err)
		return
	}
	for i, o := range outcomes {
		if o.key == nil {
			continue
		}
		if key, known := r.key(ctx, &tasks[i], in); !known || key != *o.key {
			r.say("scan: notice: %s: the result is not kept, because something that it depends on changed meanwhile\n", tasks[i].name)
			continue
		}
		r.put(tasks[i].name, o)
	}
}

// put keeps a result.
func (r *runner) put(name string, o outcome) {
	if err := r.cache.Put(name, *o.key, o.Result); err != nil {
		r.say("scan: notice: %v\n", err)
	}
}

// one takes the result of a task from the cache, or runs it. An error has no key, so that it is never kept.
func (r *runner) one(ctx context.Context, t *task) (o outcome) {
	begin := r.now()
	defer func() {
		o.took = r.now().Sub(begin)
		if o.Result == nil {
			o.Result = &sast.Result{}
		}
	}()
	if o.err = ctx.Err(); o.err != nil {
		return o
	}
	key, known := r.key(ctx, t, r.read)
	if known && r.cache.Get(t.name, key, &o.Result) {
		o.kept = true
		return o
	}
	if o.Result, o.err = t.run(ctx); known && o.err == nil {
		o.key = &key
	}
	return o
}

// key is that of the task's result, where results are kept. What it depends on may not be known, because a program is not there:
// then nothing is kept, and the run says why.
func (r *runner) key(ctx context.Context, t *task, in *cache.Inputs) (key cache.Key, known bool) {
	if t.depends == nil || r.self == "" || !r.cache.Keeps() {
		return key, false
	}
	parts, err := t.depends(ctx, in)
	if err != nil {
		return key, false
	}
	return cache.KeyOf(append([]string{t.name, r.self}, parts...)...), true
}

func (r *runner) say(format string, args ...any) {
	r.talk.Lock()
	defer r.talk.Unlock()
	fmt.Fprintf(r.stderr, format, args...)
}

// progress says on a terminal what runs.
func (r *runner) progress(name string) {
	if f, ok := r.stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			r.say("scan: %s\n", name)
		}
	}
}

// times says how long scanners took, the longest first, and which did not run because their results were kept. Times are no
// part of a report, which is the same each time.
func (r *runner) times(scanners []gate.Scanner, outcomes []outcome, all time.Duration) {
	type line struct {
		name string
		took time.Duration
	}
	var ran []line
	var kept []string
	for i, o := range outcomes {
		if o.kept {
			kept = append(kept, scanners[i].Name)
		} else {
			ran = append(ran, line{scanners[i].Name, o.took})
		}
	}
	slices.SortStableFunc(ran, func(a, b line) int { return -cmp.Compare(a.took, b.took) })
	var b strings.Builder
	fmt.Fprintf(&b, "scan: %.1f s", all.Seconds())
	for i, l := range ran {
		fmt.Fprintf(&b, "%s %s %.1f s", []string{":", ","}[min(i, 1)], l.name, l.took.Seconds())
	}
	if kept != nil {
		fmt.Fprintf(&b, "; %s: %s", keptWords, strings.Join(kept, ", "))
	}
	r.say("%s\n", b.String())
}
