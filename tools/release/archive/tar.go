// SPDX-License-Identifier: MIT

package archive

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
)

// WriteTarGzip writes the archive as a tar file in gzip. Headers are USTAR; the names and sizes that Check and
// MaxFileSize allow need no extension of it. The gzip header has no name, no time and the system "unknown"
// (255).
func (a *Archive) WriteTarGzip(w io.Writer) error {
	if err := a.Check(); err != nil {
		return err
	}
	zw, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		return err
	}
	const unknownSystem = 255 // RFC 1952 section 2.3.1; said here because the bytes must not follow a default
	zw.OS = unknownSystem
	if err := a.writeTar(zw); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

func (a *Archive) writeTar(w io.Writer) error {
	tw := tar.NewWriter(w)
	for _, f := range a.Files {
		err := copyContents(f, func(size int64) (io.Writer, error) {
			return tw, tw.WriteHeader(&tar.Header{
				Typeflag: tar.TypeReg,
				Name:     f.Name,
				Size:     size,
				Mode:     int64(f.Mode.Perm()),
				ModTime:  f.Time.UTC(),
				Format:   tar.FormatUSTAR,
			})
		})
		if err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}
