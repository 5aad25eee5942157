// SPDX-License-Identifier: MIT

package container

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"strings"
)

// walkTar reads one gzip member with a tar file in it.
func walkTar(w *walk) error {
	file := bufio.NewReaderSize(&counted{w, io.NewSectionReader(w.archive.file, 0, w.archive.size)}, 1<<16)
	zr, err := gzip.NewReader(file)
	if err != nil {
		return malformed("gzip: %v", err)
	}
	zr.Multistream(false)
	plain := &limited{w, zr}
	tr := tar.NewReader(plain)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return tarError(err)
		}
		if err := tarEntry(w, h, tr); err != nil {
			return tarError(err)
		}
	}
	if err := onlyZeros(plain); err != nil {
		return tarError(err)
	}
	if _, err := file.ReadByte(); !errors.Is(err, io.EOF) {
		return malformed("bytes after the gzip member")
	}
	return nil
}

// tarError tells what lies in the archive from what the caller did.
func tarError(err error) error {
	var bad *formError
	switch {
	case errors.Is(err, errLimit), errors.Is(err, errDone), errors.As(err, &bad):
		return err
	case errors.Is(err, tar.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return malformed("tar: %v", err)
	}
	return malformed("tar in gzip: %v", err)
}

func tarEntry(w *walk, h *tar.Header, r io.Reader) error {
	if h.Format != tar.FormatUSTAR || len(h.PAXRecords) > 0 {
		w.fault(CheckForm, "archive-malformed", "entry %.100q is not in USTAR form, which every program reads alike", h.Name)
	}
	// Holes of a sparse file, whose zeros archive/tar makes by itself, are in no byte that was counted.
	if h.Size > MaxUnpacked {
		w.fault(CheckLimits, "archive-bomb", "entry %.100q has %d bytes", h.Name, h.Size)
		return errLimit
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return malformed("tar: %.100q is a sparse file", h.Name)
		}
	}
	mode := h.FileInfo().Mode()
	if h.Typeflag != tar.TypeReg {
		// A hard link, for one, looks like a regular file to FileInfo.
		mode |= fs.ModeIrregular
	}
	regular, err := w.header(h.Name, mode)
	if err != nil || !regular {
		return err
	}
	return w.visit(Entry{Name: h.Name, Mode: mode, Size: h.Size}, r)
}

// onlyZeros reads the rest after a tar file's end, which is padding.
func onlyZeros(r io.Reader) error {
	buffer := make([]byte, 4096)
	for total := 0; ; {
		n, err := r.Read(buffer)
		for _, b := range buffer[:n] {
			if b != 0 {
				return malformed("bytes after the end of the tar file")
			}
		}
		if total += n; total > 1<<20 {
			return malformed("%d bytes of padding after the end of the tar file", total)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
