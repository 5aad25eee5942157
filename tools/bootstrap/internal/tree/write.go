// SPDX-License-Identifier: MIT

package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// Write puts the declared files of src into the folder dst, which must not hold
// any of them yet.
func Write(dst string, r Rules, src *Source) error {
	if len(src.Files) > maxFiles {
		return fmt.Errorf("unpack: more than %d files", maxFiles)
	}
	w := NewWriter(dst, r)
	for _, f := range src.Files {
		name, ok := r.Declared(f.Name)
		if !ok {
			continue
		}
		if err := w.Add(name, f.Open); err != nil {
			return fmt.Errorf("unpack %s: %w", f.Name, err)
		}
	}
	for _, name := range r.Empty {
		if !w.seen[name] {
			if err := w.Add(name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil }); err != nil {
				return fmt.Errorf("make %s: %w", name, err)
			}
		}
	}
	for _, in := range r.Insert {
		if !w.seen[in.File] {
			return fmt.Errorf("insert into %s: no such file in the archive", in.File)
		}
	}
	if len(w.seen) == 0 {
		return errors.New("unpack: the archive holds no declared file")
	}
	return nil
}

// Writer makes a tree file by file.
type Writer struct {
	dst        string
	rules      Rules
	dirs, seen map[string]bool
	total      int64
}

// NewWriter writes below the folder dst with the modes and insertions of r.
func NewWriter(dst string, r Rules) *Writer {
	return &Writer{dst: dst, rules: r, dirs: map[string]bool{}, seen: map[string]bool{}}
}

// Add makes the file of a declared name; a name that comes twice is an error.
func (w *Writer) Add(name string, open func() (io.ReadCloser, error)) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if w.seen[name] {
		return fmt.Errorf("%s comes twice", name)
	}
	w.seen[name] = true
	target := filepath.Join(w.dst, filepath.FromSlash(name))
	if d := path.Dir(name); !w.dirs[d] {
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		w.dirs[d] = true
	}
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	var body io.Reader = in
	if w.rules.inserts(name) {
		data, err := io.ReadAll(io.LimitReader(in, 1<<20))
		if err != nil {
			return err
		}
		if data, err = w.rules.apply(name, data); err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	mode := os.FileMode(0o644)
	if w.rules.executable(name) {
		mode = 0o755
	}
	n, err := writeFile(target, mode, body)
	if w.total += n; err == nil && w.total > maxTotal {
		err = fmt.Errorf("more than %d bytes in all", int64(maxTotal))
	}
	return err
}

// writeFile makes a new file of exactly this mode, whatever the umask.
func writeFile(target string, mode os.FileMode, body io.Reader) (int64, error) {
	out, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, io.LimitReader(body, maxFile+1))
	if err == nil && n > maxFile {
		err = fmt.Errorf("larger than %d bytes", int64(maxFile))
	}
	if err == nil {
		err = out.Chmod(mode)
	}
	return n, errors.Join(err, out.Close())
}
