// SPDX-License-Identifier: MIT

// Package strictjson reads JSON documents that come from outside, such that one document has one meaning.
//
// encoding/json takes the last of two equal keys, matches keys without regard to case, ignores fields that it does not
// know and replaces bytes that are no UTF-8. Two programs then read two documents from the same bytes: a signer signs one,
// a verifier checks another. Read decodes a document and lists every such liberty as a fault; Strict refuses a document
// that has one.
package strictjson

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxSize   = 16 << 20 // bytes
	MaxDepth  = 64       // nested objects and arrays
	maxFaults = 16       // more are not listed
)

// Strict decodes data into v, which is a pointer, and refuses a document with faults.
func Strict(data []byte, v any) error {
	faults, err := Read(data, v)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "; "))
	}
	return nil
}

// Read decodes data into v, which is a pointer. It returns what the document takes liberties with: duplicate keys, keys
// that v does not know or knows in another case, anything after the value, bytes that are no UTF-8. The error is for a
// document that has no value at all.
func Read(data []byte, v any) (faults []string, err error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("JSON: %d bytes, at most %d", len(data), MaxSize)
	}
	w := &walker{dec: json.NewDecoder(bytes.NewReader(data))}
	w.dec.UseNumber()
	if !utf8.Valid(data) {
		w.fault("bytes that are no UTF-8")
	}
	if err := w.value(reflect.TypeOf(v).Elem(), "document", 0); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	end := w.dec.InputOffset()
	if rest := bytes.Trim(data[end:], " \t\r\n"); len(rest) > 0 {
		w.fault("%d bytes after the value", len(rest))
	}
	if err := json.Unmarshal(data[:end], v); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	return w.faults, nil
}

// A walker goes through the tokens beside the type that they are decoded into.
type walker struct {
	dec    *json.Decoder
	faults []string
}

func (w *walker) fault(format string, args ...any) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, fmt.Sprintf(format, args...))
	}
}

// value walks over one value. t is nil where the type takes anything.
func (w *walker) value(t reflect.Type, path string, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("nested deeper than %d", MaxDepth)
	}
	token, err := w.dec.Token()
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	t = settle(t)
	switch token {
	case json.Delim('{'):
		err = w.object(t, path, depth)
	case json.Delim('['):
		var element reflect.Type
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
			element = t.Elem()
		}
		for i := 0; err == nil && w.dec.More(); i++ {
			err = w.value(element, fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
	default:
		return nil
	}
	if err == nil {
		_, err = w.dec.Token() // the closing bracket
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (w *walker) object(t reflect.Type, path string, depth int) error {
	seen := map[string]bool{}
	for w.dec.More() {
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		at := path + "." + key
		if seen[key] {
			w.fault("%.100s: the key stands twice", at)
		}
		seen[key] = true
		field, known := fieldType(t, key)
		if !known {
			w.fault("%.100s: unknown field", at)
		}
		if err := w.value(field, at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// settle follows pointers, and gives nil for what decodes itself or takes anything.
func settle(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() == reflect.Interface || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	return t
}

// fieldType is the type of a key's value in t, and whether t has such a key.
func fieldType(t reflect.Type, key string) (reflect.Type, bool) {
	if t == nil {
		return nil, true
	}
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	if t.Kind() != reflect.Struct {
		return nil, true // decoding reports that
	}
	for f := range fields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == key && name != "-" {
			return f.Type, true
		}
	}
	return nil, false
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// Base64 is bytes in standard base64 with padding, in the one form that RFC 4648 section 3.5 calls canonical: no line
// breaks, no other bits set in the last character.
type Base64 []byte

// UnmarshalJSON implements json.Unmarshaler.
func (b *Base64) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if strings.ContainsAny(s, "\r\n") {
		return errors.New("base64 with line breaks")
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return err
	}
	*b = decoded
	return nil
}

// Canonical is the one text of a JSON value: keys sorted by their bytes, no space, no escape but what JSON demands, one
// newline at the end. Numbers keep their text.
func Canonical(data []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out) // sorts the keys of maps, ends with a newline
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	return out.Bytes(), nil
}
