// SPDX-License-Identifier: MIT

package container

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"io"
)

// Signatures and sizes; the numbers in comments are sections of
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
const (
	localHeader   = 0x04034b50 // 4.3.7
	localSize     = 30
	centralSize   = 46         // 4.3.12
	descriptor    = 0x08074b50 // 4.3.9.3
	descriptorLen = 16
	endHeader     = 0x06054b50 // 4.3.16
	endSize       = 22
	hasDescriptor = 1 << 3  // 4.4.4
	namesInUTF8   = 1 << 11 // which ASCII is, too
)

// walkZip reads a zip file: local headers first, one after the other, since some programs unpack by them, and then by way
// of the central directory.
func walkZip(w *walk) error {
	count, directory, err := zipEnd(w.archive)
	if err != nil {
		return err
	}
	length := w.archive.size - endSize - directory
	if count > MaxEntries || length > MaxEntries*(centralSize+maxName) {
		w.fault(CheckLimits, "archive-bomb", "%d entries in a directory of %d bytes", count, length)
		return errLimit
	}
	zr, err := zip.NewReader(w.archive.file, w.archive.size)
	if err != nil {
		return malformed("zip: %v", err)
	}
	if len(zr.File) != count || zr.Comment != "" {
		return malformed("zip: the end record names %d entries, the directory has %d", count, len(zr.File))
	}
	if err := zipLocals(w.archive, zr.File, directory); err != nil {
		return err
	}
	for _, f := range zr.File {
		if err := zipEntry(w, f); err != nil {
			return err
		}
	}
	return nil
}

// zipEnd reads the end record, which has to be the last bytes of the file.
func zipEnd(a *Archive) (count int, directory int64, err error) {
	if a.size < endSize {
		return 0, 0, malformed("zip: %d bytes", a.size)
	}
	b := make([]byte, endSize)
	if _, err := a.file.ReadAt(b, a.size-endSize); err != nil {
		return 0, 0, err
	}
	le := binary.LittleEndian
	here, all := le.Uint16(b[8:]), le.Uint16(b[10:])
	size, at := int64(le.Uint32(b[12:])), int64(le.Uint32(b[16:]))
	switch {
	case all == 1<<16-1 || size == 1<<32-1 || at == 1<<32-1:
		// The record that these point to has numbers of its own.
		return 0, 0, malformed("zip: zip64")
	case le.Uint32(b) != endHeader || le.Uint32(b[4:]) != 0 || here != all:
		return 0, 0, malformed("zip: no end record at the end")
	case at+size+endSize != a.size:
		return 0, 0, malformed("zip: the directory is not where the end record says")
	}
	return int(all), at, nil
}

// zipLocals holds each local header against the directory. Entries follow each other from the first byte on, without a
// gap that another program could find something in.
func zipLocals(a *Archive, files []*zip.File, directory int64) error {
	at := int64(0)
	le := binary.LittleEndian
	for _, f := range files {
		h := make([]byte, localSize+len(f.Name))
		if _, err := a.file.ReadAt(h, at); err != nil {
			return malformed("zip: %.100q: no local header", f.Name)
		}
		name, extra := int(le.Uint16(h[26:])), le.Uint16(h[28:])
		if le.Uint32(h) != localHeader || name != len(f.Name) || string(h[localSize:]) != f.Name {
			return malformed("zip: %.100q: the local header has another name", f.Name)
		}
		if le.Uint16(h[6:]) != f.Flags || le.Uint16(h[8:]) != f.Method || extra != 0 || len(f.Extra) != 0 || f.Comment != "" {
			return malformed("zip: %.100q: local header and directory differ, or there are extra fields", f.Name)
		}
		if f.UncompressedSize64 > 1<<32-2 || f.CompressedSize64 > 1<<32-2 {
			return malformed("zip: %.100q: zip64", f.Name)
		}
		sizes := h[14:26]
		at += int64(len(h)) + int64(f.CompressedSize64)
		if f.Flags&hasDescriptor != 0 {
			d := make([]byte, descriptorLen)
			if _, err := a.file.ReadAt(d, at); err != nil || le.Uint32(d) != descriptor {
				return malformed("zip: %.100q: no descriptor after the contents", f.Name)
			}
			at += descriptorLen
			for _, b := range sizes {
				if b != 0 {
					return malformed("zip: %.100q: sizes in local header and descriptor", f.Name)
				}
			}
			sizes = d[4:]
		}
		if le.Uint32(sizes) != f.CRC32 || uint64(le.Uint32(sizes[4:])) != f.CompressedSize64 || uint64(le.Uint32(sizes[8:])) != f.UncompressedSize64 {
			return malformed("zip: %.100q: sizes or checksum of local header and directory differ", f.Name)
		}
	}
	if at != directory {
		return malformed("zip: %d bytes between the entries and the directory", directory-at)
	}
	return nil
}

func zipEntry(w *walk, f *zip.File) error {
	if f.Flags&^(hasDescriptor|namesInUTF8) != 0 || f.Method != zip.Deflate && f.Method != zip.Store {
		return malformed("zip: %.100q: flags %#x, method %d", f.Name, f.Flags, f.Method)
	}
	regular, err := w.header(f.Name, f.Mode())
	if err != nil || !regular {
		return err
	}
	r, err := f.Open()
	if err != nil {
		return malformed("zip: %.100q: %v", f.Name, err)
	}
	defer r.Close()
	w.packed += int64(f.CompressedSize64)
	err = w.visit(Entry{Name: f.Name, Mode: f.Mode(), Size: int64(f.UncompressedSize64)}, &limited{w, r})
	if err != nil && !errors.Is(err, errLimit) && !errors.Is(err, errDone) {
		if !errors.Is(err, zip.ErrChecksum) && !errors.Is(err, zip.ErrFormat) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return malformed("zip: %.100q: %v", f.Name, err)
		}
		return malformed("zip: %.100q: the contents are damaged", f.Name)
	}
	return err
}
