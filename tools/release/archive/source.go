// SPDX-License-Identifier: MIT

package archive

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// MaxFileSize bounds one file's contents, in bytes. It is also what a zip entry without the zip64 extension holds.
const MaxFileSize = 1<<32 - 2

// A Source has the contents of a file.
type Source interface {
	// Open returns the contents and how many bytes they are. The reader is closed after use.
	Open() (io.ReadCloser, int64, error)
}

// Path is the contents of the file that has this name when the archive is written.
type Path string

// Open opens the file. Anything but a regular file is an error.
func (p Path) Open() (io.ReadCloser, int64, error) {
	f, err := os.Open(string(p))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("open %s: not a regular file", string(p))
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// Bytes are contents in memory.
type Bytes []byte

// Open returns a reader of the bytes.
func (b Bytes) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil
}

// copyContents writes f's contents to w: begin is told their size first. Contents that shrink or grow meanwhile are an
// error.
func copyContents(f File, begin func(size int64) (io.Writer, error)) (err error) {
	if f.Source == nil {
		return fmt.Errorf("write %s: no contents", f.Name)
	}
	r, size, err := f.Source.Open()
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	defer r.Close()
	if size < 0 || size > MaxFileSize {
		return fmt.Errorf("write %s: %d bytes, and the limit is %d", f.Name, size, int64(MaxFileSize))
	}
	w, err := begin(size)
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	n, err := io.Copy(w, io.LimitReader(r, size+1))
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	if n != size {
		return fmt.Errorf("write %s: contents changed while they were read: %d bytes expected", f.Name, size)
	}
	return nil
}
