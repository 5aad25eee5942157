// SPDX-License-Identifier: MIT

package collect

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// maxMembers bounds an archive.
const maxMembers = 1 << 12

// member is a file of an archive; the name lacks the folder that all files lie in.
type member struct {
	name string
	data []byte
}

// readArchive returns the files of an archive, or nil for a file that is none.
func readArchive(name string, data []byte) ([]member, error) {
	var members []member
	var err error
	switch {
	case strings.HasSuffix(name, ".tar.gz"):
		members, err = readTar(data)
	case strings.HasSuffix(name, ".zip"):
		members, err = readZip(data)
	}
	if err != nil {
		return nil, fmt.Errorf("read archive %s: %w", path.Base(name), err)
	}
	for i := range members {
		_, members[i].name, _ = strings.Cut(members[i].name, "/")
	}
	return members, nil
}

func readTar(data []byte) ([]member, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var out []member
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if out, err = add(out, h.Name, t); err != nil {
			return nil, err
		}
	}
}

func readZip(data []byte) ([]member, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var out []member
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		out, err = add(out, f.Name, r)
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func add(members []member, name string, r io.Reader) ([]member, error) {
	if len(members) == maxMembers {
		return nil, fmt.Errorf("more than %d files", maxMembers)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, int64(maxFile))
	}
	return append(members, member{name, data}), nil
}
