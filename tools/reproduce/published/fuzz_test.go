// SPDX-License-Identifier: MIT

package published

import (
	"bytes"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// FuzzStrip takes signatures off whatever is there: programs of a release come from outside.
func FuzzStrip(f *testing.F) {
	f.Add(signtest.PE("windows"))
	f.Add(signtest.MachO("darwin", "gosqlite"))
	f.Fuzz(func(t *testing.T, program []byte) {
		before := bytes.Clone(program)
		for _, r := range rules {
			if r.is(program) {
				_, _, _ = r.strip(program)
			}
		}
		if !bytes.Equal(program, before) {
			t.Error("the program itself was changed")
		}
	})
}
