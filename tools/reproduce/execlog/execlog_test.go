// SPDX-License-Identifier: MIT

package execlog_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

func TestRead(t *testing.T) {
	for _, old := range []bool{false, true} {
		w := &lt.Writer{Old: old}
		w.Start("SHA-256")
		w.Spawn(lt.Spawn{Mnemonic: "Compile", Label: "//:a", Args: []string{"cc", "-c"}, Env: map[string]string{"PATH": "/bin"},
			Inputs: map[string]string{"b.c": "b", "a.h": "a"}, Outputs: map[string]string{"out/z.o": "z", "out/a.d": ""}, Runner: "linux-sandbox", Missing: "out/x"})
		log, err := execlog.Read(bytes.NewReader(w.Bytes()))
		if err != nil {
			t.Fatalf("old %t: %v", old, err)
		}
		if len(log.Spawns) != 1 || log.HashFunction != "SHA-256" {
			t.Fatalf("old %t: %d spawns, digests %q", old, len(log.Spawns), log.HashFunction)
		}
		s := log.Spawns[0]
		if s.Mnemonic != "Compile" || s.Label != "//:a" || !slices.Equal(s.Args, []string{"cc", "-c"}) || !slices.Equal(s.Env, []string{"PATH=/bin"}) ||
			s.Primary() != "out/a.d" || s.Outputs[1].Size != 1 || !slices.Equal(s.Missing, []string{"out/x"}) || s.Runner != "linux-sandbox" {
			t.Errorf("old %t: spawn %+v", old, s)
		}
		in, err := log.Inputs(s)
		if err != nil || len(in) != 2 || in[0].Path != "a.h" || in[1].Path != "b.c" || in[0].Hash == in[1].Hash {
			t.Errorf("old %t: inputs %v, %v", old, in, err)
		}
	}
}

func TestReadEveryKindOfInput(t *testing.T) {
	w := &lt.Writer{}
	w.Start("SHA-256")
	dir := w.Entry(4, lt.Field(lt.Field(nil, 1, []byte("tree")), 2, lt.FileBody("sub/f", "1")))
	empty := w.Entry(4, lt.Field(nil, 1, []byte("void")))
	link := w.Entry(5, lt.Field(lt.Field(nil, 1, []byte("link")), 2, []byte("target")))
	file := w.File("f", "2")
	links := w.Entry(9, lt.Field(nil, 1, lt.Number(lt.Field(nil, 1, []byte("as")), 2, uint64(file))))
	runfiles := w.Entry(10, lt.Field(lt.Number(lt.Field(nil, 1, []byte("x.runfiles")), 3, uint64(links)), 6, lt.FileBody("", "3")))
	set := w.Set([]uint32{dir, empty, link, runfiles}, nil)
	w.Raw(lt.Field(nil, 7, lt.Number(nil, 4, uint64(set))))
	w.Raw(lt.Field(nil, 8, lt.Field(lt.Field(nil, 1, []byte("from")), 2, []byte("to"))))
	log, err := execlog.Read(bytes.NewReader(w.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	in, err := log.Inputs(log.Spawns[0])
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range in {
		paths = append(paths, f.Path)
	}
	if got, want := strings.Join(paths, " "), "f link tree/sub/f void/ x.runfiles/_repo_mapping"; got != want {
		t.Errorf("inputs %q, want %q", got, want)
	}
	if log.Symlinks["to"] != "from" {
		t.Errorf("symlink actions %v", log.Symlinks)
	}
}

func TestReadBadLogs(t *testing.T) {
	good := &lt.Writer{}
	good.Start("SHA-256")
	cut := &lt.Writer{}
	cut.Raw(lt.Field(nil, 7, nil))
	whole := cut.Bytes()
	unknown := &lt.Writer{}
	unknown.Raw(lt.Field(nil, 15, []byte("x")))
	dangling := &lt.Writer{}
	dangling.Raw(lt.Field(nil, 7, lt.Field(nil, 6, lt.Number(nil, 5, 99))))
	circle := &lt.Writer{}
	circle.Set([]uint32{1}, nil)
	garbled := &lt.Writer{}
	garbled.Raw([]byte{0xff})
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"not zstd", []byte("plain text"), "read execution log"},
		{"cut off", whole[:len(whole)-3], "read execution log"},
		{"unknown entry", unknown.Bytes(), "not known"},
		{"dangling output", dangling.Bytes(), "not in the log"},
		{"circle", circle.Bytes(), "not in the log before it"},
		{"garbled", garbled.Bytes(), "read execution log"},
	} {
		if _, err := execlog.Read(bytes.NewReader(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.want)
		}
	}
}

func TestInputsMissing(t *testing.T) {
	w := &lt.Writer{}
	w.Raw(lt.Field(nil, 7, lt.Number(nil, 4, 99)))
	log, err := execlog.Read(bytes.NewReader(w.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Inputs(log.Spawns[0]); err == nil {
		t.Error("an input set that is not in the log gave no error")
	}
}

func TestSameInputs(t *testing.T) {
	read := func(inputs map[string]string) *execlog.Log {
		log, err := execlog.Read(bytes.NewReader(lt.Log(lt.Spawn{Inputs: inputs})))
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	base, none := read(map[string]string{"a": "1"}), read(nil)
	for _, c := range []struct {
		name string
		a, b *execlog.Log
		want bool
	}{
		{"equal", base, read(map[string]string{"a": "1"}), true},
		{"other content", base, read(map[string]string{"a": "2"}), false},
		{"other path", base, read(map[string]string{"b": "1"}), false},
		{"none on both sides", none, read(nil), true},
		{"none on one side", base, none, false},
	} {
		if got := execlog.SameInputs(c.a, c.a.Spawns[0], c.b, c.b.Spawns[0]); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
