// SPDX-License-Identifier: MIT

package sqlite

// Serialize is sqlite3_serialize: the bytes of a database file as they are or
// would be on disk. An empty database has none.
//
// https://sqlite.org/c3ref/serialize.html
func (c *Conn) Serialize(schema string) ([]byte, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	b, rc := c.c.Serialize(schema)
	if rc < 0 {
		return nil, coded(ErrError, "serialize: no such database: "+schema)
	}
	if rc != 0 {
		return nil, c.fail(rc, "")
	}
	return b, nil
}

// Deserialize is sqlite3_deserialize: schema becomes a database in memory that
// begins as a copy of data. It may grow, unless readOnly.
//
// https://sqlite.org/c3ref/deserialize.html
func (c *Conn) Deserialize(schema string, data []byte, readOnly bool) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.Deserialize(schema, data, readOnly); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}
