// SPDX-License-Identifier: MIT

package shell

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll gives each record as "line|field|field", quoted fields in <>.
func readAll(r io.Reader, tsv bool) (records []string, err error) {
	in := newRecordReader(r, tsv)
	for {
		fields, line, err := in.next()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		text := fmt.Sprint(line)
		for _, f := range fields {
			if f.quoted {
				text += "|<" + string(f.text) + ">"
			} else {
				text += "|" + string(f.text)
			}
		}
		records = append(records, text)
	}
}

func TestRecordReader(t *testing.T) {
	tests := []struct {
		name string
		text string
		tsv  bool
		want []string
		err  string
	}{
		{name: "empty file", text: ""},
		{name: "plain", text: "a,b\n1,2\n", want: []string{"1|a|b", "2|1|2"}},
		{name: "CRLF and no last line end", text: "a,b\r\n1,2", want: []string{"1|a|b", "2|1|2"}},
		{name: "byte order mark", text: "\ufeffa\n", want: []string{"1|a"}},
		{name: "empty fields and lines", text: ",\n\n\"\"\n", want: []string{"1||", "2|", "3|<>"}},
		{name: "quotes", text: "\"a,b\",\"c\"\"d\",e\n\"\"\"\"\n", want: []string{"1|<a,b>|<c\"d>|e", "2|<\">"}},
		{name: "quoted line ends", text: "x,\"a\r\nb\n\nc\"\"\n\",y\r\nz\n", want: []string{"1|x|<a\r\nb\n\nc\"\n>|y", "6|z"}},
		{name: "quoted last field at the end", text: "a,\"b\"", want: []string{"1|a|<b>"}},
		{name: "open quote", text: "a\nb,\"c\nd\n", want: []string{"1|a"}, err: "line 2: the file ends inside a quoted field that begins here"},
		{name: "text after quote", text: "\"a\"b\n", err: "line 1: field 1 has text after its closing quote"},
		{name: "quote inside", text: "a,b\"c\n", err: "line 1: field 2 has a quote inside; quote the field and double the quote"},
		{name: "bad bytes", text: "a\nb,\xff\n", want: []string{"1|a"}, err: "line 2: field 2 is not UTF-8; convert the file first"},
		{name: "tsv", text: "a\t\"b\nc,d\t\r\n", tsv: true, want: []string{"1|a|\"b", "2|c,d|"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text))} {
				got, err := readAll(r, tt.tsv)
				if !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				if text := fmt.Sprint(err); tt.err != "" && text != tt.err || tt.err == "" && err != nil {
					t.Errorf("got error %v, want %q", err, tt.err)
				}
			}
		})
	}
}

func TestRecordReaderBoundsMemory(t *testing.T) {
	_, err := readAll(io.MultiReader(strings.NewReader("\""), &endless{'x'}), false)
	if err == nil || !strings.Contains(err.Error(), "line 1: the record is longer than 67108864 bytes") {
		t.Errorf("got %v", err)
	}
}

// endless is a file without an end.
type endless struct{ c byte }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.c
	}
	return len(p), nil
}

func FuzzRecordReader(f *testing.F) {
	f.Add("a,\"b\nc\"\"\"\r\n,")
	f.Fuzz(func(t *testing.T, text string) {
		whole, err := readAll(strings.NewReader(text), false)
		bytewise, err2 := readAll(iotest.OneByteReader(strings.NewReader(text)), false)
		if !slices.Equal(whole, bytewise) || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Errorf("%q: %q, %v at once, %q, %v byte by byte", text, whole, err, bytewise, err2)
		}
	})
}
