// SPDX-License-Identifier: MIT

package capi

// #include "func.h"
// #include <stdlib.h>
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import "unsafe"

// Kinds of functions.
const (
	Scalar    = C.GOSQLITE_SCALAR
	Aggregate = C.GOSQLITE_AGGREGATE
	Window    = C.GOSQLITE_WINDOW
)

// ScalarFunc is a scalar function in a Host's table. Before it returns it sets
// the connection's result. args are good until then.
type ScalarFunc interface {
	Call(ctx Context, args []Cell)
}

// AggregateFunc is an aggregate or window function in a Host's table. state is
// what Step returned for the group before, 0 at its first row and where there
// was none.
type AggregateFunc interface {
	Step(ctx Context, state int64, args []Cell) int64
	Inverse(ctx Context, state int64, args []Cell)
	Value(ctx Context, state int64, last bool)
}

// CollateFunc is a collation in a Host's table; a and b are good until it
// returns.
type CollateFunc interface{ Compare(a, b []byte) int }

//export gosqliteGoScalar
func gosqliteGoScalar(host C.uintptr_t, slot C.int, ctx C.uintptr_t, argc C.int, argv *C.gosqlite_cell) {
	hostOf(host).slots[slot].(ScalarFunc).Call(Context(ctx), cellsAt(argv, argc))
}

//export gosqliteGoStep
func gosqliteGoStep(host C.uintptr_t, slot C.int, ctx C.uintptr_t, state C.int64_t, argc C.int, argv *C.gosqlite_cell) C.int64_t {
	return C.int64_t(hostOf(host).slots[slot].(AggregateFunc).Step(Context(ctx), int64(state), cellsAt(argv, argc)))
}

//export gosqliteGoInverse
func gosqliteGoInverse(host C.uintptr_t, slot C.int, ctx C.uintptr_t, state C.int64_t, argc C.int, argv *C.gosqlite_cell) {
	hostOf(host).slots[slot].(AggregateFunc).Inverse(Context(ctx), int64(state), cellsAt(argv, argc))
}

//export gosqliteGoValue
func gosqliteGoValue(host C.uintptr_t, slot C.int, ctx C.uintptr_t, state C.int64_t, last C.int) {
	hostOf(host).slots[slot].(AggregateFunc).Value(Context(ctx), int64(state), last != 0)
}

//export gosqliteGoCollate
func gosqliteGoCollate(host C.uintptr_t, slot C.int, a *C.char, na C.int, b *C.char, nb C.int) C.int {
	f := hostOf(host).slots[slot].(CollateFunc)
	return C.int(f.Compare(bytesAt(unsafe.Pointer(a), int64(na)), bytesAt(unsafe.Pointer(b), int64(nb))))
}

// CreateFunction is sqlite3_create_function_v2 or sqlite3_create_window_function
// of the function in a slot, which SQLite drops when the function is replaced,
// when the connection closes, and on failure.
func (c *Conn) CreateFunction(name string, nargs, flags, kind, slot int) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_create_function(c.h(), p, C.int(nargs), C.int(flags), C.int(kind), C.int(slot)))
}

// DeleteFunction takes a function away.
func (c *Conn) DeleteFunction(name string, nargs int) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_delete_function(c.h(), p, C.int(nargs)))
}

// CreateCollation is sqlite3_create_collation_v2 of the collation in a slot.
func (c *Conn) CreateCollation(name string, slot int) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_create_collation(c.h(), p, C.int(slot)))
}

// DeleteCollation takes a collation away.
func (c *Conn) DeleteCollation(name string) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_delete_collation(c.h(), p))
}

// CollationNeeded is sqlite3_collation_needed with the Host's function.
func (c *Conn) CollationNeeded(on bool) int {
	return int(C.gosqlite_collation_needed(c.h(), flag(on)))
}

// AuxData is sqlite3_get_auxdata: the slot kept for argument i, or -1.
func (x Context) AuxData(i int) int {
	return int(C.gosqlite_get_auxdata(C.uintptr_t(x), C.int(i)))
}

// SetAuxData is sqlite3_set_auxdata of a slot, which SQLite drops.
func (c *Conn) SetAuxData(x Context, i, slot int) int {
	return int(C.gosqlite_set_auxdata(c.h(), C.uintptr_t(x), C.int(i), C.int(slot)))
}
