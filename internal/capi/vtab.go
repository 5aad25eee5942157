// SPDX-License-Identifier: MIT

package capi

// #include "vtab.h"
// #include <stdlib.h>
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import "unsafe"

// VTabModule is a module in a Host's table. Methods that give a code have set
// the connection's result to the error's text when it is not 0.
type VTabModule interface {
	// Connect puts a VTab into the table and gives its slot.
	Connect(create bool, argv []string) (slot, rc int)
}

// VTab is a virtual table in a Host's table.
type VTab interface {
	End(destroy bool) (rc int)
	Best(x Index) (rc int)
	// Open puts a VTabCursor into the table and gives its slot.
	Open() (slot, rc int)
	Update(cells []Cell) (rowid int64, rc int)
	Txn(what, n int) (rc int)
	Rename(name string) (rc int)
	// Integrity leaves a text as the connection's result.
	Integrity(schema, table string, quick bool) (rc int)
	// Function puts a ScalarFunc into the table; answer 0 says there is none.
	Function(nargs int, name string) (slot, answer int)
}

// VTabCursor walks a virtual table; it lies in a Host's table. Filter and Next
// give SQLITE_DONE when there is no row; Column sets the connection's result,
// unless it skips a column that does not change.
type VTabCursor interface {
	Close()
	Filter(num int, text string, args []Cell, lists Lists) (rc int)
	Next() (rc int)
	Column(i int, unchanged bool) (skip bool)
	RowID() (rowid int64, rc int)
}

//export gosqliteGoVTabConnect
func gosqliteGoVTabConnect(host C.uintptr_t, slot, create, argc C.int, argv **C.char, table *C.int) C.int {
	args := make([]string, int(argc))
	for i, p := range unsafe.Slice(argv, int(argc)) {
		args[i] = C.GoString(p)
	}
	s, rc := hostOf(host).slots[slot].(VTabModule).Connect(create != 0, args)
	*table = C.int(s)
	return C.int(rc)
}

func vtabOf(host C.uintptr_t, slot C.int) VTab { return hostOf(host).slots[slot].(VTab) }

func cursorOf(host C.uintptr_t, slot C.int) VTabCursor { return hostOf(host).slots[slot].(VTabCursor) }

//export gosqliteGoVTabEnd
func gosqliteGoVTabEnd(host C.uintptr_t, slot, destroy C.int) C.int {
	return C.int(vtabOf(host, slot).End(destroy != 0))
}

//export gosqliteGoVTabBest
func gosqliteGoVTabBest(host C.uintptr_t, slot C.int, x *C.gosqlite_index) C.int {
	return C.int(vtabOf(host, slot).Best(Index{x}))
}

//export gosqliteGoVTabOpen
func gosqliteGoVTabOpen(host C.uintptr_t, slot C.int, cursor *C.int) C.int {
	s, rc := vtabOf(host, slot).Open()
	*cursor = C.int(s)
	return C.int(rc)
}

//export gosqliteGoVTabUpdate
func gosqliteGoVTabUpdate(host C.uintptr_t, slot, n C.int, cells *C.gosqlite_cell, rowid *C.int64_t) C.int {
	id, rc := vtabOf(host, slot).Update(cellsAt(cells, n))
	*rowid = C.int64_t(id)
	return C.int(rc)
}

//export gosqliteGoVTabTxn
func gosqliteGoVTabTxn(host C.uintptr_t, slot, what, n C.int) C.int {
	return C.int(vtabOf(host, slot).Txn(int(what), int(n)))
}

//export gosqliteGoVTabRename
func gosqliteGoVTabRename(host C.uintptr_t, slot C.int, name *C.char) C.int {
	return C.int(vtabOf(host, slot).Rename(C.GoString(name)))
}

//export gosqliteGoCursorClose
func gosqliteGoCursorClose(host C.uintptr_t, slot C.int) { cursorOf(host, slot).Close() }

//export gosqliteGoCursorFilter
func gosqliteGoCursorFilter(host C.uintptr_t, slot, num C.int, text *C.char, n C.int, cells *C.gosqlite_cell, values C.uintptr_t) C.int {
	return C.int(cursorOf(host, slot).Filter(int(num), C.GoString(text), cellsAt(cells, n), Lists(values)))
}

//export gosqliteGoCursorNext
func gosqliteGoCursorNext(host C.uintptr_t, slot C.int) C.int {
	return C.int(cursorOf(host, slot).Next())
}

//export gosqliteGoCursorColumn
func gosqliteGoCursorColumn(host C.uintptr_t, slot, i, unchanged C.int) C.int {
	return flag(cursorOf(host, slot).Column(int(i), unchanged != 0))
}

//export gosqliteGoVTabIntegrity
func gosqliteGoVTabIntegrity(host C.uintptr_t, slot C.int, schema, table *C.char, quick C.int) C.int {
	return C.int(vtabOf(host, slot).Integrity(C.GoString(schema), C.GoString(table), quick != 0))
}

//export gosqliteGoVTabFunction
func gosqliteGoVTabFunction(host C.uintptr_t, slot, nargs C.int, name *C.char, function *C.int) C.int {
	s, answer := vtabOf(host, slot).Function(int(nargs), C.GoString(name))
	*function = C.int(s)
	return C.int(answer)
}

// Lists are the arguments of Filter, some of which may be lists.
type Lists C.uintptr_t

// Member is sqlite3_vtab_in_first or _next of argument i: SQLITE_DONE after the
// last, SQLITE_ERROR when it is no list. The cell is good until the next call.
func (l Lists) Member(i int, next bool) (Cell, int) {
	var cell C.gosqlite_cell
	rc := C.gosqlite_vtab_member(C.uintptr_t(l), C.int(i), flag(next), &cell)
	return Cell{V: int64(cell.v), N: int64(cell.n)}, int(rc)
}

//export gosqliteGoCursorRowID
func gosqliteGoCursorRowID(host C.uintptr_t, slot C.int, rowid *C.int64_t) C.int {
	id, rc := cursorOf(host, slot).RowID()
	*rowid = C.int64_t(id)
	return C.int(rc)
}

// Flags of CreateModule.
const (
	VTabInnocuous     = C.GOSQLITE_VTAB_INNOCUOUS
	VTabEponymous     = C.GOSQLITE_VTAB_EPONYMOUS
	VTabEponymousOnly = C.GOSQLITE_VTAB_EPONYMOUS_ONLY
	VTabShadow        = C.GOSQLITE_VTAB_SHADOW
)

// Steps of a transaction.
const (
	VTabBegin      = C.GOSQLITE_VTAB_BEGIN
	VTabSync       = C.GOSQLITE_VTAB_SYNC
	VTabCommit     = C.GOSQLITE_VTAB_COMMIT
	VTabRollback   = C.GOSQLITE_VTAB_ROLLBACK
	VTabSavepoint  = C.GOSQLITE_VTAB_SAVEPOINT
	VTabRelease    = C.GOSQLITE_VTAB_RELEASE
	VTabRollbackTo = C.GOSQLITE_VTAB_ROLLBACK_TO
)

// CreateModule is sqlite3_create_module_v2 of the module in a slot.
func (c *Conn) CreateModule(name string, flags, slot int) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_vtab_module(c.h(), p, C.int(flags), C.int(slot)))
}

// DeleteModule takes a module away.
func (c *Conn) DeleteModule(name string) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_vtab_unmodule(c.h(), p))
}

// DeclareVTab is sqlite3_declare_vtab.
func (c *Conn) DeclareVTab(sql string) int {
	p := C.CString(sql)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_vtab_declare(c.h(), p))
}

// Index is what Best is asked and answers, good until it returns.
type Index struct{ x *C.gosqlite_index }

// Constraint is a gosqlite_constraint; Argv and Omit are answers.
type Constraint struct{ Column, Op, Usable, Argv, Omit int32 }

// Order is a gosqlite_order.
type Order struct{ Column, Desc int32 }

// Both sides must agree on the layouts; a difference does not compile.
var (
	_ [unsafe.Sizeof(C.gosqlite_constraint{}) - unsafe.Sizeof(Constraint{})]struct{}
	_ [unsafe.Sizeof(Constraint{}) - unsafe.Sizeof(C.gosqlite_constraint{})]struct{}
	_ [unsafe.Sizeof(C.gosqlite_order{}) - unsafe.Sizeof(Order{})]struct{}
	_ [unsafe.Sizeof(Order{}) - unsafe.Sizeof(C.gosqlite_order{})]struct{}
)

// Constraints views the terms of WHERE.
func (i Index) Constraints() []Constraint {
	return unsafe.Slice((*Constraint)(unsafe.Pointer(i.x.constraints)), int(i.x.nconstraint))
}

// Orders views the terms of ORDER BY.
func (i Index) Orders() []Order {
	return unsafe.Slice((*Order)(unsafe.Pointer(i.x.orders)), int(i.x.norder))
}

// ColumnsUsed has a bit for each of the first 63 columns, and one for the rest.
func (i Index) ColumnsUsed() uint64 { return uint64(i.x.columns_used) }

// Collation is sqlite3_vtab_collation.
func (i Index) Collation(k int) string {
	return C.GoString(C.gosqlite_vtab_collation(i.x.info, C.int(k)))
}

// RHS is sqlite3_vtab_rhs_value.
func (i Index) RHS(k int) (Cell, int) {
	var cell C.gosqlite_cell
	rc := C.gosqlite_vtab_rhs(i.x.info, C.int(k), &cell)
	return Cell{V: int64(cell.v), N: int64(cell.n)}, int(rc)
}

// Distinct is sqlite3_vtab_distinct.
func (i Index) Distinct() int { return int(C.gosqlite_vtab_distinct(i.x.info)) }

// In is sqlite3_vtab_in: handle < 0 asks, 1 takes the list as one value.
func (i Index) In(k, handle int) bool {
	return C.gosqlite_vtab_in(i.x.info, C.int(k), C.int(handle)) != 0
}

// Answer sets what is not in the constraints.
func (i Index) Answer(num int32, text string, ordered, unique bool, cost float64, rows int64) int {
	i.x.num = C.int32_t(num)
	i.x.ordered, i.x.unique = C.int32_t(flag(ordered)), C.int32_t(flag(unique))
	i.x.cost, i.x.rows = C.double(cost), C.int64_t(rows)
	p := (*C.char)(unsafe.Pointer(unsafe.StringData(text)))
	if text == "" {
		return 0
	}
	return int(C.gosqlite_vtab_plan(i.x.info, p, C.int(len(text))))
}

// Costs gives what SQLite assumes before an answer.
func (i Index) Costs() (cost float64, rows int64) { return float64(i.x.cost), int64(i.x.rows) }
