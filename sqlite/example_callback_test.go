// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"fmt"
	"log"
	"regexp"

	"github.com/gosqlite/gosqlite/sqlite"
)

func memory() *sqlite.Conn {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		log.Fatal(err)
	}
	return c
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A function of typed arguments: nothing is reflected on when it is called.
func ExampleConn_CreateFunction() {
	c := memory()
	defer c.Close()
	must(c.CreateFunction("mid", sqlite.Scalar3(func(s string, from, n int) (string, error) {
		if from < 0 || n < 0 || from+n > len(s) {
			return "", fmt.Errorf("mid: there are no %d bytes at %d", n, from)
		}
		return s[from : from+n], nil
	}), sqlite.Deterministic|sqlite.Innocuous))
	for row, err := range c.Query("SELECT mid('abcdef', 2, 3)") {
		must(err)
		fmt.Println(row.ColumnText(0))
	}
	fmt.Println(c.Exec("SELECT mid('abc', 2, 3)"))
	// Output:
	// cde
	// sqlite: mid: there are no 3 bytes at 2 (SQLITE_ERROR)
}

// REGEXP keeps its pattern compiled for as long as the statement runs.
func ExampleContext_SetAuxData() {
	c := memory()
	defer c.Close()
	must(c.CreateFunction("regexp", sqlite.Scalar(2, func(k *sqlite.Context, args []sqlite.Arg) (bool, error) {
		re, ok := k.AuxData(0).(*regexp.Regexp)
		if !ok {
			var err error
			if re, err = regexp.Compile(args[0].Text()); err != nil {
				return false, err
			}
			if err := k.SetAuxData(0, re); err != nil {
				return false, err
			}
		}
		return re.Match(args[1].RawBytes()), nil
	}), sqlite.Deterministic|sqlite.Innocuous))
	for row, err := range c.Query("SELECT value FROM json_each('[\"ab1\", \"abc\", \"x22\"]') WHERE value REGEXP '[0-9]$'") {
		must(err)
		fmt.Println(row.ColumnText(0))
	}
	// Output:
	// ab1
	// x22
}

// The product of a group; a window function also takes rows out again.
func ExampleWindow1() {
	c := memory()
	defer c.Close()
	product := sqlite.Window1(
		func(log *[]float64, v float64) error { *log = append(*log, v); return nil },
		func(log *[]float64, _ float64) error { *log = (*log)[1:]; return nil },
		func(log *[]float64) (float64, error) {
			p := 1.0
			for _, v := range *log {
				p *= v
			}
			return p, nil
		})
	must(c.CreateFunction("product", product, sqlite.Deterministic|sqlite.Innocuous))
	const rows = " FROM (SELECT value AS x FROM json_each('[2, 3, 5, 7]'))"
	for row, err := range c.Query("SELECT product(x)" + rows) {
		must(err)
		fmt.Println("all:", row.ColumnFloat64(0))
	}
	for row, err := range c.Query("SELECT product(x) OVER (ROWS 1 PRECEDING)" + rows) {
		must(err)
		fmt.Println("pair:", row.ColumnFloat64(0))
	}
	// Output:
	// all: 210
	// pair: 2
	// pair: 6
	// pair: 15
	// pair: 35
}

// Changes travel from one database to another.
func ExampleConn_Apply() {
	const schema = "CREATE TABLE stock(item TEXT PRIMARY KEY, n INT); INSERT INTO stock VALUES('nail', 100)"
	here, there := memory(), memory()
	defer here.Close()
	defer there.Close()
	must(here.Exec(schema))
	must(there.Exec(schema + "; UPDATE stock SET n = 90"))

	session, err := here.NewSession("main")
	must(err)
	must(session.Attach(""))
	must(here.Exec("UPDATE stock SET n = 80; INSERT INTO stock VALUES('screw', 5)"))
	changes, err := session.Changeset()
	must(err)

	_, err = there.Apply(changes, sqlite.Apply{Conflict: func(k *sqlite.Conflict) (sqlite.Resolution, error) {
		theirs, err := k.Conflicting(1)
		if err != nil {
			return 0, err
		}
		fmt.Println("conflict: there are", theirs.Int64())
		return sqlite.ConflictReplace, nil
	}})
	must(err)
	for row, err := range there.Query("SELECT item, n FROM stock ORDER BY item") {
		must(err)
		fmt.Println(row.ColumnText(0), row.ColumnInt64(1))
	}
	// Output:
	// conflict: there are 90
	// nail 80
	// screw 5
}

// A slice as an IN list.
func ExampleBindArray() {
	c := memory()
	defer c.Close()
	must(c.Exec("CREATE TABLE t(id INTEGER PRIMARY KEY, name); INSERT INTO t VALUES(1, 'one'), (2, 'two'), (3, 'three')"))
	s, _, err := c.Prepare("SELECT name FROM t WHERE id IN carray(?)")
	must(err)
	defer s.Close()
	must(sqlite.BindArray(s, 1, []int64{1, 3, 99}))
	for row, err := range s.All() {
		must(err)
		fmt.Println(row.ColumnText(0))
	}
	// Output:
	// one
	// three
}
