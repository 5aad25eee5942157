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
	"unicode"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxSize   = 16 << 20 // bytes
	MaxDepth  = 64       // nested objects and arrays
	MaxValues = 200_000  // of any kind: decoded, a value can take a hundred times the bytes of its text
	maxFaults = 16       // more are not listed
	maxPath   = 100      // bytes of a fault that say where
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

// Read decodes data into v, which is a pointer. It returns what the document takes liberties with: keys of one object that
// are equal, or would be where case does not count, keys that v does not know or knows in another case, anything after the
// value, bytes that are no UTF-8. The error is for a document that has no value at all, or is over a limit.
func Read(data []byte, v any) (faults []string, err error) { return read(data, v, false) }

// ReadPart is Read for a v that has a part of the document's fields only: keys that v does not know in any case are no
// faults.
func ReadPart(data []byte, v any) (faults []string, err error) { return read(data, v, true) }

func read(data []byte, v any, part bool) (faults []string, err error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("JSON: %d bytes, at most %d", len(data), MaxSize)
	}
	w := &walker{dec: json.NewDecoder(bytes.NewReader(data)), part: part}
	w.dec.UseNumber()
	if !utf8.Valid(data) {
		w.fault("bytes that are no UTF-8")
	}
	if err := w.value(reflect.TypeOf(v).Elem(), 0); err != nil {
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
	part   bool   // unknown fields are no faults
	path   []step // to the value; as a text only where there is a fault
	values int
	faults []string
}

// A step leads into an object by a key, or into an array by an index.
type step struct {
	key   string
	index int // -1 in an object
}

func (w *walker) fault(format string, args ...any) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, fmt.Sprintf(format, args...))
	}
}

// here says where the walker is.
func (w *walker) here() string {
	text := []byte("document")
	for _, s := range w.path {
		if s.index >= 0 {
			text = fmt.Appendf(text, "[%d]", s.index)
		} else {
			text = fmt.Appendf(text, ".%.*s", maxPath, s.key)
		}
		if len(text) > maxPath {
			return string(text[:maxPath])
		}
	}
	return string(text)
}

// value walks over one value. t is nil where the type takes anything.
func (w *walker) value(t reflect.Type, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("nested deeper than %d", MaxDepth)
	}
	if w.values++; w.values > MaxValues {
		return fmt.Errorf("more than %d values", MaxValues)
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
		err = w.object(t, depth)
	case json.Delim('['):
		err = w.array(t, depth)
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

// inside walks over a value in an object or array.
func (w *walker) inside(s step, t reflect.Type, depth int) error {
	w.path = append(w.path, s)
	err := w.value(t, depth+1)
	w.path = w.path[:len(w.path)-1]
	return err
}

func (w *walker) array(t reflect.Type, depth int) error {
	var element reflect.Type
	if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		element = t.Elem()
	}
	for i := 0; w.dec.More(); i++ {
		if err := w.inside(step{index: i}, element, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) object(t reflect.Type, depth int) error {
	seen := map[string]bool{}
	for w.dec.More() {
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		folded := fold(key)
		if seen[folded] && len(w.faults) < maxFaults {
			w.fault("%s.%.*s: the key stands twice, where case does not count", w.here(), maxPath, key)
		}
		seen[folded] = true
		field, known := fieldType(t, key)
		if !known && len(w.faults) < maxFaults && (!w.part || hasFolded(t, folded)) {
			w.fault("%s.%.*s: unknown field, or one in another case", w.here(), maxPath, key)
		}
		if err := w.inside(step{key, -1}, field, depth); err != nil {
			return err
		}
	}
	return nil
}

// fold makes keys equal that encoding/json takes for the same field: it compares as strings.EqualFold does, rune by rune.
func fold(key string) string { return strings.Map(leastFold, key) }

// leastFold is the least of the runes that are r where case does not count.
func leastFold(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
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
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == key && name != "-" {
			return f.Type, true
		}
	}
	return nil, false
}

// hasFolded reports whether a struct has a key that is folded where case does not count, so that encoding/json takes it.
func hasFolded(t reflect.Type, folded string) bool {
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); fold(name) == folded && name != "-" {
			return true
		}
	}
	return false
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
