// SPDX-License-Identifier: MIT

package binary

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Member is one entry of an ar archive.
type Member struct {
	Name   string
	Offset uint64 // of Data in the archive
	Date   int64  // seconds since 1970
	UID    int64
	GID    int64
	Mode   int64
	Data   []byte
	Index  bool // symbol index or name table; Data is not a file
}

const (
	arMagic    = "!<arch>\n"
	arHeader   = 60
	maxMembers = 1 << 17
)

// Archive reads the members of an ar archive, symbol indexes and name tables included, in file order. It knows the GNU
// and COFF forms (names in "//"), the BSD form ("#1/len") that macOS uses, and refuses thin archives, whose members
// are elsewhere.
func Archive(data []byte) ([]Member, error) {
	if !bytes.HasPrefix(data, []byte(arMagic)) {
		return nil, fmt.Errorf("read ar: %w", ErrFormat)
	}
	var members []Member
	var names []byte
	for off := len(arMagic); off < len(data); {
		if len(members) >= maxMembers {
			return nil, fmt.Errorf("read ar: more than %d members", maxMembers)
		}
		m, size, err := arMember(data, off)
		if err != nil {
			return nil, fmt.Errorf("read ar: member at offset %d: %w", off, err)
		}
		if m.Name == "//" {
			names = m.Data
		}
		if err := arName(&m, names); err != nil {
			return nil, fmt.Errorf("read ar: member at offset %d: %w", off, err)
		}
		members = append(members, m)
		off += arHeader + size + size&1
	}
	return members, nil
}

func arMember(data []byte, off int) (Member, int, error) {
	if len(data)-off < arHeader {
		return Member{}, 0, errors.New("header is cut off")
	}
	h := data[off : off+arHeader]
	if string(h[58:]) != "`\n" {
		return Member{}, 0, errors.New("header has no end mark")
	}
	m := Member{Name: strings.TrimRight(string(h[:16]), " ")}
	var size int64
	for _, f := range []struct {
		to   *int64
		text []byte
		base int
	}{{&m.Date, h[16:28], 10}, {&m.UID, h[28:34], 10}, {&m.GID, h[34:40], 10}, {&m.Mode, h[40:48], 8}, {&size, h[48:58], 10}} {
		s := strings.TrimSpace(string(f.text))
		if s == "" {
			continue // lib.exe and llvm-lib leave numbers of index members empty
		}
		n, err := strconv.ParseInt(s, f.base, 64)
		if err != nil || n < 0 {
			return Member{}, 0, fmt.Errorf("number %q in the header", s)
		}
		*f.to = n
	}
	start := off + arHeader
	if size > int64(len(data)-start) {
		return Member{}, 0, errors.New("content is cut off; a thin archive keeps its members elsewhere and is refused")
	}
	m.Offset, m.Data = uint64(start), data[start:start+int(size)]
	return m, int(size), nil
}

// arName turns the stored name into the real one.
func arName(m *Member, names []byte) error {
	switch {
	case m.Name == "/" || m.Name == "//" || m.Name == "/SYM64/" || m.Name == "/<ECSYMBOLS>/":
		m.Index = true
		return nil
	case strings.HasPrefix(m.Name, "#1/"):
		n, err := strconv.Atoi(m.Name[3:])
		if err != nil || n < 0 || n > len(m.Data) {
			return fmt.Errorf("name %q", m.Name)
		}
		m.Name = strings.TrimRight(string(m.Data[:n]), "\x00")
		m.Data, m.Offset = m.Data[n:], m.Offset+uint64(n)
	case strings.HasPrefix(m.Name, "/"):
		at, err := strconv.Atoi(m.Name[1:])
		if err != nil || at < 0 || at >= len(names) {
			return fmt.Errorf("name %q is not in the name table", m.Name)
		}
		end := bytes.IndexAny(names[at:], "\n\x00")
		if end < 0 {
			return fmt.Errorf("name %q has no end", m.Name)
		}
		m.Name = strings.TrimSuffix(string(names[at:at+end]), "/")
	default:
		m.Name = strings.TrimSuffix(m.Name, "/")
	}
	m.Index = strings.HasPrefix(m.Name, "__.SYMDEF")
	return nil
}
