// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"bytes"

	"github.com/gosqlite/gosqlite/sqlite"
)

// csvWriter writes RFC 4180: records end in CRLF, a field is quoted when it
// holds a quote, a comma or a line end. Text that would read as NULL is quoted
// too, so that the empty text and NULL stay apart.
type csvWriter struct {
	w       *bufio.Writer
	header  bool
	null    string
	scratch []byte
}

func (c *csvWriter) begin(columns []string) error {
	if !c.header {
		return nil
	}
	for i, name := range columns {
		if i > 0 {
			c.w.WriteByte(',')
		}
		c.text([]byte(name))
	}
	_, err := c.w.WriteString("\r\n")
	return err
}

func (c *csvWriter) row(values []value) error {
	for i := range values {
		if i > 0 {
			c.w.WriteByte(',')
		}
		v := &values[i]
		if v.kind == sqlite.Text {
			c.text(v.bytes)
			continue
		}
		c.scratch = appendShown(c.scratch[:0], v, c.null)
		c.w.Write(c.scratch)
	}
	_, err := c.w.WriteString("\r\n")
	return err
}

func (c *csvWriter) end() error { return nil }

func (c *csvWriter) text(b []byte) {
	if !bytes.ContainsAny(b, "\",\r\n") && string(b) != c.null {
		c.w.Write(b)
		return
	}
	c.w.WriteByte('"')
	for {
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			break
		}
		c.w.Write(b[:i+1])
		c.w.WriteByte('"')
		b = b[i+1:]
	}
	c.w.Write(b)
	c.w.WriteByte('"')
}
