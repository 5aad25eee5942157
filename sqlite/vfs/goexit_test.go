// SPDX-License-Identifier: MIT

package vfs

import (
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestGoexitEndsTheProgram(t *testing.T) {
	before := end
	defer func() { end = before }()
	ended := make(chan bool, 2)
	end = func() { ended <- true }
	done := make(chan struct{})
	go func() {
		defer close(done)
		guard(sqlite.ErrIOErr, func() error { runtime.Goexit(); return nil })
	}()
	<-done
	if rc := guard(sqlite.ErrIOErrRead, func() error { panic("boom") }); rc != int(sqlite.ErrIOErrRead) {
		t.Errorf("a panic is code %d", rc)
	}
	if len(ended) != 1 {
		t.Errorf("%d calls ended the program, want the one of Goexit", len(ended))
	}
}
