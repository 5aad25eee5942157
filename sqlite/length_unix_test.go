// SPDX-License-Identifier: MIT

//go:build unix && !race && !asan && !msan

package sqlite_test

import (
	"errors"
	"syscall"
	"testing"
	"unsafe"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestLengthsOf2GiBAndMore passes values that a 32-bit length would cut. Their
// pages are never touched: the refusal has to come before any copy.
func TestLengthsOf2GiBAndMore(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) < 8 {
		t.Skip("no value of this program can be as long")
	}
	long := int64(1)<<32 + 5 // no constant, so that it compiles where int has 32 bits
	length := int(long)
	b, err := syscall.Mmap(-1, 0, length, syscall.PROT_READ, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(b) }()
	c := openTest(t, ":memory:")
	s := prepare(t, c, "SELECT length(?)")
	for _, n := range []int{length >> 1, length - 5, length} {
		text := unsafe.String(unsafe.SliceData(b), n)
		for name, err := range map[string]error{
			"run with text": s.Run([]sqlite.Value{sqlite.TextValue(text)}),
			"run with blob": s.Run([]sqlite.Value{sqlite.BlobValue(b[:n])}),
			"bind text":     s.BindText(1, text),
			"bind blob":     s.BindBlob(1, b[:n]),
			"many":          func() error { _, err := s.RunMany([]sqlite.Value{sqlite.TextValue(text)}); return err }(),
		} {
			if !errors.Is(err, sqlite.ErrTooBig) {
				t.Errorf("%s of %d bytes: %v", name, n, err)
			}
		}
		if _, _, err := c.Prepare(text); !errors.Is(err, sqlite.ErrTooBig) {
			t.Errorf("SQL of %d bytes: %v", n, err)
		}
	}
}
