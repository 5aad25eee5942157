// SPDX-License-Identifier: MIT

package sqlite

import "github.com/gosqlite/gosqlite/internal/capi"

// ColumnCount is sqlite3_column_count. It may change when the schema does and
// the statement is compiled again.
//
// https://sqlite.org/c3ref/column_count.html
func (s *Stmt) ColumnCount() int {
	if s.s == nil {
		return 0
	}
	return s.s.ColumnCount()
}

// texts of a column in the order of gosqlite_column_meta.
const (
	metaName = iota
	metaDeclType
	metaSchema
	metaTable
	metaOrigin
)

// meta reads all texts of all columns once per compilation of the statement.
func (s *Stmt) meta() []string {
	if s.s == nil {
		return nil
	}
	if s.names != nil && s.namesAfter == s.s.Reprepares() {
		return s.names
	}
	if s.enter() != nil {
		return nil
	}
	defer s.conn.leave()
	cells, data, rc := s.s.ColumnMeta()
	if rc != 0 {
		return nil
	}
	all := string(data)
	s.names = make([]string, len(cells))
	for i, c := range cells {
		s.names[i] = all[c.V : c.V+c.N>>4]
	}
	s.namesAfter = s.s.Reprepares()
	return s.names
}

func (s *Stmt) metaText(i, which int) string {
	m := s.meta()
	if i < 0 || i >= len(m)/capi.MetaTexts {
		return ""
	}
	return m[i*capi.MetaTexts+which]
}

// ColumnName is sqlite3_column_name.
//
// https://sqlite.org/c3ref/column_name.html
func (s *Stmt) ColumnName(i int) string { return s.metaText(i, metaName) }

// ColumnDeclType is sqlite3_column_decltype: the declared type of the table
// column that column i comes from, "" for an expression.
//
// https://sqlite.org/c3ref/column_decltype.html
func (s *Stmt) ColumnDeclType(i int) string { return s.metaText(i, metaDeclType) }

// ColumnSchema is sqlite3_column_database_name, "" for an expression.
//
// https://sqlite.org/c3ref/column_database_name.html
func (s *Stmt) ColumnSchema(i int) string { return s.metaText(i, metaSchema) }

// ColumnTable is sqlite3_column_table_name, "" for an expression.
//
// https://sqlite.org/c3ref/column_database_name.html
func (s *Stmt) ColumnTable(i int) string { return s.metaText(i, metaTable) }

// ColumnOrigin is sqlite3_column_origin_name, "" for an expression.
//
// https://sqlite.org/c3ref/column_database_name.html
func (s *Stmt) ColumnOrigin(i int) string { return s.metaText(i, metaOrigin) }

// ColumnFacts are the facts of a table column that SQLite knows.
type ColumnFacts struct {
	NotNull       bool // declared NOT NULL
	PrimaryKey    bool // part of the primary key
	AutoIncrement bool // declared AUTOINCREMENT
}

// TableColumn is sqlite3_table_column_metadata. schema may be "".
//
// https://sqlite.org/c3ref/table_column_metadata.html
func (c *Conn) TableColumn(schema, table, column string) (ColumnFacts, error) {
	if err := c.enter(); err != nil {
		return ColumnFacts{}, err
	}
	defer c.leave()
	notNull, pk, auto, rc := c.c.TableColumn(schema, table, column)
	if rc != 0 {
		return ColumnFacts{}, c.fail(rc, "")
	}
	return ColumnFacts{NotNull: notNull, PrimaryKey: pk, AutoIncrement: auto}, nil
}
