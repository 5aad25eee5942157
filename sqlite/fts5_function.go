// SPDX-License-Identifier: MIT

package sqlite

import "github.com/gosqlite/gosqlite/internal/capi"

// Match is the row that an FTS5 auxiliary function is called for, and the query
// that found it. It is good until the function returns. Columns, phrases,
// instances and tokens count from 0.
//
// https://sqlite.org/fts5.html#custom_auxiliary_functions
type Match struct {
	k          *Context
	m          capi.Match
	generation uint64
}

// enter claims the connection, unless the callback at hand has it already.
func (m *Match) enter() error {
	if m.generation != m.k.generation {
		return errMatchOver
	}
	if m.k.kept {
		return nil
	}
	return m.k.conn.enter()
}

func (m *Match) leave() {
	if !m.k.kept {
		m.k.conn.leave()
	}
}

var errMatchOver = misuse("the function that this match belongs to has returned")

func (m *Match) number(what, i int) (int64, error) {
	if err := m.enter(); err != nil {
		return 0, err
	}
	defer m.leave()
	n, rc := m.m.Number(what, i)
	if rc != 0 {
		return 0, coded(ErrorCode(rc), "FTS5: "+capi.ErrStr(rc))
	}
	return n, nil
}

// count is number for what cannot fail.
func (m *Match) count(what, i int) int64 {
	n, _ := m.number(what, i)
	return n
}

// Conn is the connection that runs the query.
//
// https://sqlite.org/fts5.html#custom_auxiliary_functions
func (m *Match) Conn() *Conn { return m.k.conn }

// Columns is xColumnCount: the columns of the table.
//
// https://sqlite.org/fts5.html#xColumnCount
func (m *Match) Columns() int { return int(m.count(capi.FTS5Columns, 0)) }

// Rows is xRowCount: the rows of the table.
//
// https://sqlite.org/fts5.html#xRowCount
func (m *Match) Rows() (int64, error) { return m.number(capi.FTS5Rows, 0) }

// TotalSize is xColumnTotalSize: the tokens in a column of all rows, in all
// columns when column is negative.
//
// https://sqlite.org/fts5.html#xColumnTotalSize
func (m *Match) TotalSize(column int) (int64, error) { return m.number(capi.FTS5TotalSize, column) }

// Phrases is xPhraseCount: the phrases of the query.
//
// https://sqlite.org/fts5.html#xPhraseCount
func (m *Match) Phrases() int { return int(m.count(capi.FTS5Phrases, 0)) }

// PhraseSize is xPhraseSize: the tokens of a phrase, 0 for an unknown one.
//
// https://sqlite.org/fts5.html#xPhraseSize
func (m *Match) PhraseSize(phrase int) int { return int(m.count(capi.FTS5PhraseSize, phrase)) }

// PhraseToken is xQueryToken: a token of a phrase of the query.
//
// https://sqlite.org/fts5.html#xQueryToken
func (m *Match) PhraseToken(phrase, token int) (string, error) {
	if err := m.enter(); err != nil {
		return "", err
	}
	defer m.leave()
	return cellOrError(m.m.QueryToken(phrase, token))
}

func cellOrError(cell capi.Cell, rc int) (string, error) {
	if rc != 0 {
		return "", coded(ErrorCode(rc), "FTS5: "+capi.ErrStr(rc))
	}
	return string(cell.FarBytes()), nil
}

// Instances is xInstCount: how often phrases are found in the row.
//
// https://sqlite.org/fts5.html#xInstCount
func (m *Match) Instances() (int, error) {
	n, err := m.number(capi.FTS5Instances, 0)
	return int(n), err
}

// Instance is xInst: which phrase begins at which token of which column.
//
// https://sqlite.org/fts5.html#xInst
func (m *Match) Instance(i int) (phrase, column, token int, err error) {
	if err := m.enter(); err != nil {
		return 0, 0, 0, err
	}
	defer m.leave()
	phrase, column, token, rc := m.m.Instance(i)
	if rc != 0 {
		return 0, 0, 0, coded(ErrorCode(rc), "FTS5: "+capi.ErrStr(rc))
	}
	return phrase, column, token, nil
}

// RowID is xRowid.
//
// https://sqlite.org/fts5.html#xRowid
func (m *Match) RowID() int64 { return m.count(capi.FTS5RowID, 0) }

// ColumnText is xColumnText: a column of the row, copied.
//
// https://sqlite.org/fts5.html#xColumnText
func (m *Match) ColumnText(column int) (string, error) {
	if err := m.enter(); err != nil {
		return "", err
	}
	defer m.leave()
	return cellOrError(m.m.ColumnText(column))
}

// ColumnSize is xColumnSize: the tokens in a column of the row, in all columns
// when column is negative.
//
// https://sqlite.org/fts5.html#xColumnSize
func (m *Match) ColumnSize(column int) (int, error) {
	n, err := m.number(capi.FTS5ColumnSize, column)
	return int(n), err
}

// QueryPhrase is xQueryPhrase: row is called for each row of the table that
// holds a phrase of the query, with a Match that is good until it returns; its
// error ends the walk. [ErrStopPhrase] ends it without one.
//
// https://sqlite.org/fts5.html#xQueryPhrase
func (m *Match) QueryPhrase(phrase int, row func(*Match) error) error {
	if err := m.enter(); err != nil {
		return err
	}
	defer m.leave()
	p := &phraseRows{k: m.k, row: row}
	host := m.k.conn.host
	slot := host.Add(p)
	defer host.Drop(slot)
	rc := m.k.conn.c.QueryPhrase(m.m, phrase, slot)
	if p.err != nil {
		return p.err
	}
	if rc != 0 {
		return coded(ErrorCode(rc), "FTS5: "+capi.ErrStr(rc))
	}
	return nil
}

// ErrStopPhrase is returned by the function of [Match.QueryPhrase] to end it.
const ErrStopPhrase = ErrorCode(done)

type phraseRows struct {
	k   *Context
	row func(*Match) error
	err error
}

// Row is called by C.
func (p *phraseRows) Row(h capi.Match) int {
	var m *Match
	err := p.k.conn.guard(func() error {
		k := p.k.conn.contexts[p.k.conn.depth.Load()-1]
		m = &Match{k, h, k.generation}
		return p.row(m)
	})
	if err == nil {
		return 0
	}
	if err != ErrStopPhrase {
		p.err = err
	}
	return done
}

// FTS5Func is an auxiliary function, made by [FTS5].
type FTS5Func struct {
	call func(k *Context, m capi.Match, cells []capi.Cell)
}

// FTS5 makes an auxiliary function for FTS5: bm25() is one. args are those after
// the table's name.
//
// https://sqlite.org/fts5.html#custom_auxiliary_functions
func FTS5[R Result](f func(m *Match, args []Arg) (R, error)) FTS5Func {
	r := result[R]()
	return FTS5Func{func(k *Context, h capi.Match, cells []capi.Cell) {
		v, err := call2(k, f, &Match{k, h, k.generation}, k.view(cells))
		give(k, r, v, err)
	}}
}

// CreateFTS5Function is xCreateFunction: queries of FTS5 tables call name(table,
// args...). Errors and panics are as for [Conn.CreateFunction]; the function may
// use its connection.
//
// https://sqlite.org/fts5.html#custom_auxiliary_functions
func (c *Conn) CreateFTS5Function(name string, f FTS5Func) error {
	if err := checkName(name); err != nil {
		return err
	}
	if f.call == nil {
		return misuse("create FTS5 function " + name + ": the FTS5Func is empty")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.effects++
	if rc := c.c.CreateFTS5Function(name, c.hosted().Add(&fts5Func{c, f, registered{c, true}})); rc != 0 {
		return coded(ErrorCode(rc), "create FTS5 function "+name+": "+capi.ErrStr(rc))
	}
	return nil
}

type fts5Func struct {
	c *Conn
	f FTS5Func
	registered
}

// CallFTS5 is called by C.
func (f *fts5Func) CallFTS5(ctx capi.Context, m capi.Match, args []capi.Cell) {
	k := f.c.context(ctx)
	f.f.call(k, m, args)
	k.ctx = 0
}
