// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
)

// commitRace commits 500 rows, each against the end of its transaction's context,
// which comes a little later each time. One in ten has been noticed before the commit
// and one comes after it, whatever else the machine does. It counts the rows that are
// there, those whose Commit returned nil, and those where the two differ.
func commitRace(t *testing.T, commit func(tx sqldriver.Tx, cancel func()) error) (there, succeeded, wrong int) {
	t.Helper()
	connector, err := driver.NewConnector(file(t)+"?_synchronous=off", nil)
	if err != nil {
		t.Fatal(err)
	}
	dc, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c := dc.(*driver.Conn)
	defer c.Close()
	background := context.Background()
	run := func(query string, args ...sqldriver.NamedValue) error {
		_, err := c.ExecContext(background, query, args)
		return err
	}
	if err := run("CREATE TABLE t(x INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	has := func(i int64) bool {
		rows, err := c.QueryContext(background, "SELECT 1 FROM t WHERE x = ?", []sqldriver.NamedValue{{Ordinal: 1, Value: i}})
		if err != nil {
			t.Fatal(err)
		}
		found := rows.Next(make([]sqldriver.Value, 1)) == nil
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		return found
	}
	for i := range int64(500) {
		ctx, cancel := context.WithCancel(background)
		tx, err := c.BeginTx(ctx, sqldriver.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := run("INSERT INTO t VALUES(?)", sqldriver.NamedValue{Ordinal: 1, Value: i}); err != nil {
			t.Fatal(err)
		}
		gone, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(gone)
			if i%10 == 5 {
				<-done
			}
			for end := time.Now().Add(time.Duration(i) * 400 * time.Nanosecond); time.Now().Before(end); {
			}
			cancel()
		}()
		if i%10 == 0 {
			for <-gone; err == nil; { // the context tells its connection from a goroutine of its own
				err = run("SELECT 1")
			}
		}
		err = commit(tx, cancel)
		close(done)
		<-gone
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("commit %d: %v", i, err)
		}
		if err == nil {
			succeeded++
		}
		found := has(i)
		if found {
			there++
		}
		if found != (err == nil) {
			wrong++
		}
	}
	return there, succeeded, wrong
}

// TestCommitTellsWhatItDid holds that Commit returns nil if and only if the row is
// there afterwards, whenever its context ends.
func TestCommitTellsWhatItDid(t *testing.T) {
	there, succeeded, wrong := commitRace(t, func(tx sqldriver.Tx, _ func()) error { return tx.Commit() })
	t.Logf("%d of 500 commits took effect, %d returned nil", there, succeeded)
	if wrong > 0 {
		t.Errorf("%d of 500 commits told the wrong thing", wrong)
	}
	if there == 0 || there == 500 {
		t.Errorf("%d of 500 commits took effect: want some, and not those whose context had ended", there)
	}
}

// TestCommitTellsWhatItDidPlants ends the context when the commit is done, and
// believes the context, or nothing at all.
func TestCommitTellsWhatItDidPlants(t *testing.T) {
	_, _, wrong := commitRace(t, func(tx sqldriver.Tx, cancel func()) error {
		if err := tx.Commit(); err != nil {
			return err
		}
		cancel()
		return context.Canceled
	})
	if wrong == 0 {
		t.Error("plant: a commit that took effect and reports its context was not noticed")
	}
	_, _, wrong = commitRace(t, func(tx sqldriver.Tx, _ func()) error {
		_ = tx.Commit()
		return nil
	})
	if wrong == 0 {
		t.Error("plant: a commit that failed and returns nil was not noticed")
	}
}
