// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// lineWriter writes one column a line, "name = value" with the names aligned,
// and an empty line between rows.
type lineWriter struct {
	w       *bufio.Writer
	null    string
	names   []string
	rows    int
	scratch []byte
}

func (l *lineWriter) begin(columns []string) error {
	width := 0
	for _, c := range columns {
		width = max(width, displayWidth(visible(c)))
	}
	for _, c := range columns {
		c = visible(c)
		l.names = append(l.names, strings.Repeat(" ", width-displayWidth(c))+c)
	}
	return nil
}

func (l *lineWriter) row(values []value) error {
	if l.rows > 0 {
		l.w.WriteByte('\n')
	}
	l.rows++
	for i := range values {
		l.w.WriteString(l.names[i])
		l.w.WriteString(" = ")
		l.scratch = appendShown(l.scratch[:0], &values[i], l.null)
		l.w.Write(l.scratch)
		if err := l.w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

func (l *lineWriter) end() error { return nil }

// listWriter writes the values of a row as they are with "|" between them.
type listWriter struct {
	w       *bufio.Writer
	header  bool
	null    string
	scratch []byte
}

func (l *listWriter) begin(columns []string) error {
	if !l.header {
		return nil
	}
	_, err := l.w.WriteString(strings.Join(columns, "|") + "\n")
	return err
}

func (l *listWriter) row(values []value) error {
	for i := range values {
		if i > 0 {
			l.w.WriteByte('|')
		}
		if v := &values[i]; v.kind == sqlite.Text {
			l.w.Write(v.bytes)
			continue
		}
		l.scratch = appendShown(l.scratch[:0], &values[i], l.null)
		l.w.Write(l.scratch)
	}
	return l.w.WriteByte('\n')
}

func (l *listWriter) end() error { return nil }
