// SPDX-License-Identifier: MIT

package capi

// #include "fts5.h"
// #include <stdlib.h>
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import "unsafe"

// TokenizerModule makes tokenizers; it lies in a Host's table. New puts one into
// the table and gives its slot, or a negative number.
type TokenizerModule interface {
	New(args []string) (slot int)
}

// Tokenizer is one in a Host's table. text is good until it returns.
type Tokenizer interface {
	Tokenize(flags int, text []byte, locale string, sink TokenSink) (rc int)
}

// FTS5Func is an auxiliary function in a Host's table.
type FTS5Func interface {
	CallFTS5(ctx Context, m Match, args []Cell)
}

// PhraseFunc is told of the rows that hold a phrase; it lies in a Host's table.
type PhraseFunc interface{ Row(m Match) (rc int) }

//export gosqliteGoTokenizerNew
func gosqliteGoTokenizerNew(host C.uintptr_t, slot C.int, argv **C.char, argc C.int) C.int {
	args := make([]string, int(argc))
	for i, p := range unsafe.Slice(argv, int(argc)) {
		args[i] = C.GoString(p)
	}
	return C.int(hostOf(host).slots[slot].(TokenizerModule).New(args))
}

//export gosqliteGoTokenize
func gosqliteGoTokenize(host C.uintptr_t, slot, flags C.int, text *C.char, n C.int, locale *C.char, nlocale C.int, sink C.uintptr_t) C.int {
	t := hostOf(host).slots[slot].(Tokenizer)
	l := string(bytesAt(unsafe.Pointer(locale), int64(nlocale)))
	return C.int(t.Tokenize(int(flags), bytesAt(unsafe.Pointer(text), int64(n)), l, TokenSink(sink)))
}

//export gosqliteGoFTS5
func gosqliteGoFTS5(host C.uintptr_t, slot C.int, ctx, match C.uintptr_t, argc C.int, argv *C.gosqlite_cell) {
	hostOf(host).slots[slot].(FTS5Func).CallFTS5(Context(ctx), Match(match), cellsAt(argv, argc))
}

//export gosqliteGoFTS5Phrase
func gosqliteGoFTS5Phrase(host C.uintptr_t, slot C.int, match C.uintptr_t) C.int {
	return C.int(hostOf(host).slots[slot].(PhraseFunc).Row(Match(match)))
}

// CreateTokenizer is xCreateTokenizer_v2 of the module in a slot.
func (c *Conn) CreateTokenizer(name string, slot int) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_fts5_tokenizer(c.h(), p, C.int(slot)))
}

// TokenSink takes the tokens of one text, until Tokenize returns.
type TokenSink C.uintptr_t

// Emit is xToken.
func (s TokenSink) Emit(flags int, token []byte, start, end int) int {
	p := (*C.char)(unsafe.Pointer(unsafe.SliceData(token)))
	return int(C.gosqlite_fts5_emit(C.uintptr_t(s), C.int(flags), p, C.int(len(token)), C.int(start), C.int(end)))
}

// CreateFTS5Function is xCreateFunction of the function in a slot.
func (c *Conn) CreateFTS5Function(name string, slot int) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_fts5_function(c.h(), p, C.int(slot)))
}

// Match is what an auxiliary function is called for, good until it returns.
type Match C.uintptr_t

// Numbers of a Match.
const (
	FTS5Columns    = C.GOSQLITE_FTS5_COLUMNS
	FTS5Rows       = C.GOSQLITE_FTS5_ROWS
	FTS5TotalSize  = C.GOSQLITE_FTS5_TOTAL_SIZE
	FTS5Phrases    = C.GOSQLITE_FTS5_PHRASES
	FTS5PhraseSize = C.GOSQLITE_FTS5_PHRASE_SIZE
	FTS5Instances  = C.GOSQLITE_FTS5_INSTANCES
	FTS5RowID      = C.GOSQLITE_FTS5_ROWID
	FTS5ColumnSize = C.GOSQLITE_FTS5_COLUMN_SIZE
)

// Number is one of Fts5ExtensionApi's numbers.
func (m Match) Number(what, i int) (int64, int) {
	var n C.int64_t
	rc := C.gosqlite_fts5_number(C.uintptr_t(m), C.int(what), C.int(i), &n)
	return int64(n), int(rc)
}

// Instance is xInst.
func (m Match) Instance(i int) (phrase, column, offset, rc int) {
	var p, c, o C.int
	r := C.gosqlite_fts5_instance(C.uintptr_t(m), C.int(i), &p, &c, &o)
	return int(p), int(c), int(o), int(r)
}

// ColumnText is xColumnText.
func (m Match) ColumnText(i int) (Cell, int) {
	var cell C.gosqlite_cell
	rc := C.gosqlite_fts5_column_text(C.uintptr_t(m), C.int(i), &cell)
	return Cell{V: int64(cell.v), N: int64(cell.n)}, int(rc)
}

// QueryToken is xQueryToken.
func (m Match) QueryToken(phrase, token int) (Cell, int) {
	var cell C.gosqlite_cell
	rc := C.gosqlite_fts5_query_token(C.uintptr_t(m), C.int(phrase), C.int(token), &cell)
	return Cell{V: int64(cell.v), N: int64(cell.n)}, int(rc)
}

// QueryPhrase is xQueryPhrase with the PhraseFunc in a slot.
func (c *Conn) QueryPhrase(m Match, phrase, slot int) int {
	return int(C.gosqlite_fts5_query_phrase(C.uintptr_t(m), c.h(), C.int(phrase), C.int(slot)))
}
