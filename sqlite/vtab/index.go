// SPDX-License-Identifier: MIT

package vtab

import (
	"strings"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
)

// Op is the operator of a constraint.
//
// https://sqlite.org/c3ref/c_index_constraint_eq.html
type Op int

// Operators.
const (
	Eq        Op = 2   // SQLITE_INDEX_CONSTRAINT_EQ
	Gt        Op = 4   // SQLITE_INDEX_CONSTRAINT_GT
	Le        Op = 8   // SQLITE_INDEX_CONSTRAINT_LE
	Lt        Op = 16  // SQLITE_INDEX_CONSTRAINT_LT
	Ge        Op = 32  // SQLITE_INDEX_CONSTRAINT_GE
	Match     Op = 64  // SQLITE_INDEX_CONSTRAINT_MATCH
	Like      Op = 65  // SQLITE_INDEX_CONSTRAINT_LIKE
	Glob      Op = 66  // SQLITE_INDEX_CONSTRAINT_GLOB
	Regexp    Op = 67  // SQLITE_INDEX_CONSTRAINT_REGEXP
	Ne        Op = 68  // SQLITE_INDEX_CONSTRAINT_NE
	IsNot     Op = 69  // SQLITE_INDEX_CONSTRAINT_ISNOT
	IsNotNull Op = 70  // SQLITE_INDEX_CONSTRAINT_ISNOTNULL
	IsNull    Op = 71  // SQLITE_INDEX_CONSTRAINT_ISNULL
	Is        Op = 72  // SQLITE_INDEX_CONSTRAINT_IS
	Limit     Op = 73  // SQLITE_INDEX_CONSTRAINT_LIMIT
	Offset    Op = 74  // SQLITE_INDEX_CONSTRAINT_OFFSET
	Function  Op = 150 // SQLITE_INDEX_CONSTRAINT_FUNCTION
)

// Constraint is a term of WHERE.
type Constraint struct {
	Column int // -1 is the rowid
	Op     Op
	Usable bool // the value is known; else it must not be taken
}

// Order is a term of ORDER BY.
type Order struct {
	Column int
	Desc   bool
}

// Plan is what BestIndex tells Filter.
type Plan struct {
	Num  int32
	Text string // without NUL bytes
}

// Index is a lookup to plan: what is asked, and what BestIndex answers. It is
// good until BestIndex returns.
//
// https://sqlite.org/c3ref/index_info.html
type Index struct {
	Constraints []Constraint
	Orders      []Order
	ColumnsUsed uint64 // a bit for each of the first 63 columns, and one for the rest

	Plan    Plan    // for Filter
	Ordered bool    // rows come in the order of Orders
	Unique  bool    // there is at most one row
	Cost    float64 // about as many disk accesses
	Rows    int64   // about as many rows

	x     capi.Index
	over  bool
	took  []int // constraints in the order of Filter's arguments
	omit  []bool
	lists bool // one was taken by TakeList
}

// Take gives the value of constraint i to Filter, as its next argument. With
// omit SQLite does not check the constraint again.
func (x *Index) Take(i int, omit bool) error {
	if x.over || i < 0 || i >= len(x.Constraints) || !x.Constraints[i].Usable {
		return misuse("take: the constraint is not there or not usable")
	}
	x.took = append(x.took, i)
	x.omit = append(x.omit, omit)
	return nil
}

// Collation is sqlite3_vtab_collation: how constraint i compares texts.
//
// https://sqlite.org/c3ref/vtab_collation.html
func (x *Index) Collation(i int) string {
	if x.over || i < 0 || i >= len(x.Constraints) {
		return ""
	}
	return x.x.Collation(i)
}

// Value is sqlite3_vtab_rhs_value: what constraint i compares with, where that
// is known already.
//
// https://sqlite.org/c3ref/vtab_rhs_value.html
func (x *Index) Value(i int) (v sqlite.Value, ok bool) {
	if x.over || i < 0 || i >= len(x.Constraints) {
		return sqlite.Value{}, false
	}
	cell, rc := x.x.RHS(i)
	if rc != 0 {
		return sqlite.Value{}, false
	}
	return bridge.Values([]capi.Cell{cell}).([]sqlite.Value)[0], true
}

// Distinct is sqlite3_vtab_distinct: what the statement makes of Orders. It says
// when Ordered may be set; a table that leaves Ordered alone may give its rows in
// any order.
//
// https://sqlite.org/c3ref/vtab_distinct.html
func (x *Index) Distinct() Distinct {
	if x.over {
		return Ordering
	}
	return Distinct(x.x.Distinct())
}

// Distinct is what a statement makes of the order of rows. Two NULLs are equal
// here. Where rows may be left out, no row has to be: those may that are equal to
// one that is given in all columns of ColumnsUsed, which are more than those of
// Orders when WHERE looks at others.
//
// https://sqlite.org/c3ref/vtab_distinct.html
type Distinct int

// What is wanted.
const (
	Ordering         Distinct = 0 // rows in the order of Orders
	Grouping         Distinct = 1 // rows with equal columns of Orders next to each other
	DistinctRows     Distinct = 2 // the same; of rows with equal ColumnsUsed all but one may be left out
	DistinctOrdering Distinct = 3 // rows in the order of Orders; of rows with equal ColumnsUsed all but one may be left out
)

// IsList is sqlite3_vtab_in that asks: constraint i is `column IN (...)` and its
// values can be had all at once, by [Index.TakeList].
//
// https://sqlite.org/c3ref/vtab_in.html
func (x *Index) IsList(i int) bool {
	return !x.over && i >= 0 && i < len(x.Constraints) && x.x.In(i, -1)
}

// TakeList is Take of a list as one argument, whose members FilterLists of a
// [ListFilterer] is given; the statement fails if the table's cursor is none.
// Take alone has Filter called for each member.
//
// https://sqlite.org/c3ref/vtab_in.html
func (x *Index) TakeList(i int, omit bool) error {
	if !x.IsList(i) {
		return misuse("take list: the constraint is none")
	}
	if err := x.Take(i, omit); err != nil {
		return err
	}
	x.x.In(i, 1)
	x.lists = true
	return nil
}

func newIndex(h capi.Index) *Index {
	x := &Index{x: h, ColumnsUsed: h.ColumnsUsed()}
	x.Cost, x.Rows = h.Costs()
	for _, c := range h.Constraints() {
		x.Constraints = append(x.Constraints, Constraint{int(c.Column), Op(c.Op), c.Usable != 0})
	}
	for _, o := range h.Orders() {
		x.Orders = append(x.Orders, Order{int(o.Column), o.Desc != 0})
	}
	return x
}

// answer writes the plan back.
func (x *Index) answer() error {
	x.over = true
	if strings.IndexByte(x.Plan.Text, 0) >= 0 {
		return misuse("the text of a plan must not hold a NUL byte")
	}
	constraints := x.x.Constraints()
	for n, i := range x.took {
		constraints[i].Argv = int32(n + 1)
		if x.omit[n] {
			constraints[i].Omit = 1
		}
	}
	if rc := x.x.Answer(x.Plan.Num, x.Plan.Text, x.Ordered, x.Unique, x.Cost, x.Rows); rc != 0 {
		return sqlite.ErrorCode(rc)
	}
	return nil
}
