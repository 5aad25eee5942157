// SPDX-License-Identifier: MIT

package compare

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// A Member is a part of a file that differences can be told by: a member of an archive, joined by '!' to those of an
// archive in it, or a section of a program or object, after '#'.
type Member struct {
	Name   string
	SHA256 [32]byte
}

// Members lists the parts of a file in the file's order, archives within archives opened. A file of a format without
// parts, or above the size that is read whole, has none.
func Members(path string) ([]Member, error) {
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxLocate {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []Member
	parts("", data, 0, &out)
	return out, nil
}

// A Content is a member of an archive, with all that its format says of it in a line.
type Content struct {
	Name, Header string
	Data         []byte
}

// Unpack reads the members of an archive on disk, a tar, tar.gz or zip, in its order. One that holds more than its members
// is an error: whoever compares members would not see the rest. So is a zip that says two things of one.
func Unpack(path string) ([]Content, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxLocate {
		return nil, fmt.Errorf("unpack %s: larger than %d bytes", path, maxLocate)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	members, err := wholeMembers(data)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", path, err)
	}
	var out []Content
	for _, m := range members {
		out = append(out, Content{m.name, m.header, m.data})
	}
	return out, nil
}

func wholeMembers(data []byte) ([]member, error) {
	outer := ""
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		inner, header, err := wholeGzip(data)
		if err != nil {
			return nil, err
		}
		data, outer = inner, header
	}
	list, whole := tarMembers, wholeTar
	if bytes.HasPrefix(data, []byte("PK")) {
		list, whole = zipMembers, wholeZip
	}
	members, err := list(data)
	if err != nil {
		return nil, err
	}
	for i := range members {
		members[i].header += outer
	}
	return members, whole(data)
}

func parts(prefix string, data []byte, depth int, out *[]Member) {
	const deepest = 5
	if depth > deepest {
		return
	}
	for _, list := range []func([]byte) ([]member, error){gzipMembers, tarMembers, zipMembers, arMembers} {
		members, err := list(data)
		if err != nil {
			continue
		}
		for _, m := range members {
			name := prefix + m.name
			sum := sha256.Sum256(m.data)
			*out = append(*out, Member{name, sum})
			parts(name+"!", m.data, depth+1, out)
		}
		return
	}
	sections(prefix, data, out)
}

// sections lists the sections of a program that have bytes of their own in the file.
func sections(prefix string, data []byte, out *[]Member) {
	m, err := binary.Open(data)
	if err != nil {
		return
	}
	if n := len(prefix); n > 0 {
		prefix = prefix[:n-1]
	}
	for i, s := range m.Sections {
		end := s.Offset + s.Size
		if s.Size == 0 || end < s.Offset || end > uint64(len(data)) {
			continue
		}
		*out = append(*out, Member{fmt.Sprintf("%s#%d:%s", prefix, i, s.Name), sha256.Sum256(data[s.Offset:end])})
	}
}

// gzipMembers gives those of what is inside: the file in gzip has no name of its own.
func gzipMembers(data []byte) ([]member, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	inner, err := newRoom().read(z)
	if err != nil {
		return nil, err
	}
	if members, err := tarMembers(inner); err == nil {
		return members, nil
	}
	return []member{{name: "gzip", data: inner}}, nil
}
