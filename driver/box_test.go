// SPDX-License-Identifier: MIT

package driver

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// TestBoxes holds that boxed values are those that plain conversion gives, after
// others were boxed and garbage was collected, too.
func TestBoxes(t *testing.T) {
	var b boxes
	var got, want []any
	for i := range int64(1000) {
		n, f, s := i*i*math.MaxInt32-5, float64(i)/3, strings.Repeat("é", int(i)%90)
		got = append(got, b.int64(n), b.float64(f), b.text(s))
		want = append(want, n, f, s)
		if i%100 == 0 {
			runtime.GC()
		}
	}
	for i := range want {
		if got[i] != want[i] || reflect.TypeOf(got[i]) != reflect.TypeOf(want[i]) || fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
			t.Fatalf("value %d: %#v, want %#v", i, got[i], want[i])
		}
	}
	if v, ok := b.float64(math.Inf(-1)).(float64); !ok || !math.IsInf(v, -1) {
		t.Error(v, ok)
	}
}

// TestBoxesRetain holds what one kept value keeps alive: its slice of 64, with
// short texts alone.
func TestBoxesRetain(t *testing.T) {
	var b boxes
	const rows, each = 64 * 200, 64
	var kept []any
	before := heap()
	for i := range rows {
		short, long, n := b.text(strings.Repeat("s", boxTextMost)), b.text(strings.Repeat("l", 10_000)), b.int64(int64(i)+1000)
		if i%each == 0 {
			kept = append(kept, short, n)
		}
		if i%each == 1 {
			kept = append(kept, long)
		}
	}
	b = boxes{}
	one := float64(heap()-before) / (rows / each)
	runtime.KeepAlive(kept)
	t.Logf("a text, a number and a long text of 64 rows retain %.0f bytes", one)
	// 64 texts with their headers, 64 numbers, one long text, and the entries of kept.
	if most := 64*(boxTextMost+16+8) + 10_240.0 + 200; one > most {
		t.Errorf("%.0f bytes, at most %.0f wanted", one, most)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
