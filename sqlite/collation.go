// SPDX-License-Identifier: MIT

package sqlite

// collation is one in the connection's table.
type collation struct {
	c       *Conn
	compare func(a, b RawBytes) int
	registered
}

// Compare is called by C. A collation cannot fail, so a panic ends the
// statement.
func (f *collation) Compare(a, b []byte) int {
	n, err := f.call(a, b)
	if err != nil {
		f.c.abort(err)
	}
	return n
}

func (f *collation) call(a, b []byte) (n int, err error) {
	k := f.c.lend()
	defer k.shut(&err)
	n = f.compare(a, b)
	k.done = true
	return n, nil
}

// CreateCollation is sqlite3_create_collation_v2: compare gives a negative
// number, 0 or a positive one, must order all texts, and must do so alike for
// as long as an index uses it. Its arguments are SQLite's memory, good until it
// returns. A panic ends the statement with an error that holds a [PanicError].
//
// https://sqlite.org/c3ref/create_collation.html
func (c *Conn) CreateCollation(name string, compare func(a, b RawBytes) int) error {
	if err := checkName(name); err != nil {
		return err
	}
	if compare == nil {
		return misuse("create collation " + name + ": the function is nil")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.CreateCollation(name, c.hosted().Add(&collation{c, compare, registered{c, false}})); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// DeleteCollation takes away what CreateCollation made.
//
// https://sqlite.org/c3ref/create_collation.html
func (c *Conn) DeleteCollation(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.DeleteCollation(name); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// SetCollationNeeded is sqlite3_collation_needed: need is called when a
// statement names a collation that the connection does not have, and may create
// it. nil takes it away.
//
// https://sqlite.org/c3ref/collation_needed.html
func (c *Conn) SetCollationNeeded(need func(c *Conn, name string)) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if need != nil {
		c.hosted().CollationNeeded = func(name string) {
			if err := c.hook(func() error { need(c, name); return nil }); err != nil {
				c.abort(err)
			}
		}
	}
	if rc := c.c.CollationNeeded(need != nil); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}
