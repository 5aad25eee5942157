// SPDX-License-Identifier: MIT

package image_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/image"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// TestPassesAreBounded: each entry that may identify a PE program takes a pass over it, from the start of its archive.
func TestPassesAreBounded(t *testing.T) {
	const entries = 64
	p := releasetest.PE("id", strings.Repeat("\x00", entries*28))
	le := binary.LittleEndian
	le.PutUint32(p[64+4+20+112+6*8+4:], entries*28)        // size of the debug directory
	le.PutUint32(p[64+4+20+240+16:], uint32(len(p)-0x200)) // SizeOfRawData of .rdata
	view := bytes.Clone(p[0x200+28:][:26])
	for i := range entries {
		e := p[0x200+28*i:][:28]
		clear(e)
		le.PutUint32(e[12:], 2)
		le.PutUint32(e[16:], uint32(len(view)))
		le.PutUint32(e[24:], 0x200+entries*28)
	}
	copy(p[0x200+entries*28:], view)
	passes := 0
	_, err := image.Read(p, func(use func(io.Reader) error) error { passes++; return use(bytes.NewReader(p)) })
	if err == nil || !strings.Contains(err.Error(), "debug entries") || passes > 8 {
		t.Errorf("%d passes, %v", passes, err)
	}
}
