// SPDX-License-Identifier: MIT

package sizing

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"
)

const profile = `{"otherData":{"build_id":"x"},"traceEvents":[
{"cat":"action processing","name":"Compiling","dur":3000000,"args":{"mnemonic":"CppCompile","target":"//:a"}},
{"cat":"action processing","name":"Linking","dur":2000000,"args":{"mnemonic":"GoLink"}},
{"cat":"action processing","name":"Writing","dur":9000000,"args":{"mnemonic":"FileWrite"}},
{"cat":"critical path component","name":"Linking","dur":2500000},
{"cat":"general information","name":"x","dur":7000000},
{"cat":"action processing","name":"wrong","dur":-1}]}`

func TestReadProfile(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(profile)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := Profile{Actions: 2, Work: 5 * time.Second, Critical: 2500 * time.Millisecond}
	for name, r := range map[string]io.Reader{"plain": strings.NewReader(profile), "packed": &packed} {
		if got, err := ReadProfile(r); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, text := range []string{"", "{}", `{"traceEvents":[]}`, `{"traceEvents":[{"cat":1}]}`, `{"traceEvents":7}`, `{"a":{"traceEvents":"no"}}`, profile[:len(profile)/2], "\x1f\x8bno"} {
		if got, err := ReadProfile(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestFit(t *testing.T) {
	// 10 actions of 10 s, a chain of two, 1 s more for each, 5 s at the start.
	p := Profile{Actions: 10, Work: 100 * time.Second, Critical: 20 * time.Second}
	m, err := Fit(p, 115*time.Second, 70*time.Second)
	if err != nil || m.Each != time.Second || m.Start != 5*time.Second {
		t.Fatalf("%+v, %v", m, err)
	}
	for n, want := range map[int]time.Duration{1: 115, 2: 70, 10: 34, 90: 26} {
		if got := m.Time(n); got != want*time.Second {
			t.Errorf("%d workers: %v", n, got)
		}
	}
	for _, c := range []struct {
		name     string
		p        Profile
		one, two time.Duration
	}{
		{"nothing gained", p, 70, 70},
		{"too much gained", p, 115, 10},
		{"a chain longer than the work", Profile{Actions: 1, Work: 1, Critical: 2}, 2, 1},
		{"no action", Profile{}, 2, 1},
	} {
		if m, err := Fit(c.p, c.one*time.Second, c.two*time.Second); err == nil {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}
