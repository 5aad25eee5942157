// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// pattern is the optional LIKE pattern of a command, "%" when it was left out.
func pattern(args []string) string {
	if len(args) == 0 {
		return "%"
	}
	return args[0]
}

// qualified names an object the way SQL has to name it from outside.
func qualified(schema, name string) string {
	if schema == "main" || schema == "temp" {
		return name
	}
	return schema + "." + name
}

func runTables(ctx context.Context, s *session, args []string) error {
	const list = `SELECT schema, name FROM pragma_table_list
		WHERE type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name LIKE ?1
		ORDER BY schema <> 'main', schema, name`
	return s.query(ctx, list, []string{pattern(args)}, func(row []value) error {
		_, err := fmt.Fprintln(s.out, qualified(string(row[0].bytes), string(row[1].bytes)))
		return err
	})
}

func runDatabases(ctx context.Context, s *session, _ []string) error {
	return s.runSQL(ctx, `SELECT name, file FROM pragma_database_list ORDER BY seq`, position{})
}

func (s *session) schemas(ctx context.Context) ([]string, error) {
	var names []string
	err := s.query(ctx, `SELECT name FROM pragma_database_list ORDER BY seq`, nil, func(row []value) error {
		names = append(names, string(row[0].bytes))
		return nil
	})
	return names, err
}

func runIndexes(ctx context.Context, s *session, args []string) error {
	schemas, err := s.schemas(ctx)
	if err != nil {
		return err
	}
	for _, schema := range schemas {
		list := `SELECT name FROM ` + quoteName(schema) + `.sqlite_schema
			WHERE type = 'index' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND tbl_name LIKE ?1 ORDER BY name`
		err := s.query(ctx, list, []string{pattern(args)}, func(row []value) error {
			_, err := fmt.Fprintln(s.out, qualified(schema, string(row[0].bytes)))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// runSchema prints statements in the order in which they were made, which is
// an order in which they can be run again.
func runSchema(ctx context.Context, s *session, args []string) error {
	schemas, err := s.schemas(ctx)
	if err != nil {
		return err
	}
	for _, schema := range schemas {
		list := `SELECT sql FROM ` + quoteName(schema) + `.sqlite_schema
			WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND tbl_name LIKE ?1
			ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, rowid`
		first := true
		err := s.query(ctx, list, []string{pattern(args)}, func(row []value) error {
			if first && schema != "main" {
				fmt.Fprintf(s.out, "-- database %s\n", schema)
			}
			first = false
			_, err := s.out.WriteString(terminated(row[0]) + "\n")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// terminated ends a statement of sqlite_schema with a semicolon, on its own
// line when a comment would swallow it.
func terminated(v value) string {
	if v.kind != sqlite.Text {
		return ""
	}
	sql := string(v.bytes)
	if sqlite.Complete(sql + ";") {
		return sql + ";"
	}
	return strings.TrimRight(sql, "\n") + "\n;"
}
