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
