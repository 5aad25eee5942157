// SPDX-License-Identifier: MIT

package tamper

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxProgram bounds a program that a peer is given, in bytes.
const maxProgram = 256 << 20

// extract takes the Windows programs out of a zip file.
func extract(archive, to string) ([]string, error) {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var programs []string
	for i, f := range r.File {
		if !strings.HasSuffix(f.Name, ".exe") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		name := filepath.Join(to, fmt.Sprintf("program%d.exe", i))
		out, err := os.Create(name)
		if err == nil {
			_, err = io.Copy(out, io.LimitReader(in, maxProgram))
			out.Close()
		}
		in.Close()
		if err != nil {
			return nil, err
		}
		programs = append(programs, name)
	}
	return programs, nil
}
