// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

// The sanitizers take memory of their own beside each value.

package driver

import (
	"database/sql/driver"
	"io"
	"runtime"
	"strings"
	"testing"
)

// TestBoxesRetain holds what one kept value keeps alive: its slice, with short
// texts alone.
func TestBoxesRetain(t *testing.T) {
	var b boxes
	const rows, each = 64 * 200, 64
	var kept []any
	before := heap()
	for i := range rows {
		if i%each == 0 {
			b.batch()
		}
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

// TestRowsRetain holds that a kept text of rows that also have longer ones keeps
// those of its batch, not of all that were boxed beside it.
func TestRowsRetain(t *testing.T) {
	connector, err := (&Driver{}).OpenConnector(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer connector.(io.Closer).Close()
	conn, err := connector.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	read, err := conn.(*Conn).QueryContext(t.Context(), `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r LIMIT 20000)
		SELECT printf('short text of row %d', i), printf('%.3000c', 'l') FROM r`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	var kept []any
	row := make([]driver.Value, 2)
	before := heap()
	for i := 0; ; i++ {
		if err := read.Next(row); err != nil {
			break
		}
		if i%100 == 99 {
			kept = append(kept, row[0])
		}
	}
	clear(row)
	one := float64(heap()-before) / float64(len(kept))
	runtime.KeepAlive(kept)
	t.Logf("a text of %d rows retains %.0f bytes", len(kept), one)
	// 16 KiB of text with the row that filled it, and a slice of 64 headers.
	if len(kept) != 200 || kept[1] != "short text of row 200" || one > 20_000 {
		t.Errorf("%d texts such as %v retain %.0f bytes each", len(kept), kept[1], one)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
