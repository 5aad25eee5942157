// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// dumpObject is one row of sqlite_schema.
type dumpObject struct {
	name, sql string
	virtual   bool
}

// runDump writes the main database as SQL that makes it again. A savepoint
// keeps all of it to one state of the database.
func runDump(ctx context.Context, s *session, args []string) (err error) {
	if err := s.conn.Exec("SAVEPOINT gosqlite_dump"); err != nil {
		return err
	}
	defer func() {
		if releaseErr := s.conn.Exec("RELEASE gosqlite_dump"); err == nil {
			err = releaseErr
		}
	}()
	fmt.Fprintln(s.out, "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;")
	if err := s.dumpAll(ctx, pattern(args)); err != nil {
		fmt.Fprintln(s.out, "ROLLBACK; -- the dump failed")
		return fmt.Errorf("dump: %w", err)
	}
	_, err = fmt.Fprintln(s.out, "COMMIT;")
	return err
}

func (s *session) dumpAll(ctx context.Context, like string) error {
	tables, err := s.dumpObjects(ctx, `SELECT name, sql FROM sqlite_schema
		WHERE type = 'table' AND sql IS NOT NULL AND tbl_name LIKE ?1
		ORDER BY name = 'sqlite_sequence', rowid`, like)
	if err != nil {
		return err
	}
	writable := false
	for _, t := range tables {
		if t.virtual && !writable {
			writable = true
			fmt.Fprintln(s.out, "-- virtual tables: in gosqlite run '.dbconfig defensive off' before this script")
			fmt.Fprintln(s.out, "PRAGMA writable_schema=ON;")
		}
		if err := s.dumpTable(ctx, t); err != nil {
			return err
		}
	}
	rest, err := s.dumpObjects(ctx, `SELECT name, sql FROM sqlite_schema
		WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL AND tbl_name LIKE ?1
		ORDER BY CASE type WHEN 'index' THEN 0 WHEN 'view' THEN 1 ELSE 2 END, rowid`, like)
	if err != nil {
		return err
	}
	for _, o := range rest {
		fmt.Fprintln(s.out, terminated(textValue(o.sql)))
	}
	if writable {
		// RESET also reads the schema again, so that the table is there at once.
		fmt.Fprintln(s.out, "PRAGMA writable_schema=RESET;")
	}
	return s.flush()
}

func (s *session) dumpObjects(ctx context.Context, sql, like string) ([]dumpObject, error) {
	var list []dumpObject
	err := s.query(ctx, sql, []string{like}, func(row []value) error {
		o := dumpObject{name: string(row[0].bytes), sql: string(row[1].bytes)}
		o.virtual = len(o.sql) >= 14 && strings.EqualFold(o.sql[:14], "CREATE VIRTUAL")
		list = append(list, o)
		return nil
	})
	return list, err
}

// dumpTable writes a table and its rows. A virtual table goes straight into
// sqlite_schema: running its CREATE would make its shadow tables, which follow
// here as tables of their own.
func (s *session) dumpTable(ctx context.Context, t dumpObject) error {
	switch {
	case t.name == "sqlite_sequence":
		fmt.Fprintln(s.out, "DELETE FROM sqlite_sequence;")
	case strings.HasPrefix(t.name, "sqlite_stat"):
		fmt.Fprintln(s.out, "ANALYZE sqlite_schema;")
	case strings.HasPrefix(t.name, "sqlite_"):
		return nil
	case t.virtual:
		text := quoteText([]byte(t.name))
		_, err := fmt.Fprintf(s.out, "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table',%s,%s,0,%s);\n",
			text, text, quoteText([]byte(t.sql)))
		return err
	default:
		fmt.Fprintln(s.out, terminated(textValue(t.sql)))
	}
	return s.dumpRows(ctx, t.name)
}

func (s *session) dumpRows(ctx context.Context, table string) error {
	var names []string
	generated := false
	err := s.query(ctx, "SELECT name, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid", []string{table}, func(row []value) error {
		if row[1].int == 0 {
			names = append(names, quoteName(string(row[0].bytes)))
		} else {
			generated = true
		}
		return nil
	})
	if err != nil || len(names) == 0 {
		return err
	}
	columns := strings.Join(names, ",")
	prefix := "INSERT INTO " + quoteName(table)
	if generated {
		prefix += "(" + columns + ")"
	}
	var line []byte
	return s.query(ctx, "SELECT "+columns+" FROM main."+quoteName(table), nil, func(row []value) error {
		line = append(append(line[:0], prefix...), " VALUES("...)
		for i := range row {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendLiteral(line, &row[i])
		}
		_, err := s.out.Write(append(line, ");\n"...))
		return err
	})
}

// appendLiteral writes v as an SQL literal that gives the same value back.
func appendLiteral(b []byte, v *value) []byte {
	switch v.kind {
	case sqlite.Integer:
		return appendInt(b, v.int)
	case sqlite.Float:
		if math.IsInf(v.float, 0) {
			return append(b, infinityLiteral(v.float)...)
		}
		return appendFloat(b, v.float)
	case sqlite.Text:
		return append(b, quoteText(v.bytes)...)
	case sqlite.Blob:
		return append(hex.AppendEncode(append(b, "X'"...), v.bytes), '\'')
	}
	return append(b, "NULL"...)
}

// quoteText writes an SQL text literal. A literal cannot hold U+0000, so that
// becomes char(0).
func quoteText(text []byte) string {
	parts := strings.Split(string(bytes.ReplaceAll(text, []byte("'"), []byte("''"))), "\x00")
	if len(parts) == 1 {
		return "'" + parts[0] + "'"
	}
	return "('" + strings.Join(parts, "'||char(0)||'") + "')"
}
