// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
)

func report(t *testing.T, in Input) *Report {
	t.Helper()
	r, err := Attribute(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func bytesOf(s Shares) map[string]int {
	got := map[string]int{}
	for _, o := range s.Owners {
		got[string(o.Group)+": "+o.Name] = o.Bytes
	}
	return got
}

func TestEveryByteHasAnOwner(t *testing.T) {
	r := report(t, newWorld().input())
	if len(r.Faults) > 0 {
		t.Errorf("faults: %s", strings.Join(r.Faults, "\n"))
	}
	got := bytesOf(r.Released)
	for name, want := range map[string]int{
		"component: cmd":           12,          // main.main
		"component: std":           16 + 16 + 8, // runtime.f, gogo by its file, runtime.x
		"component: lib":           32 + 12 + 8 + 16,
		"component: libc":          16,
		"go linker table: strings": 16,
		"padding: alignment":       4, // behind main.main
	} {
		if got[name] != want {
			t.Errorf("%s has %d bytes, want %d", name, got[name], want)
		}
	}
	for _, shares := range []Shares{r.Linked, r.Released} {
		sum := 0
		for _, o := range shares.Owners {
			sum += o.Bytes
		}
		if sum != shares.Size {
			t.Errorf("%d bytes have an owner, of %d", sum, shares.Size)
		}
	}
	if twin := bytesOf(r.Linked); twin["container: symbol table"] == 0 || got["container: symbol table"] != 0 {
		t.Errorf("symbol table: %d bytes linked, %d released", twin["container: symbol table"], got["container: symbol table"])
	}
}

func TestReportsAreTheSameTwice(t *testing.T) {
	text := func() string {
		r := report(t, newWorld().input())
		var table bytes.Buffer
		if err := r.Table(&table); err != nil {
			t.Fatal(err)
		}
		machine, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		areas, err := r.Areas()
		if err != nil {
			t.Fatal(err)
		}
		return table.String() + string(machine) + string(areas)
	}
	first := text()
	for range 5 {
		if again := text(); again != first {
			t.Fatalf("%s\n\nand\n\n%s", first, again)
		}
	}
	for _, want := range []string{"component: lib\n", `"name": "lib.a/lib.o"`, `"group": "lib"`, "of no component; the ceiling is 100.00 %"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in %s", want, first)
		}
	}
}

// TestPlants plants one defect each and expects its fault. What is planted as harmless stays without one.
func TestPlants(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(w *world)
		want  string
	}{
		{"object that the graph does not list", func(w *world) { delete(w.listed, "libc"); w.drop("libc") },
			"C symbol _start at 0x401050: no object of a component defines it; in the runtime crt1.o does, which the graph does not list"},
		{"C symbol of no component", func(w *world) { w.lib = binarytest.Ar(binarytest.Member{Name: "other.o/", Data: startObject("other")}) },
			"C symbol lib_open at 0x401030: no object of a component defines it"},
		{"Go package of no component", func(w *world) { delete(w.packages, "cmd"); w.drop("cmd") },
			"Go package example.org/cmd: it is in the program and belongs to no component"},
		{"Go package that is not there", func(w *world) { w.packages["std"] = []string{"fmt", "runtime"} },
			"Go package fmt: std lists it, and nothing of it is in the program"},
		{"phantom component", func(w *world) { w.links = append(w.links, "phantom") },
			"component phantom: the graph links it into the program, and no byte is its"},
		{"share above the ceiling", func(w *world) { w.ceiling = 10 },
			"of the released program is of no component, and the ceiling is 10.00 %"},
		{"bytes of a section in no class", func(w *world) { w.sections[1].Data = append(w.sections[1].Data, "undeclared"...) },
			"bytes 0x1c to 0x26 of section .rodata, at 0x40201c, are in no class"},
		{"long run of zeros in no class", func(w *world) { w.sections[1].Data = append(w.sections[1].Data, make([]byte, maxFill+1)...) },
			"of section .rodata, at 0x40201c, are in no class"},
		{"bytes behind the file", func(w *world) { w.extra = []byte("undeclared") }, "are outside of its sections and in no class"},
		{"another object under the name", func(w *world) { w.digest = func([]byte) string { return strings.Repeat("0", 64) } },
			"object crt1.o of libc: the runtime has none of that name with the digest 00"},
		{"program of another link", func(w *world) {
			w.released = func(e binarytest.ELF) binarytest.ELF {
				e.Sections = append([]binarytest.ELFSection{}, e.Sections...)
				e.Sections[0].Data = append([]byte{0xff}, e.Sections[0].Data[1:]...)
				return e
			}
		}, "section .text of the released program: the program as linked has no such section with these bytes"},
		{"object that is changed in the program", func(w *world) { w.sections[0].Data[48+20]++ }, ""},
		{"symbol that two components define", func(w *world) {
			w.runtime["extra.o"] = startObject("lib_open")
			w.listed["libc"] = append(w.listed["libc"], "extra.o")
			w.sections[0].Data[48+20]++ // so that the name is all there is
		}, "C symbol lib_open: objects of both lib and libc define it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			test.plant(w)
			r := report(t, w.input())
			all := strings.Join(r.Faults, "\n")
			if !strings.Contains(all, test.want) || (test.want == "") != (all == "") {
				t.Errorf("faults %q, want %q in them", all, test.want)
			}
		})
	}
}

// alone is a world without C: Go linked it by itself.
func alone() *world {
	w := newWorld()
	w.sections = append([]binarytest.ELFSection{}, w.sections...)
	w.sections[0].Data, w.sections[1].Data = w.sections[0].Data[:48], w.sections[1].Data[:16]
	// A variable of an assembly file, and data whose name Go's linker leaves out.
	w.sections[4].Data = join(code(8, 0x90), code(8, 0xa0), code(24, 0xb0))
	w.symbols = append(w.symbols[:10:10], binarytest.ELFSymbol{Name: "K256", Local: true, Section: data, Value: dataAt + 8, Size: 8})
	w.lib, w.runtime, w.listed, w.links = nil, nil, nil, []string{"cmd", "std"}
	return w
}

func (w *world) aloneInput() Input {
	in := w.input()
	in.Runtime, in.Libraries = nil, nil
	return in
}

func TestGoAlone(t *testing.T) {
	r := report(t, alone().aloneInput())
	if len(r.Faults) > 0 {
		t.Errorf("faults %q", r.Faults)
	}
	for _, want := range []Share{{Group: Component, Name: "std", Bytes: 16 + 16 + 8 + 8}, {Group: GoTable, Name: "static temporaries", Bytes: 24}} {
		if !slices.ContainsFunc(r.Released.Owners, func(s Share) bool { s.Percent = 0; return s == want }) {
			t.Errorf("%v, want %+v in it", r.Released.Owners, want)
		}
	}
}

func TestGoAlonePlants(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(w *world)
		want  string
	}{
		{"C in it", func(w *world) {
			w.symbols = append(w.symbols, binarytest.ELFSymbol{Name: "x_cgo_notify_runtime_init_done", Section: text, Value: textAt + 40, Size: 8})
		}, "there is C in it"},
		{"no component with assembly", func(w *world) { delete(w.packages, "std"); w.drop("std") }, "C symbol K256 at 0x405008: no object of a component defines it"},
		{"code of nobody", func(w *world) { w.sections[0].Data = append(w.sections[0].Data, code(8, 0x40)...) }, "of section .text, at 0x401030, are in no class"},
		{"package beside that is in no program", func(w *world) { w.packages["std"] = []string{"fmt", "runtime"} }, "Go package fmt: std lists it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := alone()
			test.plant(w)
			in := w.aloneInput()
			in.Beside = []string{"sort"}
			r, err := Attribute(in)
			got := fmt.Sprint(err)
			if err == nil {
				got = strings.Join(r.Faults, "\n")
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("%q, want %q in it", got, test.want)
			}
		})
	}
	w := alone()
	w.packages["std"] = []string{"fmt", "runtime"}
	in := w.aloneInput()
	in.Beside = []string{"fmt"}
	if r := report(t, in); len(r.Faults) > 0 {
		t.Errorf("a package of the program beside: %q", r.Faults)
	}
}

func TestPartsThatOverlap(t *testing.T) {
	for _, test := range []struct {
		name  string
		parts []part
		want  string
	}{
		{"overlap", []part{{0, 5, owner{Container, "headers", ""}}, {4, 4, owner{Container, "notes", ""}}}, "byte 0x4 is in two parts of the file"},
		{"outside", []part{{0, 9, owner{Container, "headers", ""}}}, "a header points to bytes 0x0 to 0x9, outside of the file"},
		{"wraps around", []part{{2, 1<<64 - 1, owner{Container, "headers", ""}}}, "outside of the file"},
	} {
		a := &attribution{owners: make([]owner, 1), index: map[owner]uint16{}}
		a.measure(&program{data: make([]byte, 8), parts: test.parts}, "program")
		if all := strings.Join(a.faults, "\n"); !strings.Contains(all, test.want) {
			t.Errorf("%s: faults %q, want %q", test.name, all, test.want)
		}
	}
}

// drop takes a component out of the graph.
func (w *world) drop(id string) {
	var links []string
	for _, l := range w.links {
		if l != id {
			links = append(links, l)
		}
	}
	w.links = links
}
