// SPDX-License-Identifier: MIT

package driver_test

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// childTask, when set, makes this test program a process that works on a file:
// "TASK\nDSN\nNUMBER".
const childTask = "GOSQLITE_TEST_CHILD_TASK"

// childEmulator, when set, is what runs this program for another processor: the
// system does not start it as a child by itself.
const childEmulator = "GOSQLITE_TEST_EMULATOR"

func TestMain(m *testing.M) {
	if task := os.Getenv(childTask); task != "" {
		if err := runChild(strings.Split(task, "\n")); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(task []string) error {
	db, err := sql.Open(driver.Name, task[1])
	if err != nil {
		return err
	}
	defer db.Close()
	number, err := strconv.Atoi(task[2])
	if err != nil {
		return err
	}
	switch task[0] {
	case "transfer": // endless: moves amounts and says after each commit that it is done
		for i := 1; ; i++ {
			if err := transfer(db, i); err != nil {
				return err
			}
			fmt.Println(i)
		}
	case "count": // adds number times one to a counter
		for range number {
			if err := increment(db); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("unknown task %q", task[0])
}

// transfer moves one from the first account to the second and notes that it
// did, over enough pages that a kill finds it in the middle.
func transfer(db *sql.DB, i int) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, query := range []string{
		"UPDATE account SET cents = cents - 1 WHERE id = 1",
		"UPDATE filler SET data = randomblob(3000)",
		"UPDATE account SET cents = cents + 1 WHERE id = 2",
	} {
		if _, err := tx.Exec(query); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("INSERT INTO done VALUES(?)", i); err != nil {
		return err
	}
	return tx.Commit()
}

func increment(db *sql.DB) error {
	tx, err := db.Begin() // _txlock=immediate: what is read stays true
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var n int
	if err := tx.QueryRow("SELECT n FROM counter").Scan(&n); err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE counter SET n = ?", n+1); err != nil {
		return err
	}
	return tx.Commit()
}

func child(t *testing.T, task, dsn string, number int) *osexec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := osexec.Command(program)
	if emulator := os.Getenv(childEmulator); emulator != "" {
		c = osexec.Command(emulator, program)
	}
	c.Env = append(os.Environ(), childTask+"="+task+"\n"+dsn+"\n"+strconv.Itoa(number))
	return c
}

// TestKilledWriterLosesNothing kills a process that writes, again and again, in
// each journal mode. What it reported as committed is there, nothing is half
// done, and the file is whole.
func TestKilledWriterLosesNothing(t *testing.T) {
	for _, journal := range []string{"delete", "truncate", "persist", "wal"} {
		t.Run(journal, func(t *testing.T) {
			name := file(t)
			dsn := name + "?_journal_mode=" + journal
			db := open(t, dsn)
			exec(t, db, "CREATE TABLE account(id INTEGER PRIMARY KEY, cents); CREATE TABLE filler(data); CREATE TABLE done(i)")
			exec(t, db, "INSERT INTO account VALUES(1, 0), (2, 0); INSERT INTO filler SELECT randomblob(3000) FROM json_each('[1,2,3,4,5,6,7,8,9,10]')")
			for round := range 4 {
				exec(t, db, "DELETE FROM done")
				c := child(t, "transfer", dsn, 0)
				out, err := c.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				lines := bufio.NewScanner(out)
				reported := 0
				for lines.Scan() {
					n, err := strconv.Atoi(lines.Text())
					if err != nil {
						t.Fatalf("the child says %q", lines.Text())
					}
					if reported = n; n == 3+round {
						time.Sleep(time.Duration(round*371) * time.Microsecond)
						if err := c.Process.Kill(); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := c.Wait(); err == nil {
					t.Fatal("the child ended by itself")
				}
				if n := count(t, db, "SELECT count(*) FROM done"); n < reported {
					t.Errorf("round %d: %d commits were reported, %d are there", round, reported, n)
				}
				if sum, moved := count(t, db, "SELECT sum(cents) FROM account"), count(t, db, "SELECT max(i) - count(*) FROM done"); sum != 0 || moved != 0 {
					t.Errorf("round %d: a transfer is half done: sum %d, %d missing", round, sum, moved)
				}
				var check string
				if err := db.QueryRow("PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
					t.Errorf("round %d: %s, %v", round, check, err)
				}
			}
		})
	}
}

// TestManyProcessesOnOneFile lets processes add to one counter: no addition is
// lost, and nobody fails for a lock.
func TestManyProcessesOnOneFile(t *testing.T) {
	const processes, each = 5, 20
	for _, journal := range []string{"delete", "wal"} {
		t.Run(journal, func(t *testing.T) {
			dsn := file(t) + "?_synchronous=off&_txlock=immediate&_busy_timeout=60s&_journal_mode=" + journal
			db := open(t, dsn)
			exec(t, db, "CREATE TABLE counter(n); INSERT INTO counter VALUES(0)")
			var started []*osexec.Cmd
			for range processes {
				c := child(t, "count", dsn, each)
				c.Stdout = os.Stderr
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				started = append(started, c)
			}
			var failed []error
			for _, c := range started {
				failed = append(failed, c.Wait())
			}
			if err := errors.Join(failed...); err != nil {
				t.Error(err)
			}
			if n := count(t, db, "SELECT n FROM counter"); n != processes*each {
				t.Errorf("the counter is %d, want %d", n, processes*each)
			}
		})
	}
}

// TestUpgradeThatCannotWait holds why increment begins immediately: of two
// transactions that read, the second to write fails at once.
func TestUpgradeThatCannotWait(t *testing.T) {
	db := open(t, file(t)+"?_journal_mode=wal&_txlock=deferred")
	exec(t, db, "CREATE TABLE counter(n); INSERT INTO counter VALUES(0)")
	a, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Rollback()
	_ = count(t, a, "SELECT n FROM counter")
	if err := increment(db); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := a.Exec("UPDATE counter SET n = 1"); !errors.Is(err, sqlite.ErrBusySnapshot) || time.Since(start) > 4*time.Second {
		t.Errorf("upgrade after another's write: %v in %v", err, time.Since(start))
	}
}
