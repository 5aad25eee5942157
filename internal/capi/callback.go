// SPDX-License-Identifier: MIT

package capi

// #include "capi.h"
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import (
	"runtime"
	"runtime/cgo"
	"sync/atomic"
	"unsafe"
	"weak"
)

// Host is one connection as its callbacks see it: a function for each hook and
// a table of everything else. Whoever holds the connection holds the Host, and
// whoever calls C holds the connection, so C's callbacks always find it; it is
// touched only by the goroutine that is in the connection.
type Host struct {
	Progress        func() bool
	Busy            func(count int) bool
	Commit          func() bool
	Rollback        func()
	Update          func(op int, schema, table string, rowid int64)
	PreUpdate       func(op int, schema, table string, oldRowID, newRowID int64)
	WAL             func(schema string, pages int) int
	Autovacuum      func(schema string, pages, freePages, pageSize uint32) uint32
	Authorize       func(action int, a, b, schema, inner string) int
	Trace           func(event uint32, stmt Traced, text string, ns int64)
	CollationNeeded func(name string)

	slots []any
	free  []int32
}

// hostRef is what a handle leads to. It is weak, so that a connection which was
// dropped without Close is still collected, and reported.
type hostRef struct {
	host   weak.Pointer[Host]
	handle C.uintptr_t
}

// recent are hosts that were called lately, by their handles, which are never
// used twice: looking into the table of all handles costs more than the rest of
// a call.
var recent [64]atomic.Pointer[hostRef]

// NewHost makes the Host of a connection and tells C its name.
func (c *Conn) NewHost() *Host {
	h := &Host{}
	ref := &hostRef{host: weak.Make(h)}
	handle := cgo.NewHandle(ref)
	ref.handle = C.uintptr_t(handle)
	c.host = ref.handle
	runtime.AddCleanup(h, func(handle cgo.Handle) { handle.Delete() }, handle)
	return h
}

func hostOf(h C.uintptr_t) *Host {
	slot := &recent[h%C.uintptr_t(len(recent))]
	ref := slot.Load()
	if ref == nil || ref.handle != h {
		ref = cgo.Handle(h).Value().(*hostRef)
		slot.Store(ref)
	}
	return ref.host.Value()
}

// Add puts a callback into the table and names its slot.
func (h *Host) Add(v any) int {
	if n := len(h.free); n > 0 {
		slot := h.free[n-1]
		h.free = h.free[:n-1]
		h.slots[slot] = v
		return int(slot)
	}
	h.slots = append(h.slots, v)
	return len(h.slots) - 1
}

// Slot is what Add put there.
func (h *Host) Slot(slot int) any { return h.slots[slot] }

// Drop empties a slot. A value with a method Dropped is told.
func (h *Host) Drop(slot int) {
	v := h.slots[slot]
	h.slots[slot] = nil
	h.free = append(h.free, int32(slot))
	if d, ok := v.(interface{ Dropped() }); ok {
		d.Dropped()
	}
}

//export gosqliteGoDrop
func gosqliteGoDrop(host C.uintptr_t, slot C.int) { hostOf(host).Drop(int(slot)) }

// Context is an sqlite3_context, good until the callback returns.
type Context C.uintptr_t

func cellsAt(p *C.gosqlite_cell, n C.int) []Cell {
	return unsafe.Slice((*Cell)(unsafe.Pointer(p)), int(n))
}

// Result sets what the callback at hand gives: an integer, the bits of a float,
// NULL, or n zero bytes as N<<4|ZeroBlob.
func (c *Conn) Result(cell Cell, subtype int) {
	c.out.cell = C.gosqlite_cell{v: C.int64_t(cell.V), n: C.int64_t(cell.N)}
	c.out.subtype = C.int32_t(subtype)
	c.out.code = 0
}

// ResultString is Result of a text or, by its type, a blob.
func (c *Conn) ResultString(typ int, s string, subtype int) {
	if !c.room(len(s)) {
		c.ResultError(noMem, "")
		return
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(c.out.buf)), c.out.cap), s)
	c.Result(Cell{N: int64(len(s))<<4 | int64(typ)}, subtype)
}

func (c *Conn) room(n int) bool {
	return int64(n) <= int64(c.out.cap) || C.gosqlite_result_room(C.uintptr_t(uintptr(unsafe.Pointer(c))), C.int64_t(n)) == 0
}

// noMem is SQLITE_NOMEM.
const noMem = 7

// ResultError makes the callback at hand fail.
func (c *Conn) ResultError(code int, msg string) {
	if !c.room(len(msg)) {
		msg = ""
	}
	n := copy(unsafe.Slice((*byte)(unsafe.Pointer(c.out.buf)), c.out.cap), msg)
	c.out.cell = C.gosqlite_cell{n: C.int64_t(n)<<4 | Text}
	c.out.code = C.int32_t(code)
}

// ResultNothing says that the callback at hand did not fail and gives no value.
func (c *Conn) ResultNothing() { c.out.code = 0 }

// Abandon gives back files and locks of a connection whose C frames are gone.
func (c *Conn) Abandon() { C.gosqlite_abandon(c.h()) }
