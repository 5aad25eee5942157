// SPDX-License-Identifier: MIT

package process

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func TestServe(t *testing.T) {
	for _, c := range []struct{ name, in, out, err string }{
		{"no such workload", `{"workload":"nothing"}`, `find workload \"nothing\"`, ""},
		{"no request", "", "", "started by the runner"},
		{"words", "hello", "", "read the request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := Serve(workload.Driver{}, strings.NewReader(c.in), &out)
			if !strings.Contains(out.String(), c.out) || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, printed %s", err, out.String())
			}
		})
	}
}

// What is reset and checked is not measured, what runs is, and a round that saw
// something else has no figures to trust.
func TestMeasure(t *testing.T) {
	const run, beside = 30 * time.Millisecond, 300 * time.Millisecond
	round := &workload.Round{
		Reset: func() error { time.Sleep(beside); return nil },
		Run: func() (workload.Seen, error) {
			for start := time.Now(); time.Since(start) < run; {
			}
			return workload.Seen{Ops: 5, Sum: 7}, nil
		},
		Check: func() (workload.Seen, error) { time.Sleep(beside); return workload.Seen{Ops: 5, Sum: 7}, nil },
		Want:  workload.Seen{Ops: 5, Sum: 7},
	}
	m, err := measure(round)
	if err != nil || m.Ops != 5 || m.Wall < run || m.Wall >= run+beside || m.CPU <= 0 {
		t.Errorf("%+v, %v", m, err)
	}
	round.Want.Sum = 8
	if _, err := measure(round); err == nil || !strings.Contains(err.Error(), "did other work") {
		t.Errorf("a wrong sum: %v", err)
	}
	round.Want.Sum = 7
	round.Check = func() (workload.Seen, error) { return workload.Seen{Ops: 4, Sum: 7}, nil }
	if _, err := measure(round); err == nil || !strings.Contains(err.Error(), "left other rows") {
		t.Errorf("a lost row: %v", err)
	}
	round.Run = func() (workload.Seen, error) { return workload.Seen{}, errors.New("broken") }
	if _, err := measure(round); err == nil || err.Error() != "broken" {
		t.Errorf("an error: %v", err)
	}
}
