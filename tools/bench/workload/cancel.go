// SPDX-License-Identifier: MIT

package workload

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

var cancels = []Workload{
	{Name: "cancel-running", What: "how long a running SELECT outlives the end of its context", Latency: true, prepare: cancel(cancelRunning)},
	{Name: "cancel-lock", What: "how long an INSERT that waits for a lock outlives the end of its context", Latency: true, prepare: cancel(cancelLock)},
	{Name: "cancel-commit", What: "how long a COMMIT that waits for a reader outlives the end of its context", Latency: true, prepare: cancel(cancelCommit)},
}

const (
	cancelAfter = 20 * time.Millisecond
	cancelBusy  = 500 * time.Millisecond // what a wait for a lock takes that nothing ends
	cancelLate  = 250 * time.Millisecond // later is not ended by the context
)

// cancel measures try several times, each on a new pool: what one try leaves
// behind is nothing that another meets.
func cancel(try func(db, other *sql.DB) (time.Duration, bool, error)) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := e.of(20, 8)
		if e.Size == Tiny {
			n = 2
		}
		db, err := e.open(e.file(), Settings{})
		if err != nil {
			return nil, err
		}
		if err := fillPeople(db, 100); err != nil {
			return nil, err
		}
		if err := db.Close(); err != nil {
			return nil, err
		}
		one := func() (late time.Duration, ended bool, err error) {
			pools := make([]*sql.DB, 2)
			for i := range pools {
				if pools[i], err = e.open(e.file(), Settings{Busy: cancelBusy}); err != nil {
					return 0, false, err
				}
				defer pools[i].Close()
			}
			return try(pools[0], pools[1])
		}
		run := func() (seen Seen, err error) {
			for range n {
				late, ended, err := one()
				if err != nil {
					return seen, err
				}
				seen.Ops++
				seen.Late = append(seen.Late, late)
				if ended {
					seen.Ended++
				}
			}
			return seen, nil
		}
		return &Round{Run: run, Want: Seen{Ops: n}, Close: func() error { return nil }}, nil
	}
}

// lateness runs f under a context that ends. It says how long after f did, and
// whether that was the context's doing. That f ends before is an error: there was
// nothing to cancel.
func lateness(f func(ctx context.Context) error) (late time.Duration, ended bool, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cancelled := make(chan time.Time, 1)
	time.AfterFunc(cancelAfter, func() {
		cancelled <- time.Now()
		cancel()
	})
	err = f(ctx)
	done := time.Now()
	late = done.Sub(<-cancelled)
	if late < 0 {
		return 0, false, fmt.Errorf("cancel after %v: it ended before (%v)", cancelAfter, err)
	}
	return late, err != nil && late < cancelLate, nil
}

func cancelRunning(db, _ *sql.DB) (time.Duration, bool, error) {
	// Ends by itself after a second or so.
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000000) SELECT sum(i) FROM n"
	return lateness(func(ctx context.Context) error {
		var sum int64
		return db.QueryRowContext(ctx, endless).Scan(&sum)
	})
}

func cancelLock(db, other *sql.DB) (time.Duration, bool, error) {
	tx, err := other.Begin()
	if err != nil {
		return 0, false, err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("UPDATE people SET score = score + 1 WHERE id = 1"); err != nil {
		return 0, false, err
	}
	return lateness(func(ctx context.Context) error {
		_, err := db.ExecContext(ctx, "UPDATE people SET score = score + 1 WHERE id = 2")
		return err
	})
}

func cancelCommit(db, other *sql.DB) (time.Duration, bool, error) {
	// An unfinished read holds a shared lock, for which COMMIT has to wait. The
	// cross join is long enough for any read-ahead.
	rows, err := other.Query("SELECT a.id FROM people a, people b")
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, false, rows.Err()
	}
	return lateness(func(ctx context.Context) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE people SET score = score + 1 WHERE id = 2"); err != nil {
			return err
		}
		return tx.Commit()
	})
}
