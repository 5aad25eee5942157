// SPDX-License-Identifier: MIT

package leak

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// blob is a stretch of bytes to search, with the way back to where it stands.
type blob struct {
	data  []byte
	place func(at int) (where string, offset uint64)
}

// all is every byte of a unit: the file as it lies, its unpacked debug sections, and UTF-16 strings of PE as ASCII. Of
// an archive it is the header strings; the members are units of their own.
func (u *unit) all() []blob {
	switch {
	case u.image != nil:
		return append([]blob{u.raw()}, append(u.plain(), u.wide()...)...)
	case u.kind == "text":
		return []blob{u.raw()}
	}
	return u.names()
}

// strings is the part of a unit that holds strings on purpose. Code, tables and symbol records are left out, because
// what looks like a path in them is chance.
func (u *unit) strings() []blob {
	if u.image == nil {
		return u.all()
	}
	var out []blob
	for _, s := range u.image.Sections {
		if !s.Text || s.Plain != nil || s.Offset > uint64(len(u.data)) || s.Size > uint64(len(u.data))-s.Offset {
			continue
		}
		out = append(out, blob{u.data[s.Offset : s.Offset+s.Size], func(at int) (string, uint64) { return s.Name, s.Offset + uint64(at) }})
	}
	return append(out, append(u.plain(), u.wide()...)...)
}

func (u *unit) raw() blob {
	return blob{u.data, func(at int) (string, uint64) {
		if u.image != nil {
			return u.image.SectionAt(uint64(at)), uint64(at)
		}
		return fmt.Sprintf("line %d", bytes.Count(u.data[:at], []byte{'\n'})+1), uint64(at)
	}}
}

func (u *unit) plain() []blob {
	var out []blob
	for _, s := range u.image.Sections {
		if s.Plain != nil {
			out = append(out, blob{s.Plain, func(at int) (string, uint64) { return s.Name + " (unpacked)", uint64(at) }})
		}
	}
	return out
}

// wide gives the UTF-16LE strings of Windows images, as ASCII.
func (u *unit) wide() []blob {
	if u.image.Format != binary.PE && u.image.Format != binary.COFF {
		return nil
	}
	const least = 6
	var out []blob
	for i := 0; i+1 < len(u.data); {
		if !printable(u.data[i]) || u.data[i+1] != 0 {
			i++
			continue
		}
		start := i
		var text []byte
		for i+1 < len(u.data) && printable(u.data[i]) && u.data[i+1] == 0 {
			text = append(text, u.data[i])
			i += 2
		}
		if len(text) >= least {
			out = append(out, blob{text, func(at int) (string, uint64) {
				off := uint64(start + 2*at)
				return u.image.SectionAt(off) + " (UTF-16)", off
			}})
		}
	}
	return out
}

// names gives the strings of an archive's headers.
func (u *unit) names() []blob {
	var out []blob
	add := func(where string, offset uint64, text string) {
		if text != "" {
			out = append(out, blob{[]byte(text), func(int) (string, uint64) { return where, offset }})
		}
	}
	for _, m := range u.members {
		add("member name", m.Offset, m.Name)
	}
	for _, e := range u.entries {
		for _, s := range []string{e.name, e.link, e.uname, e.gname} {
			add("header of "+e.name, 0, s)
		}
	}
	if u.gzip != nil {
		add("gzip name", 0, u.gzip.Name)
		add("gzip comment", 0, u.gzip.Comment)
	}
	return out
}

func printable(b byte) bool { return b >= 0x20 && b < 0x7f }

// around gives the printable text about data[start:end], shortened.
func around(data []byte, start, end int) string {
	const reach = 60
	low, high := start, end
	for low > 0 && start-low < reach && printable(data[low-1]) {
		low--
	}
	for high < len(data) && high-end < reach && printable(data[high]) {
		high++
	}
	return strings.ToValidUTF8(string(data[low:high]), "?")
}
