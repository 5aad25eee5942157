// SPDX-License-Identifier: MIT

// Package jcs writes canonical JSON: the one text that RFC 8785 (JSON Canonicalization Scheme) gives a value. Keys are in
// the order of their UTF-16 code units, there is no space anywhere, strings escape only what must be escaped, and numbers
// are written as ECMAScript writes doubles.
//
// Whatever the release writes as JSON and signs goes through here, so that equal values are equal bytes. A file ends with
// one newline, which is no part of the canonical text; see File.
package jcs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxText bounds the texts that Transform reads, in bytes.
const MaxText = 256 << 20

// maxDepth bounds how deep values are nested.
const maxDepth = 512

// Marshal returns the canonical text of a Go value, which encoding/json must be able to write.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write canonical JSON: %w", err)
	}
	return Transform(b.Bytes())
}

// File is what a file with the value v holds: the canonical text and a newline.
func File(v any) ([]byte, error) {
	text, err := Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// Transform returns the canonical text of a JSON text. What RFC 8785 leaves without a canonical text is an error:
// duplicate keys, strings that are not Unicode, numbers beyond a double; and so is anything after the value.
func Transform(text []byte) ([]byte, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("read JSON: larger than %d bytes", MaxText)
	}
	if err := checkUnicode(text); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	out, err := appendValue(nil, d, 0)
	if err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = errors.New("there is something after the value")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return out, nil
}

func appendValue(out []byte, d *json.Decoder, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return appendObject(out, d, depth)
		}
		return appendArray(out, d, depth)
	case string:
		return appendString(out, v), nil
	case json.Number:
		return appendNumber(out, v)
	case bool:
		return strconv.AppendBool(out, v), nil
	}
	return append(out, "null"...), nil
}

func appendArray(out []byte, d *json.Decoder, depth int) ([]byte, error) {
	out = append(out, '[')
	for n := 0; d.More(); n++ {
		if n > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendValue(out, d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return append(out, ']'), err
}

func appendObject(out []byte, d *json.Decoder, depth int) ([]byte, error) {
	type member struct {
		key   string
		units []uint16
		value []byte
	}
	var members []member
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		key := token.(string) // the decoder accepts nothing else here
		value, err := appendValue(nil, d, depth+1)
		if err != nil {
			return nil, err
		}
		members = append(members, member{key, utf16.Encode([]rune(key)), value})
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(members, func(a, b member) int { return slices.Compare(a.units, b.units) })
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			if members[i-1].key == m.key {
				return nil, fmt.Errorf("key %.40q is there twice", m.key)
			}
			out = append(out, ',')
		}
		out = append(appendString(out, m.key), ':')
		out = append(out, m.value...)
	}
	return append(out, '}'), nil
}

// appendString follows RFC 8785 section 3.2.2.2.
func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	for i := range len(s) {
		c := s[i]
		if short := strings.IndexByte("\b\t\n\f\r", c); short >= 0 {
			out = append(out, '\\', "btnfr"[short])
		} else if c < 0x20 {
			out = fmt.Appendf(out, `\u%04x`, c)
		} else if c == '"' || c == '\\' {
			out = append(out, '\\', c)
		} else {
			out = append(out, c)
		}
	}
	return append(out, '"')
}

// appendNumber follows RFC 8785 section 3.2.2.3, which is ECMAScript's Number::toString.
func appendNumber(out []byte, n json.Number) ([]byte, error) {
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil {
		return nil, fmt.Errorf("number %.40s: %w", n, errors.Unwrap(err))
	}
	if f == 0 {
		return append(out, '0'), nil // -0 too
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(out, f, 'f', -1, 64), nil
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	return append(out, mantissa+"e"+exponent[:1]+strings.TrimLeft(exponent[1:], "0")...), nil
}

// checkUnicode refuses what encoding/json would silently replace: bytes that are not UTF-8, and halves of surrogate pairs.
func checkUnicode(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		unit, ok := escapedUnit(text[i:])
		if ok && utf16.IsSurrogate(rune(unit)) {
			low, ok := escapedUnit(text[min(i+6, len(text)):])
			if !ok || utf16.DecodeRune(rune(unit), rune(low)) == utf8.RuneError {
				return fmt.Errorf("a string holds the half surrogate pair \\u%04x", unit)
			}
			i += 6
		}
		i++ // what is escaped is no escape
	}
	return nil
}

// escapedUnit is the code unit of a \uXXXX that text begins with.
func escapedUnit(text []byte) (uint16, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return uint16(n), err == nil
}
