// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// member is an archive's member with a header of the length that ar(5) says.
func member(name, body string) string {
	if len(body)%2 == 1 {
		body += "\n"
	}
	date, id, mode := "1700000000", "1000", "100600"
	if strings.HasPrefix(name, "/") && len(strings.Trim(name, "/")) == 0 { // tables, which no file stands behind
		date, id, mode = "0", "0", "0"
	}
	return fmt.Sprintf("%-16s%-12s%-6s%-6s%-8s%-10d`\n%s", name, date, id, id, mode, len(body), body)
}

func TestNormalize(t *testing.T) {
	gnu := arMagic + member("/", "\x00\x00\x00\x00") + member("//", "g/o/0123abcd/first.o/\ng/o/0123abcd/second.o/\n") + member("/0", "one") + member("/22", "two2")
	got, err := normalize([]byte(gnu))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(gnu) {
		t.Fatalf("length %d, want %d: offsets in the symbol table are void", len(got), len(gnu))
	}
	for _, leak := range []string{"0123abcd", "1700000000", "1000  ", "100600"} {
		if bytes.Contains(got, []byte(leak)) {
			t.Errorf("%q is still there: %q", leak, got)
		}
	}
	table := string(got[bytes.Index(got, []byte("first.o")):])
	if !strings.HasPrefix(table, "first.o/\n") || !strings.HasPrefix(table[22:], "second.o/\n") {
		t.Errorf("names are not where members look for them: %q", table)
	}
	coff := arMagic + member("//", "g/o/0123/a.obj\x00g/o/0123/b.obj\x00")
	if got, err = normalize([]byte(coff)); err != nil || !bytes.Contains(got, []byte("a.obj\x00")) || bytes.Contains(got, []byte("0123")) {
		t.Errorf("COFF names: %q, %v", got, err)
	}
	if got, err = normalize([]byte("\x7fELF")); err != nil || string(got) != "\x7fELF" {
		t.Errorf("what is no archive: %q, %v", got, err)
	}
}

func TestNormalizeRefuses(t *testing.T) {
	good := arMagic + member("a.o", "body")
	for _, test := range []struct{ name, data string }{
		{"cut header", good[:len(arMagic)+20]},
		{"cut body", good[:len(good)-2]},
		{"no size", strings.Replace(good, "4         `", "x         `", 1)},
		{"damaged header", strings.Replace(good, "`\n", "..", 1)},
	} {
		if _, err := normalize([]byte(test.data)); err == nil {
			t.Errorf("%s was accepted", test.name)
		}
	}
}

func TestLinkLine(t *testing.T) {
	log := "clang -cc1 x\nld.lld -r -o crt1.o\nld.lld -o libc.so.6 g/o/1/c.o\n ld.lld -o empty.out g/o/2/crt1.o\nnoise"
	if got := linkLine(log); got != "ld.lld -o empty.out g/o/2/crt1.o" {
		t.Errorf("got %q", got)
	}
	if got := linkLine("nothing"); got != "" {
		t.Errorf("got %q", got)
	}
}
