// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// Limits of the table's buffer. Column widths are taken from the rows that fit
// into it; from then on rows are written as they come, with those widths.
const (
	tableRows  = 1000
	tableBytes = 4 << 20
	// tableWidth is the widest a column is padded to; longer cells stand out.
	tableWidth = 120
)

// tableCell is one cell as it is shown.
type tableCell struct {
	text  string
	width int
	right bool
	null  bool
}

// tableWriter aligns columns by display width: numbers to the right, all else
// to the left.
type tableWriter struct {
	w       *bufio.Writer
	header  bool
	null    string
	colours bool

	columns []string
	widths  []int
	held    [][]tableCell
	bytes   int
	started bool
	scratch []byte
}

func (t *tableWriter) begin(columns []string) error {
	t.widths = make([]int, len(columns))
	for i, c := range columns {
		c = visible(c)
		t.columns = append(t.columns, c)
		if t.header {
			t.widths[i] = min(displayWidth(c), tableWidth)
		}
	}
	return nil
}

func (t *tableWriter) row(values []value) error {
	cells := make([]tableCell, len(values))
	for i := range values {
		v := &values[i]
		t.scratch = appendShown(t.scratch[:0], v, t.null)
		text := string(t.scratch)
		cells[i] = tableCell{
			text:  text,
			width: displayWidth(text),
			right: v.kind == sqlite.Integer || v.kind == sqlite.Float,
			null:  v.kind == sqlite.Null,
		}
		t.bytes += len(text)
	}
	if t.started {
		return t.write(cells)
	}
	t.held = append(t.held, cells)
	for i := range cells {
		t.widths[i] = max(t.widths[i], min(cells[i].width, tableWidth))
	}
	if len(t.held) < tableRows && t.bytes < tableBytes {
		return nil
	}
	return t.start()
}

func (t *tableWriter) end() error {
	if t.started {
		return nil
	}
	return t.start()
}

// start writes the header and the rows that were held back.
func (t *tableWriter) start() error {
	t.started = true
	if t.header {
		if err := t.writeHeader(); err != nil {
			return err
		}
	}
	held := t.held
	t.held = nil
	for _, cells := range held {
		if err := t.write(cells); err != nil {
			return err
		}
	}
	return nil
}

func (t *tableWriter) writeHeader() error {
	for i, c := range t.columns {
		t.separate(i, " | ")
		t.paint(escBold, c)
		t.pad(i, displayWidth(c))
	}
	t.w.WriteByte('\n')
	for i, width := range t.widths {
		t.separate(i, "-+-")
		t.w.WriteString(strings.Repeat("-", width))
	}
	return t.w.WriteByte('\n')
}

func (t *tableWriter) write(cells []tableCell) error {
	for i, c := range cells {
		t.separate(i, " | ")
		if c.right {
			t.w.WriteString(strings.Repeat(" ", max(0, t.widths[i]-c.width)))
		}
		if c.null {
			t.paint(escDim, c.text)
		} else {
			t.w.WriteString(c.text)
		}
		if !c.right {
			t.pad(i, c.width)
		}
	}
	return t.w.WriteByte('\n')
}

func (t *tableWriter) separate(i int, sep string) {
	if i > 0 {
		t.w.WriteString(sep)
	}
}

// pad fills a column to its width, but not the last: no line ends in spaces.
func (t *tableWriter) pad(i, width int) {
	if i < len(t.widths)-1 {
		t.w.WriteString(strings.Repeat(" ", max(0, t.widths[i]-width)))
	}
}

// Escape sequences of ECMA-48, section 8.3.117 (SGR).
const (
	escBold  = "\x1b[1m"
	escDim   = "\x1b[2m"
	escRed   = "\x1b[31m"
	escReset = "\x1b[0m"
)

func (t *tableWriter) paint(sequence, text string) {
	if t.colours {
		text = sequence + text + escReset
	}
	t.w.WriteString(text)
}
