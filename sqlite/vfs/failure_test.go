// SPDX-License-Identifier: MIT

package vfs_test

import (
	"errors"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestEveryCallFails lets each read, write, truncation, sync and deletion of a
// short life fail once, and then it and all after it: the database stays whole,
// holds what was committed, and the connection reports an error.
func TestEveryCallFails(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			d := newDisk(0)
			name := register(t, d)
			for _, forever := range []bool{false, true} {
				for _, with := range []error{errors.New("cable"), sqlite.ErrFull} {
					n := 1
					for ; ; n++ {
						fresh(d, 1)
						if reached := failAt(t, name, d, m, fault{n, forever, with}); !reached {
							break
						}
					}
					if n < 30 {
						t.Errorf("only %d calls failed", n-1)
					}
				}
			}
		})
	}
}

func failAt(t *testing.T, name string, d *disk, m mode, f fault) (reached bool) {
	t.Helper()
	c, err := open(name, m.pragmas)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Exec(tables); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	start := d.ops
	f.at += start
	d.fail = f
	d.mu.Unlock()
	done := work(c, 0, 3)
	if !c.AutoCommit() {
		_ = c.Exec("ROLLBACK")
	}
	d.mu.Lock()
	reached = d.ops >= f.at
	if !f.forever {
		d.fail = fault{}
	}
	d.mu.Unlock()
	if !f.forever {
		// The connection recovers by itself.
		if n, err := inspect(c); err != nil || n < done || n > done+1 {
			t.Errorf("call %d failed: transaction %d of %d on the same connection, %v", f.at-start, n, done, err)
		}
	}
	_ = c.Close()
	d.mu.Lock()
	d.fail = fault{}
	d.mu.Unlock()
	c, err = open(name, m.pragmas)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := inspect(c); err != nil || n < done || n > done+1 {
		t.Errorf("call %d failed: transaction %d of %d, %v", f.at-start, n, done, err)
	}
	if reached && !f.forever && done == 3 {
		// Some failures are allowed to be harmless: reads of a cache, deletions.
		t.Logf("call %d failed without harm", f.at-start)
	}
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	return reached
}
