// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/attach"
)

const attachUsage = `usage: sign attach --archive FILE --signatures DIR --out FILE

Makes a signed archive again, as anybody can: it needs no key.

  --archive FILE       the archive of the build
  --signatures DIR     its stored signatures, such as dist/embedded/gosqlite_1.0.0_windows_amd64.zip
  --out FILE           the signed archive to write
`

// maxStored bounds a stored signature, in bytes: a hash for each page of the largest program, and certificates.
const maxStored = 16 << 20

func runAttach(_ context.Context, w *world, args []string) error {
	var in, dir, out string
	flags := newFlags("attach")
	flags.StringVar(&in, "archive", "", "")
	flags.StringVar(&dir, "signatures", "", "")
	flags.StringVar(&out, "out", "", "")
	if err := parse(w, flags, attachUsage, args); err != nil {
		return err
	}
	if in == "" || dir == "" || out == "" {
		return action.UsageError("--archive, --signatures and --out are needed")
	}
	_, format, err := attach.SplitName(in)
	if err != nil {
		return action.UsageError("%v", err)
	}
	text, err := readText(in, attach.MaxArchive)
	if err != nil {
		return err
	}
	a, err := attach.Read(text, format)
	if err != nil {
		return err
	}
	signatures, err := readSignatures(dir)
	if err != nil {
		return err
	}
	if err := a.Attach(signatures); err != nil {
		return err
	}
	return action.WriteFile(out, 0o644, func(w io.Writer) error { return a.Write(w) })
}

// readSignatures reads a folder of stored signatures: each lies where its program lies in the archive.
func readSignatures(dir string) ([]attach.Signature, error) {
	var out []attach.Signature
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := readText(filepath.Join(dir, filepath.FromSlash(name)), maxStored)
		extension := path.Ext(name)
		out = append(out, attach.Signature{Path: strings.TrimSuffix(name, extension), Extension: extension, Text: text})
		return err
	})
	if err == nil && len(out) == 0 {
		err = errors.New("there is none")
	}
	if err != nil {
		return nil, fmt.Errorf("read signatures in %s: %w", dir, err)
	}
	return out, nil
}
