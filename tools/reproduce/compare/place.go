// SPDX-License-Identifier: MIT

package compare

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// Place is the first difference between two files, as deep inside them as their formats are known.
type Place struct {
	Member string `json:"member,omitempty"` // within archives, joined by '!'
	Where  string `json:"where"`            // section, header field or "byte"
	Offset int    `json:"offset"`           // in the innermost file; NoOffset if only digests were at hand
	A      string `json:"a"`                // what stands there, quoted
	B      string `json:"b"`
}

// NoOffset stands for an offset that digests alone cannot tell.
const NoOffset = -1

func (p *Place) String() string {
	member := ""
	if p.Member != "" {
		member = p.Member + ": "
	}
	if p.Offset == NoOffset {
		return fmt.Sprintf("%s%s: A %s, B %s", member, p.Where, p.A, p.B)
	}
	return fmt.Sprintf("%s%s at %#x: A %s, B %s", member, p.Where, p.Offset, p.A, p.B)
}

// maxUnpacked bounds what one archive may unpack to in a comparison.
const maxUnpacked = 1 << 30

// Locate finds the first difference of two contents; nil if they are equal. Content that cannot be taken apart is
// compared byte by byte.
func Locate(a, b []byte) *Place {
	return locate(a, b, 0)
}

func locate(a, b []byte, depth int) *Place {
	if bytes.Equal(a, b) {
		return nil
	}
	const deepest = 5
	if depth < deepest {
		for _, inside := range []func(a, b []byte, depth int) *Place{inGzip, inTar, inZip, inAr} {
			if p := inside(a, b, depth); p != nil {
				return p
			}
		}
	}
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	p := &Place{Where: "byte", Offset: at, A: excerpt(a, at), B: excerpt(b, at)}
	if m, err := binary.Open(a); err == nil {
		p.Where = m.SectionAt(uint64(at))
	} else if _, err := binary.Archive(a); err == nil {
		p.Where = "ar header"
	}
	return p
}

// excerpt quotes the bytes at an offset, with some before it.
func excerpt(data []byte, at int) string {
	const before, after = 24, 48
	if at >= len(data) {
		return fmt.Sprintf("ends after %d bytes", len(data))
	}
	return fmt.Sprintf("%q", data[max(0, at-before):min(len(data), at+after)])
}

// member is one part of an archive: the header as text, and the content.
type member struct {
	name, header string
	data         []byte
}

// inMembers compares two lists of members; nil if they are all equal, so that the difference is in the packing.
func inMembers(a, b []member, depth int) *Place {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x.header != y.header {
			return &Place{Member: x.name, Where: "member header", Offset: i, A: x.header, B: y.header}
		}
		if p := locate(x.data, y.data, depth+1); p != nil {
			if p.Member != "" {
				p.Member = "!" + p.Member
			}
			p.Member = x.name + p.Member
			return p
		}
	}
	if len(a) != len(b) {
		return &Place{Where: "number of members", A: fmt.Sprint(len(a)), B: fmt.Sprint(len(b))}
	}
	return nil
}

func inGzip(a, b []byte, depth int) *Place {
	read := func(data []byte) (string, []byte, error) {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return "", nil, err
		}
		plain, err := newRoom().read(z)
		return fmt.Sprintf("%+v", z.Header), plain, err
	}
	ha, pa, err := read(a)
	if err != nil {
		return nil
	}
	hb, pb, err := read(b)
	if err != nil {
		return nil
	}
	if ha != hb {
		return &Place{Where: "gzip header", A: ha, B: hb}
	}
	if p := locate(pa, pb, depth+1); p != nil {
		return p
	}
	return nil
}

// A room is how many bytes an archive may still unpack to.
type room int64

func newRoom() *room {
	r := room(maxUnpacked)
	return &r
}

// read reads to the end, of what is compressed or sparse what it stands for.
func (left *room) read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(*left)+1))
	if err == nil && int64(len(data)) > int64(*left) {
		err = fmt.Errorf("unpack archive: more than %d bytes", int64(maxUnpacked))
	}
	*left -= room(len(data))
	return data, err
}

func inTar(a, b []byte, depth int) *Place {
	ma, err := tarMembers(a)
	if err != nil {
		return nil
	}
	mb, err := tarMembers(b)
	if err != nil {
		return nil
	}
	return inMembers(ma, mb, depth)
}

func tarMembers(data []byte) ([]member, error) {
	if len(data) < 262 || string(data[257:262]) != "ustar" {
		return nil, binary.ErrFormat
	}
	var out []member
	t, left := tar.NewReader(bytes.NewReader(data)), newRoom()
	for {
		h, err := t.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := left.read(t)
		if err != nil {
			return nil, err
		}
		header := fmt.Sprintf("%s mode %o owner %d:%d %s:%s time %d type %q link %q device %d:%d PAX %q",
			h.Name, h.Mode, h.Uid, h.Gid, h.Uname, h.Gname, h.ModTime.UnixNano(), h.Typeflag, h.Linkname, h.Devmajor, h.Devminor, h.PAXRecords)
		out = append(out, member{h.Name, header, content})
	}
}

func inZip(a, b []byte, depth int) *Place {
	ma, err := zipMembers(a)
	if err != nil {
		return nil
	}
	mb, err := zipMembers(b)
	if err != nil {
		return nil
	}
	return inMembers(ma, mb, depth)
}

func zipMembers(data []byte) ([]member, error) {
	if !bytes.HasPrefix(data, []byte("PK")) {
		return nil, binary.ErrFormat
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var out []member
	left := newRoom()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		content, err := left.read(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
		header := fmt.Sprintf("%s mode %v versions %x %d flags %x method %d time %v extra %x attributes %x comment %q",
			f.Name, f.Mode(), f.CreatorVersion, f.ReaderVersion, f.Flags, f.Method, f.Modified.UTC(), f.Extra, f.ExternalAttrs, f.Comment)
		out = append(out, member{f.Name, header, content})
	}
	return out, nil
}

func inAr(a, b []byte, depth int) *Place {
	ma, err := arMembers(a)
	if err != nil {
		return nil
	}
	mb, err := arMembers(b)
	if err != nil {
		return nil
	}
	return inMembers(ma, mb, depth)
}

func arMembers(data []byte) ([]member, error) {
	members, err := binary.Archive(data)
	var out []member
	for _, m := range members {
		header := fmt.Sprintf("%s date %d owner %d:%d mode %o", m.Name, m.Date, m.UID, m.GID, m.Mode)
		out = append(out, member{m.Name, header, m.Data})
	}
	return out, err
}
