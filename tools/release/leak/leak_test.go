// SPDX-License-Identifier: MIT

package leak

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strings"
	"testing"

	bt "github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
)

func TestFailures(t *testing.T) {
	deep := []byte("text\n")
	for range maxDepth + 2 {
		deep = tgz(deep)
	}
	cut := elfWith(nil)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"unknown format", []byte("SQLite format 3\x00\x10"), "unknown format"},
		{"unknown format in an archive", tarFile(tarDefaults("a.db", "\x00\x01\x02")), "unknown format"},
		{"cut ELF", cut[:len(cut)-100], "ELF"},
		{"cut PE", peWith(nil)[:0x50], "pe"},
		{"cut Mach-O", machoWith(nil)[:40], "Mach-O"},
		{"cut gzip", tgz([]byte("text"))[:12], "gzip"},
		{"cut tar", tarFile(tarDefaults("a", "text\n"))[:514], "tar"},
		{"cut zip", zipFile(day, "a")[:60], "zip"},
		{"cut ar", arWith(nil)[:80], "ar"},
		{"ar without end mark", bytes.Replace(arWith(nil), []byte("`\n"), []byte("xx"), 1), "end mark"},
		{"nested too deep", deep, "deeper"},
		{"foreign machine", elfWith(func(e *bt.ELF) { e.Machine = 8 }), "machine"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkFiles(t, file{"f", c.data})
			if len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Error, c.want) {
				t.Errorf("failures %v, want one about %q", r.Failures, c.want)
			}
		})
	}
}

func TestUnpackLimit(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.spent = maxUnpack - 3
	c.File("bomb", tgz([]byte("more than three bytes")))
	if r := c.Report(); len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Error, "larger than the limit") {
		t.Errorf("failures %v", r.Failures)
	}
}

func TestFindingNamesItsPlace(t *testing.T) {
	object := elfObject([]byte("in the execroot now\x00"))
	archive := bt.Ar(bt.Member{Name: "a.o/", Mode: 0o644, Data: object})
	r := checkFiles(t, file{"x.tgz", tgz(tarFile(tarDefaults("lib/x.a", string(archive))))})
	if len(r.Findings) != 1 {
		t.Fatalf("findings %v", r.Findings)
	}
	f := r.Findings[0]
	if f.File != "x.tgz!lib/x.a!a.o" || f.Where != ".rodata" || !strings.Contains(f.Text, "in the execroot now") {
		t.Errorf("finding %+v", f)
	}
	if !bytes.HasPrefix(object[f.Offset:], []byte("execroot")) {
		t.Errorf("offset %#x does not point at the word", f.Offset)
	}
}

func TestShortTokenIsRefused(t *testing.T) {
	for _, token := range []Token{{"user", "bob"}, {"", "longenough"}} {
		if _, err := New(Options{Tokens: []Token{token}}); err == nil {
			t.Errorf("token %+v was taken", token)
		}
	}
}

func TestAllowList(t *testing.T) {
	data := elfWith(func(e *bt.ELF) { e.Data = []byte("\x00/opt/acme/lib/x.so\x00") })
	for _, c := range []struct {
		name, pattern, in string
		red               bool
	}{
		{"whole", "/opt/acme/lib/x\\.so", "", false},
		{"prefix with folders left over", "/opt/acme", "", true},
		{"prefix without folders left over", "/opt/acme/lib/", "", false},
		{"not at the start", "acme/lib/x\\.so", "", true},
		{"for another file", "/opt/acme/lib/x\\.so", "^other$", true},
		{"for this file", "/opt/acme/lib/x\\.so", "^f$", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			allow := &Allow{}
			if err := allow.Add("test", fmt.Appendf(nil, `[{"rules":["path"],"pattern":%q,"in":%q,"reason":"test"}]`, c.pattern, c.in)); err != nil {
				t.Fatal(err)
			}
			k, err := New(Options{Allow: allow})
			if err != nil {
				t.Fatal(err)
			}
			k.File("f", data)
			if got := ruleNames(k.Report()); (len(got) > 0) != c.red {
				t.Errorf("found %v, want red %t", got, c.red)
			}
		})
	}
}

func TestAllowedFormat(t *testing.T) {
	allow := &Allow{}
	if err := allow.Add("test", []byte(`[{"rules":["format"],"pattern":"f!.*\\.db","reason":"test data"}]`)); err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	c.File("f", tarFile(tarDefaults("a.db", "\x00\x01")))
	c.File("g", tarFile(tarDefaults("a.db", "\x00\x01")))
	if r := c.Report(); len(r.Failures) != 1 || r.Failures[0].File != "g!a.db" {
		t.Errorf("failures %v", r.Failures)
	}
}

func TestBadAllowList(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON": "x", "no reason": `[{"rules":["path"],"pattern":"x"}]`, "unknown rule": `[{"rules":["nope"],"pattern":"x","reason":"y"}]`,
		"bad pattern": `[{"rules":["path"],"pattern":"(","reason":"y"}]`, "unknown field": `[{"rule":"path","pattern":"x","reason":"y"}]`,
	} {
		if err := new(Allow).Add("test", []byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTimesWithoutAGivenOne(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.File("equal", tarFile(tarDefaults("a", "x\n"), tarDefaults("b", "x\n")))
	if got := ruleNames(c.Report()); got != nil {
		t.Errorf("equal times: %v", got)
	}
	c.File("unequal", tarFile(tarDefaults("a", "x\n"), tarHeader("b", func(h *tar.Header) { h.ModTime = day.AddDate(0, 0, 1) })))
	if got := ruleNames(c.Report()); len(got) != 1 || got[0] != "archive-time" {
		t.Errorf("unequal times: %v", got)
	}
}

func TestGoTypeNameIsNoPath(t *testing.T) {
	name := "github.com/gosqlite/gosqlite/tools/release/leak"
	data := []byte("\xff Go buildinf:\x00\x00\x00/" + name + "\x00")
	if r := checkFiles(t, file{"f", elfWith(func(e *bt.ELF) { e.Data = data })}); len(r.Findings) > 0 {
		t.Errorf("name of 47 bytes in Go's type data: %v", r.Findings)
	}
	if r := checkFiles(t, file{"f", elfWith(func(e *bt.ELF) { e.Data = []byte("\x00/" + name + "\x00") })}); len(r.Findings) != 1 {
		t.Errorf("the same outside a Go program: %v", r.Findings)
	}
}

func TestTable(t *testing.T) {
	r := checkFiles(t, file{"bad", []byte("\x00\x01")}, file{"leaky", []byte("the execroot\n")})
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"RULE", "word", "leaky", "line 1", "FAILED  bad", "1 files checked (1 text), 1 leaks, 1 not checked"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("table lacks %q:\n%s", want, b.String())
		}
	}
}
