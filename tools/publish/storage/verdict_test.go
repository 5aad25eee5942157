// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// TestVerdict: only damage is rejected. A right that is lacking, and a disk that does not answer, say nothing about the storage.
func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
	}{
		{nil, action.OK}, {fs.ErrNotExist, action.Rejected}, {fs.ErrPermission, action.Failure}, {syscall.EACCES, action.Failure},
		{syscall.EIO, action.Failure}, {context.Canceled, action.Failure},
	} {
		err := test.err
		if err != nil {
			err = fmt.Errorf("verify storage: %w", action.Needed(&fs.PathError{Op: "open", Path: "data", Err: err}))
		}
		if got := action.Code(err); got != test.code {
			t.Errorf("%v: exit code %d, want %d", err, got, test.code)
		}
	}
}

// TestUnreadable has a folder in the place of a manifest's bytes, which no user can read as a file.
func TestUnreadable(t *testing.T) {
	s := &Storage{dir: t.TempDir()}
	digest := "sha256:" + strings.Repeat("ab", 32)
	if err := os.MkdirAll(s.in(blobName(digest)), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := s.manifest(digest); action.Code(err) != action.Failure {
		t.Errorf("%v: exit code %d", err, action.Code(err))
	}
}
