// SPDX-License-Identifier: MIT

package capi

// #include "session.h"
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// Streamer is what C reads a changeset from, or writes one to. A code that is
// not 0 ends the call that it belongs to.
type Streamer interface {
	// ReadSome fills some of p; 0 bytes are the end.
	ReadSome(p []byte) (n, rc int)
	WriteAll(p []byte) (rc int)
}

// Stream is a Streamer's name for C, good until Delete.
type Stream cgo.Handle

// NewStream names a Streamer.
func NewStream(s Streamer) Stream { return Stream(cgo.NewHandle(s)) }

// Delete forgets the name.
func (s Stream) Delete() { cgo.Handle(s).Delete() }

func streamOf(h C.uintptr_t) Streamer { return cgo.Handle(h).Value().(Streamer) }

//export gosqliteGoStreamRead
func gosqliteGoStreamRead(stream C.uintptr_t, p *C.char, n *C.int) C.int {
	got, rc := streamOf(stream).ReadSome(bytesAt(unsafe.Pointer(p), int64(*n)))
	*n = C.int(got)
	return C.int(rc)
}

//export gosqliteGoStreamWrite
func gosqliteGoStreamWrite(stream C.uintptr_t, p *C.char, n C.int) C.int {
	return C.int(streamOf(stream).WriteAll(bytesAt(unsafe.Pointer(p), int64(n))))
}

// SessionWrite is sqlite3session_changeset_strm or sqlite3session_patchset_strm.
func (c *Conn) SessionWrite(s Session, patchset bool, out Stream) int {
	return int(C.gosqlite_session_write(c.h(), C.uintptr_t(s), flag(patchset), C.uintptr_t(out)))
}

// ReadChanges is sqlite3changeset_start_v2_strm; the stream is read until Finish.
func ReadChanges(in Stream, flags int) (*Changes, int) {
	var out *C.gosqlite_changeset
	rc := C.gosqlite_changes_read(C.uintptr_t(in), C.int(flags), &out)
	return (*Changes)(out), int(rc)
}

// ApplyStream is sqlite3changeset_apply_v3_strm with the Applier in a slot.
func (c *Conn) ApplyStream(in Stream, slot int, filter bool, flags int) (rebase []byte, rc int) {
	return output(func(nout *C.int, p *unsafe.Pointer) C.int {
		return C.gosqlite_changeset_apply_read(c.h(), C.uintptr_t(in), C.int(slot), flag(filter), C.int(flags), p, nout)
	})
}

// InvertStream is sqlite3changeset_invert_strm.
func InvertStream(in, out Stream) int {
	return int(C.gosqlite_changeset_invert_stream(C.uintptr_t(in), C.uintptr_t(out)))
}

// AddStream is sqlite3changegroup_add_strm.
func (g ChangeGroup) AddStream(in Stream) int {
	return int(C.gosqlite_group_read(C.uintptr_t(g), C.uintptr_t(in)))
}

// OutputStream is sqlite3changegroup_output_strm.
func (g ChangeGroup) OutputStream(out Stream) int {
	return int(C.gosqlite_group_write(C.uintptr_t(g), C.uintptr_t(out)))
}

// RebaseStream is sqlite3rebaser_rebase_strm.
func (r Rebaser) RebaseStream(in, out Stream) int {
	return int(C.gosqlite_rebaser_stream(C.uintptr_t(r), C.uintptr_t(in), C.uintptr_t(out)))
}
