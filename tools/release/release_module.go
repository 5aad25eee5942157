// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/module"
)

// modulePath is what users import.
const modulePath = "github.com/gosqlite/gosqlite"

// maxModule bounds a module zip, in bytes, as golang.org/x/mod/zip does.
const maxModule = 500 << 20

// module makes commit, tag and tree of files, whose checksums that program compares, and holds the files of the payload
// against them: what is signed is what users of the tag get.
func (j *journey) module(ctx context.Context) error {
	err := j.bazelw("module", "run", "//tools/release/cmd/module", "--", "--root", j.root, "--commit", j.commit,
		"--version", j.version, "--out", j.in("proxy"), "--tag")(ctx)
	if err != nil {
		return err
	}
	dir, err := module.Folder(j.in("proxy"), modulePath)
	if err != nil {
		return err
	}
	for _, ext := range []string{"zip", "mod", "info"} {
		built, err := action.ReadFile(j.in("payload", module.Name(j.version, ext)), maxModule)
		if err != nil {
			return fmt.Errorf("compare the module: %w", err)
		}
		tagged, err := action.ReadFile(filepath.Join(dir, j.version+"."+ext), maxModule)
		if err != nil {
			return fmt.Errorf("compare the module: %w", err)
		}
		if !bytes.Equal(built, tagged) {
			return action.Reject(fmt.Errorf("compare the module: %s of the payload is not that of the tag; the build declares other files than git tracks, which go test ./release/checks names", module.Name(j.version, ext)))
		}
	}
	return nil
}
