// SPDX-License-Identifier: MIT

package driver

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// timeFormat is how a time.Time is stored, and the unit of stored integers.
type timeFormat int

const (
	timeText timeFormat = iota // fixed-width UTC text
	timeRFC3339
	timeUnix
	timeUnixMilli
	timeUnixMicro
	timeUnixNano
	timeMattn
)

// mattnLayout is how github.com/mattn/go-sqlite3 stores times.
const mattnLayout = "2006-01-02 15:04:05.999999999-07:00"

// textLayout sorts as time does, also against CURRENT_TIMESTAMP, and SQLite's
// date functions read it.
const textLayout = "2006-01-02 15:04:05.000000000Z"

func parseTimeFormat(v string) (timeFormat, error) {
	for f, name := range []string{"text", "rfc3339", "unix", "unixmilli", "unixmicro", "unixnano", "mattn"} {
		if v == name {
			return timeFormat(f), nil
		}
	}
	return 0, errors.New("want text, rfc3339, unix, unixmilli, unixmicro, unixnano or mattn")
}

func (f timeFormat) value(t time.Time) (sqlite.Value, error) {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return sqlite.Value{}, fmt.Errorf("year %d has no form of four digits", y)
	}
	if f == timeRFC3339 || f == timeMattn {
		// The forms have no seconds of an offset, and no year of five digits.
		const most = 14*60*60 + 59*60
		if _, offset := t.Zone(); offset%60 != 0 || offset < -most || offset > most || t.Year() < 0 || t.Year() > 9999 {
			t = t.UTC()
		}
	}
	switch f {
	case timeRFC3339:
		return sqlite.TextValue(t.Format(time.RFC3339Nano)), nil
	case timeMattn:
		return sqlite.TextValue(t.Format(mattnLayout)), nil
	case timeUnix:
		return sqlite.Int64Value(t.Unix()), nil
	case timeUnixMilli:
		return sqlite.Int64Value(t.UnixMilli()), nil
	case timeUnixMicro:
		return sqlite.Int64Value(t.UnixMicro()), nil
	case timeUnixNano:
		if y := t.UTC().Year(); y < 1678 || y > 2261 {
			return sqlite.Value{}, fmt.Errorf("year %d does not fit nanoseconds in 64 bits", y)
		}
		return sqlite.Int64Value(t.UnixNano()), nil
	}
	return sqlite.TextValue(t.UTC().Format(textLayout)), nil
}

// fromInt reads a stored integer.
func (f timeFormat) fromInt(v int64) (time.Time, error) {
	var t time.Time
	if f == timeMattn && (v > 1e12 || v < -1e12) {
		f = timeUnixMilli
	}
	switch f {
	case timeUnixMilli:
		t = time.UnixMilli(v)
	case timeUnixMicro:
		t = time.UnixMicro(v)
	case timeUnixNano:
		t = time.Unix(0, v)
	default:
		if v < -62167219200 || v > 253402300799 {
			return time.Time{}, fmt.Errorf("%d seconds are beyond the years 0 to 9999: set _time to its unit", v)
		}
		t = time.Unix(v, 0)
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return time.Time{}, fmt.Errorf("%d is beyond the years 0 to 9999: set _time to its unit", v)
	}
	return t.UTC(), nil
}

// isStored tells whether text is exactly what value makes of a time, so that it
// can hardly be anything else. Only text of fixed width is that distinct.
func (f timeFormat) isStored(s string) bool {
	return f == timeText && len(s) == len(textLayout) && s[4] == '-' && s[10] == ' ' && s[13] == ':' && s[19] == '.' && s[29] == 'Z'
}

// fromJulian reads a Julian day number, to the millisecond as SQLite does:
// https://sqlite.org/lang_datefunc.html
func fromJulian(day float64) (time.Time, error) {
	if !(day >= 0 && day < 5373484.5) {
		return time.Time{}, fmt.Errorf("%v is no Julian day of the years -4713 to 9999", day)
	}
	const unixEpoch = 2440587.5
	return time.UnixMilli(int64(math.Round((day - unixEpoch) * 86400000))).UTC(), nil
}

var errTimeText = errors.New("want YYYY-MM-DD, optionally HH:MM[:SS[.fraction]] after a space or T, and Z or ±HH:MM")

// parseTime reads SQLite's forms of a date with an optional time.
func parseTime(s string) (time.Time, error) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return time.Time{}, errTimeText
	}
	d := digits{ok: true}
	year, month, day := d.of(s[0:4]), d.of(s[5:7]), d.of(s[8:10])
	s = s[10:]
	var hour, minute, second, nano, offset int
	if s != "" {
		if len(s) < 6 || s[0] != ' ' && s[0] != 'T' || s[3] != ':' {
			return time.Time{}, errTimeText
		}
		hour, minute = d.of(s[1:3]), d.of(s[4:6])
		if s = s[6:]; len(s) >= 3 && s[0] == ':' {
			second = d.of(s[1:3])
			s = s[3:]
			nano, s = d.fraction(s)
		}
		offset = d.zone(s)
	}
	if !d.ok || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, errTimeText
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	if t.Day() != day {
		return time.Time{}, fmt.Errorf("month %d of %d has no day %d", month, year, day)
	}
	return t.Add(-time.Duration(offset) * time.Minute), nil
}

// digits reads fixed fields and remembers whether all were good.
type digits struct{ ok bool }

func (d *digits) of(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			d.ok = false
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// fraction reads .digits as nanoseconds; digits beyond the ninth are dropped.
func (d *digits) fraction(s string) (nano int, rest string) {
	if s == "" || s[0] != '.' {
		return 0, s
	}
	i, scale := 1, 100000000
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		nano += int(s[i]-'0') * scale
		scale /= 10
	}
	if i == 1 {
		d.ok = false
	}
	return nano, s[i:]
}

// zone reads nothing, Z or ±HH:MM as minutes east; SQLite allows a space before.
func (d *digits) zone(s string) int {
	if s != "" && s[0] == ' ' {
		s = s[1:]
		d.ok = d.ok && s != ""
	}
	if s == "" || s == "Z" || s == "z" {
		return 0
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		d.ok = false
		return 0
	}
	h, m := d.of(s[1:3]), d.of(s[4:6])
	if h > 14 || m > 59 {
		d.ok = false
	}
	if s[0] == '-' {
		return -(h*60 + m)
	}
	return h*60 + m
}
