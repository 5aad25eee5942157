// SPDX-License-Identifier: MIT

package shell

import (
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/gosqlite/gosqlite/sqlite"
)

func appendInt(b []byte, i int64) []byte { return strconv.AppendInt(b, i, 10) }

// appendFloat writes the shortest decimal that reads back as f, always with a
// point or an exponent, so that it is never taken for an integer: 1.0, 0.1,
// 1.0e+20. f is not an infinity.
func appendFloat(b []byte, f float64) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e15) {
		start := len(b)
		b = strconv.AppendFloat(b, f, 'e', -1, 64)
		digits := b[start:]
		for i, c := range digits {
			if c == '.' {
				return b
			}
			if c == 'e' {
				tail := string(digits[i:])
				return append(append(b[:start+i], ".0"...), tail...)
			}
		}
		return b
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	for _, c := range b[start:] {
		if c == '.' {
			return b
		}
	}
	return append(b, ".0"...)
}

// infinityLiteral is an infinity as SQLite reads and writes it in SQL and JSON.
func infinityLiteral(f float64) string {
	if f < 0 {
		return "-1e999"
	}
	return "1e999"
}

// appendShown writes v for a reader: blobs as X'..' literals and text with its
// control characters escaped.
func appendShown(b []byte, v *value, null string) []byte {
	switch v.kind {
	case sqlite.Integer:
		return appendInt(b, v.int)
	case sqlite.Float:
		switch {
		case math.IsInf(v.float, 1):
			return append(b, "Inf"...)
		case math.IsInf(v.float, -1):
			return append(b, "-Inf"...)
		}
		return appendFloat(b, v.float)
	case sqlite.Text:
		return appendVisible(b, v.bytes)
	case sqlite.Blob:
		b = append(b, "X'"...)
		b = hex.AppendEncode(b, v.bytes)
		return append(b, '\'')
	}
	return append(b, null...)
}

func visible(s string) string { return string(appendVisible(nil, []byte(s))) }

// appendVisible escapes what would move the cursor, recolour the terminal or
// reorder the line: control characters, bidirectional overrides and bytes that
// are not UTF-8.
func appendVisible(b, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < ' ', r == 0x7f, r == utf8.RuneError && size == 1:
			b = append(b, `\x`...)
			b = append(b, hexDigits[text[0]>>4], hexDigits[text[0]&15])
		case r >= 0x80 && r < 0xa0, r >= 0x200e && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			b = append(b, `\u`...)
			for shift := 12; shift >= 0; shift -= 4 {
				b = append(b, hexDigits[r>>shift&15])
			}
		default:
			b = append(b, text[:size]...)
		}
		text = text[size:]
	}
	return b
}
