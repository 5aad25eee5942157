// SPDX-License-Identifier: MIT

package archive

import (
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"time"
)

// Signatures and fixed values of the zip format; the numbers in comments are sections of
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
const (
	localSignature      = 0x04034b50 // 4.3.7
	descriptorSignature = 0x08074b50 // 4.3.9.3
	centralSignature    = 0x02014b50 // 4.3.12
	endSignature        = 0x06054b50 // 4.3.16

	versionNeeded = 20        // 4.4.3: deflate
	madeBy        = 3<<8 | 20 // 4.4.2: Unix, so that modes count
	useDescriptor = 1 << 3    // 4.4.4: sizes follow the contents, as they are streamed
	deflate       = 8         // 4.4.5
	regularFile   = 0o100000  // the type bits of st_mode in the external attributes
	maxOffset     = 1<<32 - 2 // 2^32-1 announces zip64
	maxEntries    = 1<<16 - 2 // 2^16-1 too
	localSize     = 30        // a local header without its name
	maxDeflated   = maxOffset // of one entry
)

// A zipEntry is what the central directory says about a file.
type zipEntry struct {
	file             File
	offset           int64
	crc              uint32
	size, compressed int64
}

// WriteZip writes the archive as a zip file: deflate, DOS times in UTC, Unix modes, no extra fields, no
// comments, no zip64.
func (a *Archive) WriteZip(w io.Writer) error {
	if err := a.Check(); err != nil {
		return err
	}
	if len(a.Files) > maxEntries {
		return fmt.Errorf("write archive: more than %d files in a zip file", maxEntries)
	}
	out := &countingWriter{w: w}
	entries := make([]zipEntry, 0, len(a.Files))
	for _, f := range a.Files {
		e, err := writeEntry(out, f)
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	if err := writeDirectory(out, entries); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

func writeEntry(out *countingWriter, f File) (zipEntry, error) {
	e := zipEntry{file: f, offset: out.n}
	if _, err := out.Write(append(localHeader(f), f.Name...)); err != nil {
		return e, fmt.Errorf("write %s: %w", f.Name, err)
	}
	start := out.n
	fw, err := flate.NewWriter(out, level)
	if err != nil {
		return e, err
	}
	plain := &checksumWriter{w: fw, crc: crc32.NewIEEE()}
	if err := copyContents(f, func(size int64) (io.Writer, error) { e.size = size; return plain, nil }); err != nil {
		return e, err
	}
	if err := fw.Close(); err != nil {
		return e, fmt.Errorf("write %s: %w", f.Name, err)
	}
	e.crc, e.compressed = plain.crc.Sum32(), out.n-start
	if e.compressed > maxDeflated || e.offset > maxOffset {
		return e, fmt.Errorf("write %s: the zip file exceeds 4 GiB", f.Name)
	}
	var d []byte
	d = binary.LittleEndian.AppendUint32(d, descriptorSignature)
	d = appendSizes(d, e)
	if _, err := out.Write(d); err != nil {
		return e, fmt.Errorf("write %s: %w", f.Name, err)
	}
	return e, nil
}

// localHeader is the header before a file's contents, without the name (4.3.7).
func localHeader(f File) []byte {
	le := binary.LittleEndian
	h := le.AppendUint32(make([]byte, 0, localSize+len(f.Name)), localSignature)
	h = appendCommon(h, f.Time)
	h = append(h, make([]byte, 12)...) // checksum and sizes: in the descriptor
	h = le.AppendUint16(h, uint16(len(f.Name)))
	return le.AppendUint16(h, 0) // extra
}

// appendCommon appends the fields that both headers of a file share.
func appendCommon(h []byte, t time.Time) []byte {
	le := binary.LittleEndian
	h = le.AppendUint16(h, versionNeeded)
	h = le.AppendUint16(h, useDescriptor)
	h = le.AppendUint16(h, deflate)
	date, clock := dosTime(t)
	h = le.AppendUint16(h, clock)
	return le.AppendUint16(h, date)
}

func appendSizes(h []byte, e zipEntry) []byte {
	le := binary.LittleEndian
	h = le.AppendUint32(h, e.crc)
	h = le.AppendUint32(h, uint32(e.compressed))
	return le.AppendUint32(h, uint32(e.size))
}

// writeDirectory writes the central directory and its end record (4.3.12, 4.3.16).
func writeDirectory(out *countingWriter, entries []zipEntry) error {
	le := binary.LittleEndian
	start := out.n
	for _, e := range entries {
		h := le.AppendUint32(nil, centralSignature)
		h = le.AppendUint16(h, madeBy)
		h = appendCommon(h, e.file.Time)
		h = appendSizes(h, e)
		h = le.AppendUint16(h, uint16(len(e.file.Name)))
		h = append(h, make([]byte, 8)...) // extra, comment, disk, internal attributes
		h = le.AppendUint32(h, (regularFile|uint32(e.file.Mode.Perm()))<<16)
		h = le.AppendUint32(h, uint32(e.offset))
		if _, err := out.Write(append(h, e.file.Name...)); err != nil {
			return err
		}
	}
	size := out.n - start
	if start > maxOffset || size > maxOffset {
		return errors.New("the zip file exceeds 4 GiB")
	}
	h := le.AppendUint32(nil, endSignature)
	h = le.AppendUint32(h, 0) // disks
	h = le.AppendUint16(h, uint16(len(entries)))
	h = le.AppendUint16(h, uint16(len(entries)))
	h = le.AppendUint32(h, uint32(size))
	h = le.AppendUint32(h, uint32(start))
	h = le.AppendUint16(h, 0) // comment
	_, err := out.Write(h)
	return err
}

// dosTime is t in UTC as the format counts it (4.4.6).
func dosTime(t time.Time) (date, clock uint16) {
	t = t.UTC()
	date = uint16(t.Day() + int(t.Month())<<5 + (t.Year()-1980)<<9)
	clock = uint16(t.Second()/2 + t.Minute()<<5 + t.Hour()<<11)
	return date, clock
}

// A countingWriter knows how many bytes went through it.
type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// A checksumWriter knows the checksum of what went through it.
type checksumWriter struct {
	w   io.Writer
	crc hash.Hash32
}

func (c *checksumWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.crc.Write(p[:n])
	return n, err
}
