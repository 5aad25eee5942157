// SPDX-License-Identifier: MIT

package compare

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// An archive has room beside its members, where bytes can lie that no list of members shows. These functions refuse it.

var errRest = errors.New("bytes of the archive belong to no member")

// errTwo is about a zip whose members are told of twice, before or after them and in the directory: who extracts from a
// stream goes by the former, others by the latter.
var errTwo = errors.New("the archive says two things of a member")

// wholeGzip gives what is packed, of one stream that is all of the file, and the rest of its header: flags, time and system.
func wholeGzip(data []byte) (inner []byte, header string, err error) {
	r := bytes.NewReader(data)
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, "", err
	}
	z.Multistream(false)
	if inner, err = newRoom().read(z); err != nil {
		return nil, "", err
	}
	if r.Len() > 0 {
		return nil, "", fmt.Errorf("%w: %d after the end of gzip", errRest, r.Len())
	}
	if h := z.Header; h.Name != "" || h.Comment != "" || len(h.Extra) > 0 {
		return nil, "", fmt.Errorf("%w: a name, comment or field in the header of gzip", errRest)
	}
	return inner, fmt.Sprintf(" in gzip flags %x time %d level %x system %d", data[3], le.Uint32(data[4:]), data[8], data[9]), nil
}

// wholeTar refuses a tar with a rest, or with anything but zeros where members are filled up to blocks.
func wholeTar(data []byte) error {
	const block = 512
	r := bytes.NewReader(data)
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, t, h.Size); err != nil {
			return err
		}
		at := len(data) - r.Len()
		if pad := data[at:min(len(data), (at+block-1)/block*block)]; len(bytes.Trim(pad, "\x00")) > 0 {
			return fmt.Errorf("%w: %d after a member of the tar", errRest, len(pad))
		}
	}
	if r.Len() > 0 {
		return fmt.Errorf("%w: %d after the end of the tar", errRest, r.Len())
	}
	return nil
}

var le = binary.LittleEndian

// wholeZip refuses a zip that is anything but its members one after the other, the directory and its end, as
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT has them, without comments; and one that says two things of a
// member.
func wholeZip(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	rest := data
	var heads [][]byte
	for _, f := range z.File {
		heads = append(heads, rest)
		if rest, err = afterMember(rest, f, data); err != nil {
			return err
		}
	}
	for i, f := range z.File {
		const fixed = 46
		if len(rest) < fixed || string(rest[:4]) != "PK\x01\x02" {
			return fmt.Errorf("%w: before the zip's directory tells of %s", errRest, f.Name)
		}
		if !bytes.Equal(heads[i][4:14], rest[6:16]) {
			return fmt.Errorf("%w: %s has another version, flag, method or time in front than in the directory", errTwo, f.Name)
		}
		n := fixed + int(le.Uint16(rest[28:])) + int(le.Uint16(rest[30:])) + int(le.Uint16(rest[32:]))
		if f.Comment != "" || n > len(rest) {
			return fmt.Errorf("%w: a comment on %s", errRest, f.Name)
		}
		rest = rest[n:]
	}
	const end = 22
	if len(rest) != end || string(rest[:4]) != "PK\x05\x06" {
		return fmt.Errorf("%w: after the zip's directory", errRest)
	}
	return nil
}

// afterMember is what follows a member with which rest has to begin.
func afterMember(rest []byte, f *zip.File, data []byte) ([]byte, error) {
	const fixed, described, large = 30, 8, 1<<32 - 1
	if len(rest) < fixed || string(rest[:4]) != "PK\x03\x04" {
		return nil, fmt.Errorf("%w: before %s", errRest, f.Name)
	}
	name, extra := int(le.Uint16(rest[26:])), int(le.Uint16(rest[28:]))
	at, err := f.DataOffset()
	if err != nil {
		return nil, err
	}
	switch head := len(data) - len(rest) + fixed + name + extra; {
	case int64(head) != at:
		return nil, fmt.Errorf("%w: before %s", errRest, f.Name)
	case string(rest[fixed:fixed+name]) != f.Name || string(rest[fixed+name:fixed+name+extra]) != string(f.Extra):
		return nil, fmt.Errorf("%w: %s has a name or field that the zip's directory has not", errRest, f.Name)
	case f.CompressedSize64 > uint64(len(data)-head) || f.UncompressedSize64 >= large:
		return nil, fmt.Errorf("read zip: %s is cut off, or too large", f.Name)
	}
	// The checksum and both sizes, as they stand in front, behind, or both.
	sizes := le.AppendUint32(nil, f.CRC32)
	sizes = le.AppendUint32(sizes, uint32(f.CompressedSize64))
	sizes = le.AppendUint32(sizes, uint32(f.UncompressedSize64))
	front, follows := rest[14:26], f.Flags&described != 0
	if !bytes.Equal(front, sizes) && (!follows || !bytes.Equal(front, make([]byte, len(sizes)))) {
		return nil, fmt.Errorf("%w: %s has another checksum or size in front than in the directory", errTwo, f.Name)
	}
	packed := data[at : at+int64(f.CompressedSize64)]
	if f.Method == zip.Deflate {
		r := bytes.NewReader(packed)
		if _, err := newRoom().read(flate.NewReader(r)); err != nil {
			return nil, err
		}
		if r.Len() > 0 {
			return nil, fmt.Errorf("%w: %d in %s after what is packed", errRest, r.Len(), f.Name)
		}
	}
	rest = data[at+int64(f.CompressedSize64):]
	if follows {
		const signed = 16 // with a mark, which most write, and sizes of four bytes
		if len(rest) < signed || string(rest[:4]) != "PK\x07\x08" {
			return nil, fmt.Errorf("%w: after %s", errRest, f.Name)
		}
		if !bytes.Equal(rest[4:signed], sizes) {
			return nil, fmt.Errorf("%w: %s has another checksum or size behind it than in the directory", errTwo, f.Name)
		}
		rest = rest[signed:]
	}
	return rest, nil
}
