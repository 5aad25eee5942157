// SPDX-License-Identifier: MIT

package sqlite

// LoadExtension is sqlite3_load_extension of a shared library; entry may be "".
// It is refused until DBConfig turned DBConfigEnableLoadExtension on, which no
// SQL can do; the SQL function load_extension() stays off. The library runs
// with all rights of the program.
//
// https://sqlite.org/c3ref/load_extension.html
func (c *Conn) LoadExtension(file, entry string) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.LoadExtension(file, entry); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}
