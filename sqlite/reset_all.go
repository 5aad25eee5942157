// SPDX-License-Identifier: MIT

package sqlite

import "errors"

// ResetAll is sqlite3_reset for each statement that is in the middle of a run,
// which sqlite3_next_stmt and sqlite3_stmt_busy find, and sqlite3_blob_close for
// each open blob. One of them that is forgotten keeps its transaction for
// reading: the connection goes on to see the old state, and others cannot
// write or checkpoint. Nothing is asked of SQLite where there is none.
//
// A statement that was writing is completed; the error is that of its end.
//
// https://sqlite.org/c3ref/next_stmt.html
func (c *Conn) ResetAll() error {
	if err := c.enter(); err != nil {
		return err
	}
	var failed error
	for o := c.handles.stmts; o != nil; o = o.next {
		if s := o.owner.Value(); s != nil {
			if !s.running {
				failed = errors.Join(failed, s.end())
			}
		} else if rc := o.s.Reset(); rc != 0 {
			// Lost, and not yet found to be.
			failed = errors.Join(failed, c.outcome(rc, o.sql))
		}
	}
	var blobs []*BlobIO
	for o := range c.open {
		if b, ok := o.(*BlobIO); ok {
			blobs = append(blobs, b)
		}
	}
	c.leave()
	for _, b := range blobs {
		// An error is that of an earlier read or write, which was told.
		_ = b.Close()
	}
	return failed
}
