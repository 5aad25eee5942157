// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"encoding/base64"
	"math"
	"unicode/utf8"

	"github.com/gosqlite/gosqlite/sqlite"
)

// jsonWriter writes an array of objects, one object a line. Integers keep all
// their digits, a blob becomes {"base64":"..."}, an infinity 1e999 as SQLite
// writes it, and bytes that are not UTF-8 become U+FFFD.
type jsonWriter struct {
	w       *bufio.Writer
	keys    [][]byte
	rows    int
	scratch []byte
}

func (j *jsonWriter) begin(columns []string) error {
	for _, name := range distinctNames(columns) {
		j.keys = append(j.keys, append(appendJSONString(nil, []byte(name)), ':'))
	}
	return j.w.WriteByte('[')
}

func (j *jsonWriter) row(values []value) error {
	b := j.scratch[:0]
	if j.rows > 0 {
		b = append(b, ",\n"...)
	}
	j.rows++
	b = append(b, '{')
	for i := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, j.keys[i]...)
		b = appendJSON(b, &values[i])
	}
	j.scratch = append(b, '}')
	_, err := j.w.Write(j.scratch)
	return err
}

func (j *jsonWriter) end() error {
	_, err := j.w.WriteString("]\n")
	return err
}

func appendJSON(b []byte, v *value) []byte {
	switch v.kind {
	case sqlite.Integer:
		return appendInt(b, v.int)
	case sqlite.Float:
		if math.IsInf(v.float, 0) {
			return append(b, infinityLiteral(v.float)...)
		}
		return appendFloat(b, v.float)
	case sqlite.Text:
		return appendJSONString(b, v.bytes)
	case sqlite.Blob:
		b = append(b, `{"base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, v.bytes)
		return append(b, `"}`...)
	}
	return append(b, "null"...)
}

const hexDigits = "0123456789abcdef"

func appendJSONString(b, text []byte) []byte {
	b = append(b, '"')
	for len(text) > 0 {
		c := text[0]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < ' ' || c == 0x7f:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, size := utf8.DecodeRune(text)
			b = utf8.AppendRune(b, r)
			text = text[size:]
			continue
		}
		text = text[1:]
	}
	return append(b, '"')
}
