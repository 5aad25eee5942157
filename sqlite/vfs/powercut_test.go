// SPDX-License-Identifier: MIT

package vfs_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vfs"
)

// seeds is how many power cuts each journal mode goes through. The long run:
//
//	go test ./sqlite/vfs -run TestPowerCut -v -seeds 1000
var seeds = flag.Uint64("seeds", 25, "power cuts for each journal mode")

// mode is a way to commit, with the synchronous setting that makes what was
// committed survive a power cut. A journal that is deleted needs EXTRA: under
// FULL its name may come back and undo the last transaction, but no other.
type mode struct {
	name, pragmas string
	undone        int64 // transactions that a power cut may undo
}

var modes = []mode{
	{"delete", "PRAGMA journal_mode=delete; PRAGMA synchronous=extra", 0},
	deleteFull,
	{"truncate", "PRAGMA journal_mode=truncate; PRAGMA synchronous=full", 0},
	{"persist", "PRAGMA journal_mode=persist; PRAGMA synchronous=full", 0},
	{"wal", "PRAGMA journal_mode=wal; PRAGMA synchronous=full; PRAGMA wal_autocheckpoint=8", 0},
	{"wal_exclusive", "PRAGMA locking_mode=exclusive; PRAGMA journal_mode=wal; PRAGMA synchronous=full; PRAGMA wal_autocheckpoint=8", 0},
}

// deleteFull is what a connection has that asks for nothing.
var deleteFull = mode{"delete_full", "PRAGMA journal_mode=delete; PRAGMA synchronous=full", 1}

// rows is how many rows each transaction changes: they lie on different pages.
const rows = 12

const tables = `CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, n INT NOT NULL, pad BLOB);
	CREATE INDEX IF NOT EXISTS tn ON t(n);
	WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 12) INSERT OR IGNORE INTO t SELECT i, 0, zeroblob(700) FROM r`

func register(t *testing.T, d *disk) (name string) {
	t.Helper()
	name = "disk-" + t.Name()
	if err := vfs.Register(name, d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := vfs.Unregister(name); err != nil {
			t.Error(err)
		}
	})
	return name
}

func open(name, pragmas string) (*sqlite.Conn, error) {
	c, err := sqlite.OpenVFS("test.db", sqlite.OpenReadWrite|sqlite.OpenCreate, name)
	if err != nil {
		return nil, err
	}
	if err := c.Exec(pragmas + "; PRAGMA cache_size=4"); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// work commits transactions until one fails and gives the last that reported
// success.
func work(c *sqlite.Conn, from int64, most int) (done int64) {
	done = from
	for range most {
		next := done + 1
		if c.Exec(fmt.Sprintf("BEGIN; UPDATE t SET n = %d, pad = randomblob(500 + id * 40); COMMIT", next)) != nil {
			return done
		}
		done = next
	}
	return done
}

// inspect tells what a recovered database says of itself.
func inspect(c *sqlite.Conn) (n int64, err error) {
	for row, err := range c.Query("PRAGMA integrity_check") {
		if err != nil {
			return 0, err
		}
		if row.ColumnText(0) != "ok" {
			return 0, fmt.Errorf("integrity check: %s", row.ColumnText(0))
		}
	}
	for row, err := range c.Query("SELECT min(n), max(n), count(*) FROM t") {
		if err != nil {
			return 0, err
		}
		if row.ColumnInt64(0) != row.ColumnInt64(1) || row.ColumnInt64(2) != rows {
			return 0, fmt.Errorf("half a transaction: %d rows from %d to %d", row.ColumnInt64(2), row.ColumnInt64(0), row.ColumnInt64(1))
		}
		n = row.ColumnInt64(0)
	}
	return n, nil
}

// life runs a database through several power cuts and gives the first thing that
// is wrong.
func life(name string, d *disk, m mode, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 2))
	c, err := open(name, m.pragmas)
	if err != nil {
		return err
	}
	// The last transaction is one that may be undone without a trace.
	if err := c.Exec(tables + "; PRAGMA user_version = 1"); err != nil {
		return errors.Join(err, c.Close())
	}
	var done int64
	for cut := 0; cut < 3; cut++ {
		d.mu.Lock()
		d.cutAt = d.ops + 1 + rng.IntN(250)
		d.mu.Unlock()
		before := done
		if c != nil {
			done = work(c, done, 40)
			_ = c.Close() // it reports the cut, or another one while it checkpoints
		}
		attempted := done + 1
		d.reboot()
		if rng.IntN(3) == 0 { // the next cut hits the recovery
			d.cutAt = 1 + rng.IntN(30)
			if again, err := open(name, m.pragmas); err == nil {
				_, _ = inspect(again)
				_ = again.Close()
			}
			d.reboot()
		}
		if c, err = open(name, m.pragmas); err != nil {
			return fmt.Errorf("cut %d: open: %w", cut, err)
		}
		n, err := inspect(c)
		if err != nil {
			return errors.Join(fmt.Errorf("cut %d: %w", cut, err), c.Close())
		}
		if n < done-m.undone || n > attempted {
			return errors.Join(fmt.Errorf("cut %d: transaction %d is there, %d was committed (%d before)", cut, n, done, before), c.Close())
		}
		done = n
	}
	return c.Close()
}

func TestPowerCut(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			d := newDisk(0)
			name := register(t, d)
			for seed := uint64(1); seed <= *seeds; seed++ {
				fresh(d, seed)
				if err := life(name, d, m, seed); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		})
	}
}

// TestPowerCutUndoesOneTransaction holds that what deleteFull is allowed happens:
// with nothing allowed the same cuts are red.
func TestPowerCutUndoesOneTransaction(t *testing.T) {
	d := newDisk(0)
	name := register(t, d)
	strict, red := deleteFull, 0
	strict.undone = 0
	for seed := uint64(1); seed <= max(*seeds, 100); seed++ {
		fresh(d, seed)
		if life(name, d, strict, seed) != nil {
			red++
		}
	}
	if red == 0 {
		t.Error("no power cut undid a transaction: delete_full loses nothing, and the manual says too little")
	}
}

// fresh empties the disk.
func fresh(d *disk, seed uint64) {
	n := newDisk(seed)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files, d.rng, d.ops, d.cutAt, d.off, d.fail = n.files, n.rng, 0, 0, false, fault{}
}

// TestPowerCutPlants holds that the check sees a disk which lies about syncs,
// and a setting that does not sync.
func TestPowerCutPlants(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			d := newDisk(0)
			name := register(t, d)
			red := 0
			d.lies = true
			for seed := uint64(1); seed <= 25; seed++ {
				fresh(d, seed)
				if life(name, d, m, seed) != nil {
					red++
				}
			}
			if red == 0 {
				t.Error("a disk that does not sync was not noticed")
			}
			d.lies = false
			red = 0
			for seed := uint64(1); seed <= 25; seed++ {
				fresh(d, seed)
				if life(name, d, mode{m.name, m.pragmas + "; PRAGMA synchronous=off", m.undone}, seed) != nil {
					red++
				}
			}
			if red == 0 {
				t.Error("synchronous=off was not noticed")
			}
		})
	}
}
