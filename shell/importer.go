// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// importConfig is the command line of `.import`.
type importConfig struct {
	file, table string
	tsv, create bool
	skip        int
}

// maxSkip bounds --skip; more lines than this are not a header.
const maxSkip = 1 << 30

func parseImport(args []string) (c importConfig, err error) {
	var names []string
	format := ""
	for i := 0; i < len(args); i++ {
		arg := args[i]
		value, hasValue := strings.CutPrefix(arg, "--skip=")
		switch {
		case arg == "--csv" || arg == "--tsv":
			if format != "" && format != arg {
				return c, errors.New("--csv and --tsv exclude each other")
			}
			format = arg
		case arg == "--create":
			c.create = true
		case arg == "--skip" || hasValue:
			if !hasValue {
				if i++; i >= len(args) {
					return c, errors.New("--skip needs a number of lines")
				}
				value = args[i]
			}
			if c.skip, err = strconv.Atoi(value); err != nil || c.skip < 0 || c.skip > maxSkip {
				return c, fmt.Errorf("--skip wants a number of lines, got %q", value)
			}
		case strings.HasPrefix(arg, "--"):
			return c, fmt.Errorf("flag %s is not known; .help import lists all", arg)
		default:
			names = append(names, arg)
		}
	}
	if len(names) != 2 {
		return c, fmt.Errorf("want FILE and TABLE, got %q", names)
	}
	c.file, c.table = names[0], names[1]
	c.tsv = format == "--tsv" || format == "" && strings.HasSuffix(strings.ToLower(c.file), ".tsv")
	return c, nil
}

// runImport loads a file inside one transaction, or inside a savepoint when a
// transaction is open already: any failure leaves the database as it was.
func runImport(ctx context.Context, s *session, args []string) (err error) {
	c, err := parseImport(args)
	if err != nil {
		return err
	}
	in, size, err := s.openImport(ctx, c.file)
	if err != nil {
		return err
	}
	defer in.Close()
	begin, commit, rollback := "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
	if !s.conn.AutoCommit() {
		begin, commit, rollback = "SAVEPOINT gosqlite_import", "RELEASE gosqlite_import",
			"ROLLBACK TO gosqlite_import; RELEASE gosqlite_import"
	}
	if err := s.conn.Exec(begin); err != nil {
		return fmt.Errorf("import %s: %w", c.file, err)
	}
	rows, err := s.importRows(ctx, c, newRecordReader(in, c.tsv), size)
	if err == nil {
		err = s.conn.Exec(commit)
	}
	if err != nil {
		// SQLite may have rolled back by itself, which ends the transaction.
		if !s.conn.AutoCommit() {
			err = errors.Join(err, s.conn.Exec(rollback))
		}
		return fmt.Errorf("import %s: %w; nothing was imported", c.file, err)
	}
	if s.sh.StderrIsTerminal {
		fmt.Fprintf(s.sh.Stderr, "%d rows imported into %s\n", rows, c.table)
	}
	return nil
}

// openImport opens the file; its size is 0 when it is not known.
func (s *session) openImport(ctx context.Context, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		if len(s.cfg.sql) == 0 && len(s.cfg.files) == 0 {
			return nil, 0, errors.New("import -: stdin holds the commands; give them as arguments to import from it")
		}
		return io.NopCloser(s.stdin(ctx)), 0, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("import: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("import %s: is a folder", name)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	size := int64(0)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
}

// importCheck is how many rows pass between looks at Ctrl-C and the clock.
const importCheck = 1024

func (s *session) importRows(ctx context.Context, c importConfig, in *recordReader, size int64) (rows int64, err error) {
	defer s.conn.SetContext(ctx)()
	for range c.skip {
		if _, _, err := in.next(); err != nil {
			return 0, endOfHeader(err)
		}
	}
	if c.create {
		if err := s.createFromHeader(c.table, in); err != nil {
			return 0, err
		}
	}
	insert, columns, err := s.prepareInsert(c.table)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	bar := s.newProgress("import")
	defer bar.clear()
	for ; ; rows++ {
		if rows%importCheck == 0 {
			if err := ctx.Err(); err != nil {
				return rows, interrupted{err}
			}
			bar.update(in.bytes, size, fmt.Sprintf("%d rows", rows))
		}
		fields, line, err := in.next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, interruption(ctx, err)
		}
		if len(fields) != columns {
			return rows, &recordError{line, fmt.Errorf("has %d fields, table %s has %d columns", len(fields), c.table, columns)}
		}
		if err := s.insertRecord(insert, fields); err != nil {
			if ctx.Err() != nil {
				return rows, interrupted{err}
			}
			return rows, &recordError{line, err}
		}
	}
}

func endOfHeader(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the file ends before its first row")
	}
	return err
}

// createFromHeader makes the table from the names in the next record. Columns
// are TEXT, so that no value changes: 007 stays 007.
func (s *session) createFromHeader(table string, in *recordReader) error {
	header, line, err := in.next()
	if err != nil {
		return endOfHeader(err)
	}
	columns := make([]string, len(header))
	for i, f := range header {
		if len(f.text) == 0 {
			return &recordError{line, fmt.Errorf("column %d has no name", i+1)}
		}
		columns[i] = quoteName(string(f.text)) + " TEXT"
	}
	err = s.conn.Exec("CREATE TABLE " + quoteName(table) + "(" + strings.Join(columns, ", ") + ")")
	if err != nil {
		return &recordError{line, err}
	}
	return nil
}

// prepareInsert names the columns that can be written; generated and hidden
// ones are left out.
func (s *session) prepareInsert(table string) (*sqlite.Stmt, int, error) {
	stmt, _, err := s.conn.Prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid")
	if err != nil {
		return nil, 0, err
	}
	defer stmt.Close()
	if err := stmt.BindText(1, table); err != nil {
		return nil, 0, err
	}
	var names []string
	for {
		row, err := stmt.Step()
		if err != nil {
			return nil, 0, err
		}
		if !row {
			break
		}
		names = append(names, quoteName(stmt.ColumnText(0)))
	}
	if len(names) == 0 {
		return nil, 0, fmt.Errorf("table %s does not exist; --create makes it from the first line", table)
	}
	marks := strings.Repeat(", ?", len(names))[2:]
	insert, _, err := s.conn.Prepare("INSERT INTO " + quoteName(table) +
		"(" + strings.Join(names, ", ") + ") VALUES(" + marks + ")")
	return insert, len(names), err
}

// insertRecord binds text, and NULL for an unquoted field that reads as NULL
// on output too.
func (s *session) insertRecord(insert *sqlite.Stmt, fields []field) error {
	null := ""
	if s.style.null != nil {
		null = *s.style.null
	}
	for i := range fields {
		f := &fields[i]
		var err error
		if !f.quoted && string(f.text) == null {
			err = insert.BindNull(i + 1)
		} else {
			err = insert.BindText(i+1, string(f.text))
		}
		if err != nil {
			return err
		}
	}
	if _, err := insert.Step(); err != nil {
		insert.Reset()
		return err
	}
	return insert.Reset()
}
