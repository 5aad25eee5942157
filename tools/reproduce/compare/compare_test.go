// SPDX-License-Identifier: MIT

package compare_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	bt "github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

type m = map[string]string

// build is three actions in a row: a source is compiled, linked and packed.
func build(edit func(compile, link, pack *lt.Spawn)) []lt.Spawn {
	c := lt.Spawn{Mnemonic: "Compile", Label: "//:c", Args: []string{"cc"}, Inputs: m{"a.c": "source"}, Outputs: m{"out/a.o": "object"}, Runner: "sandbox"}
	l := lt.Spawn{Mnemonic: "Link", Label: "//:l", Inputs: m{"out/a.o": "object"}, Outputs: m{"out/a": "program"}, Runner: "sandbox"}
	p := lt.Spawn{Mnemonic: "Pack", Label: "//:p", Inputs: m{"out/a": "program"}, Outputs: m{"out/a.tgz": "archive"}, Runner: "sandbox"}
	if edit != nil {
		edit(&c, &l, &p)
	}
	return []lt.Spawn{c, l, p}
}

func logs(t *testing.T, a, b []lt.Spawn) *compare.Actions {
	t.Helper()
	var both [2]*execlog.Log
	for i, s := range [][]lt.Spawn{a, b} {
		log, err := execlog.Read(bytes.NewReader(lt.Log(s...)))
		if err != nil {
			t.Fatal(err)
		}
		both[i] = log
	}
	r, err := compare.Logs(both[0], both[1])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLogs(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(compile, link, pack *lt.Spawn)
		pass   int
		fail   int
		skip   int
		keys   int
		first  string
		cause  compare.Cause
		detail string
	}{
		{name: "equal", pass: 3},
		{name: "culprit in the middle", edit: func(c, l, p *lt.Spawn) {
			l.Outputs, p.Inputs, p.Outputs = m{"out/a": "program 2"}, m{"out/a": "program 2"}, m{"out/a.tgz": "archive 2"}
		}, pass: 1, fail: 2, first: "Link", cause: compare.Culprit},
		{name: "culprit that the next action heals", edit: func(c, l, p *lt.Spawn) {
			c.Outputs, l.Inputs = m{"out/a.o": "object 2"}, m{"out/a.o": "object 2"}
		}, pass: 2, fail: 1, keys: 1, first: "Compile", cause: compare.Culprit},
		{name: "other command", edit: func(c, l, p *lt.Spawn) {
			c.Args, c.Outputs, l.Inputs = []string{"cc", "-g"}, m{"out/a.o": "object 2"}, m{"out/a.o": "object 2"}
		}, pass: 2, fail: 1, keys: 1, first: "Compile", cause: compare.Command, detail: `"-g" in B`},
		{name: "other environment, equal output", edit: func(c, l, p *lt.Spawn) { c.Env = m{"TZ": "UTC"} }, pass: 3, keys: 1},
		{name: "other environment", edit: func(c, l, p *lt.Spawn) { c.Env, c.Outputs = m{"TZ": "UTC"}, m{"out/a.o": "object 2"} },
			pass: 2, fail: 1, first: "Compile", cause: compare.Command, detail: "TZ=UTC"},
		{name: "other source", edit: func(c, l, p *lt.Spawn) { c.Inputs, c.Outputs = m{"a.c": "source 2"}, m{"out/a.o": "object 2"} },
			pass: 2, fail: 1, first: "Compile", cause: compare.Source, detail: "a.c"},
		{name: "another output path", edit: func(c, l, p *lt.Spawn) { p.Outputs = m{"out/b.tgz": "archive"} }, pass: 2, fail: 2, first: "Pack", cause: compare.OneSided},
		{name: "output not made", edit: func(c, l, p *lt.Spawn) { c.Missing = "out/a.d" }, pass: 2, fail: 1, first: "Compile", cause: compare.Culprit},
		{name: "from a cache", edit: func(c, l, p *lt.Spawn) { c.CacheHit, c.Runner = true, "disk cache hit" }, pass: 2, skip: 1},
		{name: "failed", edit: func(c, l, p *lt.Spawn) { p.Status = "NON_ZERO_EXIT" }, pass: 2, fail: 1, first: "Pack", cause: compare.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := logs(t, build(nil), build(c.edit))
			if r.Pass != c.pass || r.Fail != c.fail || r.Skip != c.skip || len(r.Keys) != c.keys || r.Total != r.Pass+r.Fail+r.Skip {
				t.Errorf("pass %d fail %d skip %d keys %d of %d: %+v", r.Pass, r.Fail, r.Skip, len(r.Keys), r.Total, r.NotPassed)
			}
			first := r.First()
			if (first == nil) != (c.first == "") {
				t.Fatalf("first %+v, want %q", first, c.first)
			}
			if first != nil && (first.Mnemonic != c.first || first.Cause != c.cause || !strings.Contains(first.Detail, c.detail)) {
				t.Errorf("first %+v, want %s %s with %q", first, c.first, c.cause, c.detail)
			}
		})
	}
}

// TestPlatformsOfOneName has one action for two platforms, whose paths have no configuration in them. In the second build
// they end in another order.
func TestPlatformsOfOneName(t *testing.T) {
	of := func(arch, object string) lt.Spawn {
		return lt.Spawn{Mnemonic: "Compile", Label: "//:c", Env: m{"GOARCH": arch}, Inputs: m{"a.go": "source"}, Outputs: m{"bazel-out/cfg/bin/a.a": object}, Runner: "sandbox"}
	}
	one, two := of("amd64", "x"), of("arm64", "y")
	if r := logs(t, []lt.Spawn{one, two}, []lt.Spawn{two, one}); r.Pass != 2 || r.Fail != 0 {
		t.Errorf("%+v", r.NotPassed)
	}
	changed := of("arm64", "z")
	r := logs(t, []lt.Spawn{one, two}, []lt.Spawn{changed, one})
	if first := r.First(); r.Pass != 1 || r.Fail != 1 || first.Cause != compare.Culprit {
		t.Errorf("one made something else: %+v", r.NotPassed)
	}
}

func TestConsequencesComeLast(t *testing.T) {
	// The log may hold a consequence before its cause, when an action of another branch ended late.
	spawns := func(edit func(c, l, p *lt.Spawn)) []lt.Spawn {
		s := build(edit)
		return []lt.Spawn{s[2], s[1], s[0]}
	}
	r := logs(t, spawns(nil), spawns(func(c, l, p *lt.Spawn) {
		c.Outputs, l.Inputs, l.Outputs = m{"out/a.o": "2"}, m{"out/a.o": "2"}, m{"out/a": "2"}
		p.Inputs, p.Outputs = m{"out/a": "2"}, m{"out/a.tgz": "2"}
	}))
	if r.Fail != 3 || r.First().Mnemonic != "Compile" || r.NotPassed[1].Cause != compare.Consequence || r.NotPassed[2].Cause != compare.Consequence {
		t.Errorf("order %+v", r.NotPassed)
	}
}

func TestOtherDigests(t *testing.T) {
	w := &lt.Writer{}
	w.Start("BLAKE3")
	a, _ := execlog.Read(bytes.NewReader(w.Bytes()))
	b, _ := execlog.Read(bytes.NewReader(lt.Log()))
	if _, err := compare.Logs(a, b); err == nil {
		t.Error("logs with different digest functions were compared")
	}
}

func tgz(names []string, contents ...[]byte) []byte {
	b := new(bytes.Buffer)
	z := gzip.NewWriter(b)
	w := tar.NewWriter(z)
	for i, c := range contents {
		_ = w.WriteHeader(&tar.Header{Name: names[i], Mode: 0o644, Size: int64(len(c))})
		_, _ = w.Write(c)
	}
	_ = w.Close()
	_ = z.Close()
	return b.Bytes()
}

func TestLocate(t *testing.T) {
	elf := func(data string) []byte {
		p := bt.Program()
		p.Data = []byte(data)
		return p.Bytes()
	}
	lib := func(data string) []byte {
		return bt.Ar(bt.Member{Name: "x.o/", Mode: 0o644, Data: elf(data)})
	}
	for _, c := range []struct {
		name   string
		a, b   []byte
		member string
		where  string
		text   string
	}{
		{"text", []byte("abcdef"), []byte("abcxef"), "", "byte", "abcxef"},
		{"shorter", []byte("abc"), []byte("ab"), "", "byte", "ends after 2 bytes"},
		{"section", elf("/one/path"), elf("/two/path"), "", ".rodata", "/two/path"},
		{"deep", tgz([]string{"a", "lib.a"}, nil, lib("one")), tgz([]string{"a", "lib.a"}, nil, lib("two")), "lib.a!x.o", ".rodata", "two"},
		{"member header", tgz([]string{"a"}, nil), tgz([]string{"b"}, nil), "a", "member header", "b mode"},
		{"number of members", tgz([]string{"a"}, nil), tgz([]string{"a", "b"}, nil, nil), "", "number of members", "2"},
		{"ar header", bt.Ar(bt.Member{Name: "a/", Date: 1}), bt.Ar(bt.Member{Name: "a/", Date: 2}), "a", "member header", "date 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := compare.Locate(c.a, c.b)
			if p == nil || p.Member != c.member || p.Where != c.where || !strings.Contains(p.B, c.text) {
				t.Errorf("place %+v, want %q %q with %q", p, c.member, c.where, c.text)
			}
		})
	}
	if p := compare.Locate([]byte("same"), []byte("same")); p != nil {
		t.Errorf("equal content differs at %v", p)
	}
}

// TestMembers lists the parts of an archive with a library in it, down to sections.
func TestMembers(t *testing.T) {
	names := func(data []byte) map[string][32]byte {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		members, err := compare.Members(path)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string][32]byte{}
		for _, m := range members {
			out[m.Name] = m.SHA256
		}
		return out
	}
	lib := func(data string) []byte {
		p := bt.Program()
		p.Data = []byte(data)
		return tgz([]string{"a", "lib.a"}, []byte("a"), bt.Ar(bt.Member{Name: "x.o/", Mode: 0o644, Data: p.Bytes()}))
	}
	a, b := names(lib("one")), names(lib("two"))
	var differ []string
	for name := range a {
		if a[name] != b[name] {
			differ = append(differ, name)
		}
	}
	sort.Strings(differ)
	if got := strings.Join(differ, " "); len(a) != len(b) || !strings.HasPrefix(got, "lib.a lib.a!x.o lib.a!x.o#") || !strings.HasSuffix(got, ":.rodata") || len(differ) != 3 {
		t.Errorf("of %d parts these differ: %s", len(a), got)
	}
	if n := names([]byte("text")); len(n) != 0 {
		t.Errorf("a text has parts: %v", n)
	}
	if _, err := compare.Members(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there gave no error")
	}
}

func TestUnpack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, c := range []struct {
		data []byte
		want int
	}{{tgz([]string{"a", "b"}, []byte("1"), []byte("2")), 2}, {[]byte("text"), -1}, {tgz([]string{"a"}, []byte("1"))[:20], -1}} {
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := compare.Unpack(path)
		if (err != nil) != (c.want < 0) || err == nil && (len(got) != c.want || got[1].Name != "b" || string(got[1].Data) != "2" || !strings.HasPrefix(got[1].Header, "b mode 644")) {
			t.Errorf("%.10q: %+v, %v", c.data, got, err)
		}
	}
}

func TestFiles(t *testing.T) {
	dirA, dirB := t.TempDir(), t.TempDir()
	for _, f := range []struct {
		dir, name, text string
		mode            os.FileMode
	}{
		{dirA, "same", "1", 0o644}, {dirB, "same", "1", 0o600}, {dirA, "other", "1", 0o644}, {dirB, "other", "2", 0o644},
		{dirA, "only-a", "1", 0o644}, {dirB, "only-b", "1", 0o644}, {dirA, "exec", "1", 0o755}, {dirB, "exec", "1", 0o644},
	} {
		if err := os.WriteFile(filepath.Join(f.dir, f.name), []byte(f.text), f.mode); err != nil {
			t.Fatal(err)
		}
	}
	a, err := compare.Tree(dirA)
	if err != nil {
		t.Fatal(err)
	}
	b, err := compare.Tree(dirB)
	if err != nil {
		t.Fatal(err)
	}
	files, err := compare.Files(a, b)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"exec": "executable", "only-a": "build A only", "only-b": "build B only", "other": "content", "same": ""}
	if len(files) != len(want) {
		t.Fatalf("files %+v", files)
	}
	for _, f := range files {
		if (f.Status == compare.Pass) != (f.Name == "same") || !strings.Contains(f.Detail, want[f.Name]) {
			t.Errorf("file %+v", f)
		}
	}
}

func TestEmptyTree(t *testing.T) {
	if _, err := compare.Tree(t.TempDir()); err == nil {
		t.Error("a folder without files gave no error")
	}
	if _, err := compare.Tree(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there gave no error")
	}
}
