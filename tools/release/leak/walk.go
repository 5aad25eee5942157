// SPDX-License-Identifier: MIT

package leak

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
	"unicode/utf8"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// Limits on what one run unpacks.
const (
	maxDepth   = 5
	maxEntries = 1 << 17
	maxUnpack  = 8 << 30
	maxFile    = binary.MaxImage
)

// unit is one file in the form that rules look at.
type unit struct {
	name    string
	kind    string
	data    []byte
	image   *binary.Image   // nil unless ELF, PE, COFF or Mach-O
	members []binary.Member // ar
	entries []entry         // tar and zip
	gzip    *gzip.Header
}

// entry is the header of one tar or zip member.
type entry struct {
	name, link   string
	mode         fs.FileMode
	times        []time.Time // modification first; access and change where the format has them
	uid, gid     int
	uname, gname string
}

func (c *Checker) walk(name string, data []byte, depth int) {
	err := errors.New("unknown format: neither ELF, PE, COFF, Mach-O, ar, tar, gzip, zip nor text; nothing was checked")
	switch {
	case depth > maxDepth:
		err = fmt.Errorf("archives are nested deeper than %d", maxDepth)
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		err = c.walkGzip(name, data, depth)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		err = c.walkZip(name, data, depth)
	case len(data) > 262 && string(data[257:262]) == "ustar":
		err = c.walkTar(name, data, depth)
	case binary.Detect(data) == binary.Ar:
		err = c.walkAr(name, data, depth)
	case binary.Detect(data) != "":
		err = c.walkImage(name, data)
	case isText(data):
		err = nil
		c.check(&unit{name: name, kind: "text", data: data})
	}
	if err != nil && !c.allowed("format", name, name) {
		c.Fail(name, err)
	}
}

func (c *Checker) walkImage(name string, data []byte) error {
	m, err := binary.Open(data)
	if err != nil {
		return err
	}
	c.check(&unit{name: name, kind: string(m.Format), data: data, image: m})
	return nil
}

// isText accepts UTF-8 without control characters other than white space.
func isText(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	for _, b := range data {
		if b < 0x20 && b != '\n' && b != '\t' && b != '\r' && b != '\f' || b == 0x7f {
			return false
		}
	}
	return true
}

// unpack reads one member within the limits of the run.
func (c *Checker) unpack(r io.Reader) ([]byte, error) {
	limit := min(int64(maxFile), maxUnpack-c.spent)
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errors.New("unpacked content is larger than the limit")
	}
	c.spent += int64(len(data))
	return data, nil
}

func (c *Checker) walkGzip(name string, data []byte, depth int) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("open gzip: %w", err)
	}
	header := z.Header
	plain, err := c.unpack(z)
	if err != nil {
		return fmt.Errorf("unpack gzip: %w", err)
	}
	c.check(&unit{name: name, kind: "gzip", gzip: &header})
	c.walk(name, plain, depth+1)
	return nil
}

func (c *Checker) walkAr(name string, data []byte, depth int) error {
	members, err := binary.Archive(data)
	if err != nil {
		return err
	}
	c.check(&unit{name: name, kind: "ar", members: members})
	for _, m := range members {
		if !m.Index {
			c.walk(name+"!"+m.Name, m.Data, depth+1)
		}
	}
	return nil
}

func (c *Checker) walkTar(name string, data []byte, depth int) error {
	u := &unit{name: name, kind: "tar"}
	t := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read tar: %w", err)
		}
		if len(u.entries) >= maxEntries {
			return fmt.Errorf("read tar: more than %d members", maxEntries)
		}
		u.entries = append(u.entries, tarEntry(h))
		if h.Typeflag != tar.TypeReg {
			continue
		}
		content, err := c.unpack(t)
		if err != nil {
			return fmt.Errorf("read tar: %s: %w", h.Name, err)
		}
		c.walk(name+"!"+h.Name, content, depth+1)
	}
	c.check(u)
	return nil
}

func tarEntry(h *tar.Header) entry {
	e := entry{name: h.Name, link: h.Linkname, mode: h.FileInfo().Mode(), uid: h.Uid, gid: h.Gid, uname: h.Uname, gname: h.Gname}
	e.times = []time.Time{h.ModTime}
	for _, t := range []time.Time{h.AccessTime, h.ChangeTime} {
		if !t.IsZero() {
			e.times = append(e.times, t)
		}
	}
	return e
}

func (c *Checker) walkZip(name string, data []byte, depth int) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("read zip: %w", err)
	}
	if len(z.File) > maxEntries {
		return fmt.Errorf("read zip: more than %d members", maxEntries)
	}
	u := &unit{name: name, kind: "zip"}
	for _, f := range z.File {
		uid, gid := zipOwner(f.Extra)
		u.entries = append(u.entries, entry{name: f.Name, mode: f.Mode(), times: []time.Time{f.Modified}, uid: uid, gid: gid})
		if f.FileInfo().IsDir() {
			continue
		}
		content, err := c.unzip(f)
		if err != nil {
			return fmt.Errorf("read zip: %s: %w", f.Name, err)
		}
		c.walk(name+"!"+f.Name, content, depth+1)
	}
	c.check(u)
	return nil
}

func (c *Checker) unzip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return c.unpack(r)
}

// zipOwner reads the Info-ZIP "ux" extra field, 0x7875: version, then each id with its length.
func zipOwner(extra []byte) (uid, gid int) {
	for len(extra) >= 4 {
		id, size := int(extra[0])|int(extra[1])<<8, int(extra[2])|int(extra[3])<<8
		if size > len(extra)-4 {
			return uid, gid
		}
		body := extra[4 : 4+size]
		extra = extra[4+size:]
		if id != 0x7875 || size < 1 {
			continue
		}
		body = body[1:]
		for _, to := range []*int{&uid, &gid} {
			if len(body) < 1 || int(body[0]) > len(body)-1 {
				return uid, gid
			}
			for i := int(body[0]); i > 0; i-- {
				*to = *to<<8 | int(body[i])
			}
			body = body[1+int(body[0]):]
		}
	}
	return uid, gid
}
