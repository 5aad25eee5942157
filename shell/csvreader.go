// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRecord bounds one record of an imported file, in bytes.
const maxRecord = 64 << 20

// field is one field of a record; its text is valid until the next read.
type field struct {
	text   []byte
	quoted bool
}

// recordReader reads CSV as in RFC 4180 or tab-separated values. Unlike
// encoding/csv it tells a quoted empty field from an empty one, keeps CRLF
// inside quotes and does not drop empty lines.
type recordReader struct {
	in     *bufio.Reader
	comma  byte
	quotes bool // the format knows quotes: CSV does, TSV does not
	line   int  // number of the last line that was read
	bytes  int64

	record []byte // line ends included, unquoted in place
	fields []field
}

func newRecordReader(r io.Reader, tsv bool) *recordReader {
	c := &recordReader{in: bufio.NewReaderSize(r, 256<<10), comma: ',', quotes: true}
	if tsv {
		c.comma, c.quotes = '\t', false
	}
	return c
}

// errOpenQuote is the end of the file inside quotes.
var errOpenQuote = errors.New("the file ends inside a quoted field that begins here")

// recordError names the line at which a record is bad.
type recordError struct {
	line  int
	cause error
}

func (e *recordError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.cause) }
func (e *recordError) Unwrap() error { return e.cause }

// next returns the fields of the next record and the number of its first line.
// At the end it returns io.EOF.
func (c *recordReader) next() ([]field, int, error) {
	c.record = c.record[:0]
	if err := c.appendLine(); err != nil {
		return nil, 0, err
	}
	start := c.line
	if start == 1 && bytes.HasPrefix(c.record, []byte("\ufeff")) {
		c.record = c.record[3:]
	}
	c.fields = c.fields[:0]
	for at := 0; ; {
		next, last, err := c.field(at)
		if err != nil {
			var bad *recordError
			if errors.As(err, &bad) {
				return nil, start, err
			}
			return nil, start, &recordError{start, err}
		}
		if last {
			return c.fields, start, nil
		}
		at = next
	}
}

// appendLine adds one line to the record.
func (c *recordReader) appendLine() error {
	before := len(c.record)
	for {
		part, err := c.in.ReadSlice('\n')
		c.record = append(c.record, part...)
		if len(c.record) > maxRecord {
			return &recordError{c.line + 1, fmt.Errorf("the record is longer than %d bytes; is a quote missing?", maxRecord)}
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		added := len(c.record) - before
		c.bytes += int64(added)
		if errors.Is(err, io.EOF) && added == 0 {
			return io.EOF
		}
		c.line++
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
}

// field reads the field at offset at. next is the offset of the one after it,
// last says that there is none.
func (c *recordReader) field(at int) (next int, last bool, err error) {
	if c.quotes && at < len(c.record) && c.record[at] == '"' {
		return c.quotedField(at + 1)
	}
	rest := c.record[at:]
	end, last := bytes.IndexByte(rest, c.comma), false
	if end < 0 {
		rest = trimLineEnd(rest)
		end, last = len(rest), true
	}
	text := rest[:end]
	if c.quotes && bytes.IndexByte(text, '"') >= 0 {
		return 0, false, fmt.Errorf("field %d has a quote inside; quote the field and double the quote", len(c.fields)+1)
	}
	return at + end + 1, last, c.add(text, false)
}

// quotedField reads from the first byte after the opening quote, and takes in
// more lines while the quote is open.
func (c *recordReader) quotedField(at int) (next int, last bool, err error) {
	opened := c.line
	start, write := at, at
	for {
		i := bytes.IndexByte(c.record[at:], '"')
		if i < 0 {
			write += copy(c.record[write:], c.record[at:])
			c.record = c.record[:write]
			at = write
			if err := c.appendLine(); errors.Is(err, io.EOF) {
				return 0, false, &recordError{opened, errOpenQuote}
			} else if err != nil {
				return 0, false, err
			}
			continue
		}
		write += copy(c.record[write:], c.record[at:at+i])
		at += i + 1
		if at < len(c.record) && c.record[at] == '"' {
			c.record[write] = '"'
			write++
			at++
			continue
		}
		break
	}
	if err := c.add(c.record[start:write], true); err != nil {
		return 0, false, err
	}
	switch rest := c.record[at:]; {
	case len(trimLineEnd(rest)) == 0:
		return 0, true, nil
	case rest[0] == c.comma:
		return at + 1, false, nil
	}
	return 0, false, fmt.Errorf("field %d has text after its closing quote", len(c.fields))
}

func (c *recordReader) add(text []byte, quoted bool) error {
	if !utf8.Valid(text) {
		return fmt.Errorf("field %d is not UTF-8; convert the file first", len(c.fields)+1)
	}
	c.fields = append(c.fields, field{text, quoted})
	return nil
}

func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'})
}
