// SPDX-License-Identifier: MIT

package releasetest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"strings"
)

// An Entry is one of an archive. Type and Link are for tar alone.
type Entry struct {
	Name string
	Mode fs.FileMode
	Data []byte
	Type byte // of tar; 0 for a regular file
	Link string
}

// A Tree is what goes into an archive, in order.
type Tree struct{ Entries []Entry }

// Find is the entry of a name below the tree's folder.
func (t *Tree) Find(name string) *Entry {
	for i := range t.Entries {
		if strings.HasSuffix(t.Entries[i].Name, "/"+name) {
			return &t.Entries[i]
		}
	}
	panic("no entry " + name)
}

// Add appends an entry.
func (t *Tree) Add(e Entry) { t.Entries = append(t.Entries, e) }

// Pack writes the archive that the end of name asks for.
func (t *Tree) Pack(name string) []byte {
	if strings.HasSuffix(name, ".zip") {
		return t.Zip()
	}
	return Gzip(t.Tar(tar.FormatUSTAR))
}

// Tar writes a tar file.
func (t *Tree) Tar(format tar.Format) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range t.Entries {
		h := &tar.Header{Name: e.Name, Mode: int64(e.Mode.Perm()), Size: int64(len(e.Data)), Typeflag: tar.TypeReg, Format: format}
		if format == tar.FormatPAX {
			h.PAXRecords = map[string]string{"comment": "x"} // without a record there would be no header of this form
		}
		if e.Type != 0 {
			h.Typeflag, h.Linkname = e.Type, e.Link
		}
		if e.Mode&fs.ModeSetuid != 0 {
			h.Mode |= 0o4000
		}
		must(w.WriteHeader(h))
		_, err := w.Write(e.Data)
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

// Gzip packs bytes.
func Gzip(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	must(err)
	must(w.Close())
	return b.Bytes()
}

// Zip writes a zip file.
func (t *Tree) Zip() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range t.Entries {
		h := &zip.FileHeader{Name: e.Name, Method: zip.Deflate}
		h.SetMode(e.Mode)
		f, err := w.CreateHeader(h)
		must(err)
		_, err = io.Copy(f, bytes.NewReader(e.Data))
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}
