// SPDX-License-Identifier: MIT

package driver_test

import (
	"errors"
	"os"
	"regexp"
	"testing"
	"time"
)

func TestExpressionsOfTimes(t *testing.T) {
	name := file(t)
	db, asText := open(t, name), open(t, name+"?_expr_time=0")
	exec(t, db, "CREATE TABLE t(at DATETIME, note)")
	last := time.Date(2024, 2, 29, 12, 0, 0, 7, time.UTC)
	exec(t, db, "INSERT INTO t VALUES(?, '2024-02-29'), (?, 'x')", last, last.Add(-time.Hour))
	var got, first time.Time
	var note string
	if err := db.QueryRow("SELECT max(at), coalesce(min(at), 0), max(note || '') FROM t").Scan(&got, &first, &note); err != nil || !got.Equal(last) || !first.Equal(last.Add(-time.Hour)) || note != "x" {
		t.Errorf("%v, %v, %q, %v", got, first, note, err)
	}
	var any any
	if err := db.QueryRow("SELECT max(note || '') FROM t WHERE note < 'a'").Scan(&any); err != nil || any != "2024-02-29" {
		t.Errorf("text that merely looks like a date: %v, %v", any, err)
	}
	if err := asText.QueryRow("SELECT max(at) FROM t").Scan(&any); err != nil || any != "2024-02-29 12:00:00.000000007Z" {
		t.Errorf("_expr_time=0: %v, %v", any, err)
	}
}

func TestStoredTimesSortAndAreSQLites(t *testing.T) {
	base := time.Date(2024, 3, 31, 1, 59, 59, 999999999, time.FixedZone("", -3600))
	times := []time.Time{base, base.Add(1), base.Add(-1), base.Add(time.Hour).In(time.FixedZone("", 5*3600+2700)), time.Unix(0, 0), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	for _, format := range []string{"text", "unixmicro", "mattn"} {
		db := open(t, ":memory:?_time="+format)
		exec(t, db, "CREATE TABLE t(i, at TIMESTAMP)")
		for i, at := range times {
			exec(t, db, "INSERT INTO t VALUES(?, ?)", i, at)
		}
		rows, err := db.Query("SELECT i, at FROM t ORDER BY at, i")
		if err != nil {
			t.Fatal(err)
		}
		var previous time.Time
		for rows.Next() {
			var i int
			var at time.Time
			if err := rows.Scan(&i, &at); err != nil {
				t.Fatal(err)
			}
			want := times[i]
			if format == "unixmicro" {
				want = want.Truncate(time.Microsecond)
			}
			if !at.Equal(want) || format != "mattn" && at.Before(previous) {
				t.Errorf("%s: %v, want %v; after %v", format, at, want, previous)
			}
			previous = at
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Error(err)
		}
		if format == "text" {
			if n := count(t, db, "SELECT count(*) FROM t WHERE datetime(at) IS NOT NULL"); n != len(times) {
				t.Errorf("SQLite's date functions read %d of %d times", n, len(times))
			}
		}
	}
	for _, at := range []time.Time{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if _, err := open(t, ":memory:").Exec("SELECT ?", at); err == nil {
			t.Errorf("year %d is bound", at.Year())
		}
	}
}

// TestConvertingMattnsTimes runs the UPDATE of the manual over times of every
// number of digits: none loses one, and all sort afterwards.
func TestConvertingMattnsTimes(t *testing.T) {
	page, err := os.ReadFile("../docs/moving-from-mattn.md")
	if err != nil {
		t.Fatal(err)
	}
	update := regexp.MustCompile("`(UPDATE t SET at = [^`]*)`").FindSubmatch(page)
	if update == nil {
		t.Fatal("the page has no UPDATE of times")
	}
	kept := func(update string) (wrong int) {
		name := file(t)
		mattn, db := open(t, name+"?_time=mattn"), open(t, name)
		exec(t, db, "CREATE TABLE t(i, at DATETIME)")
		var times []time.Time
		for _, nanos := range []int{0, 100000000, 123000000, 123456000, 123456789, 999999999, 1, 999500000} {
			for _, zone := range []int{0, -5 * 3600, 5*3600 + 2700} {
				times = append(times, time.Date(2024, 12, 31, 23, 59, 59, nanos, time.FixedZone("", zone)))
			}
		}
		for i, at := range times {
			exec(t, mattn, "INSERT INTO t VALUES(?, ?)", i, at)
		}
		exec(t, db, "INSERT INTO t VALUES(?, ?)", len(times), times[0].Add(time.Hour))
		times = append(times, times[0].Add(time.Hour))
		exec(t, db, update)
		exec(t, db, update) // what is converted stays as it is
		for i, at := range times {
			var got time.Time
			var text string
			if err := db.QueryRow("SELECT at, CAST(at AS BLOB) FROM t WHERE i = ?", i).Scan(&got, &text); err != nil || !got.Equal(at) {
				wrong++
				continue
			}
			if text != at.UTC().Format("2006-01-02 15:04:05.000000000Z") {
				wrong++
			}
		}
		return wrong
	}
	if n := kept(string(update[1])); n > 0 {
		t.Errorf("%d times are not what they were", n)
	}
	if kept("UPDATE t SET at = strftime('%Y-%m-%d %H:%M:%f000000Z', at)") == 0 {
		t.Error("plant: milliseconds alone were not noticed")
	}
}

// Offsets that the stored forms have no place for are those of another zone at the same instant.
func TestOffsetsBeyondTheForms(t *testing.T) {
	late := time.Date(10000, 1, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600)) // still 9999 in UTC
	for _, form := range []string{"rfc3339", "mattn"} {
		db := open(t, ":memory:?_time="+form)
		db.SetMaxOpenConns(1)
		exec(t, db, "CREATE TABLE t(at DATETIME)")
		for _, at := range []time.Time{late, zoned(3921), zoned(-59), zoned(15 * 3600), zoned(14*3600 + 59*60), zoned(-14*3600 - 59*60), zoned(-16 * 3600)} {
			exec(t, db, "DELETE FROM t")
			exec(t, db, "INSERT INTO t VALUES(?)", at)
			var got time.Time
			if err := db.QueryRow("SELECT at FROM t").Scan(&got); err != nil || !got.Equal(at) {
				t.Errorf("%s: %v is read as %v, %v", form, at, got, err)
			}
		}
	}
}

func zoned(offset int) time.Time {
	return time.Date(1890, 1, 1, 0, 0, 0, 0, time.FixedZone("", offset))
}
