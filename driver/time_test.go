// SPDX-License-Identifier: MIT

package driver

import (
	"math"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	tests := []struct {
		text string
		want time.Time // zero: an error
	}{
		{text: "2024-02-29", want: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{text: "2024-02-29 12:30", want: time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC)},
		{text: "2024-02-29T12:30:45", want: time.Date(2024, 2, 29, 12, 30, 45, 0, time.UTC)},
		{text: "2024-02-29 12:30:45.5", want: time.Date(2024, 2, 29, 12, 30, 45, 500000000, time.UTC)},
		{text: "2024-02-29 12:30:45.1234567891Z", want: time.Date(2024, 2, 29, 12, 30, 45, 123456789, time.UTC)},
		{text: "2024-02-29 12:30:45+05:45", want: time.Date(2024, 2, 29, 6, 45, 45, 0, time.UTC)},
		{text: "2024-02-29 12:30 -01:00", want: time.Date(2024, 2, 29, 13, 30, 0, 0, time.UTC)},
		{text: "0000-01-01", want: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		{text: "2023-02-29"},
		{text: "2024-2-29"},
		{text: "2024-02-29 "},
		{text: "2024-02-29 12"},
		{text: "2024-02-29 12:30:60"},
		{text: "2024-02-29 12:30:45."},
		{text: "2024-02-29 12:30:45 "},
		{text: "2024-02-29 12:30:45z+01:00"},
		{text: "2024-02-29 12:30:45+15:00"},
		{text: "２024-02-29"},
	}
	for _, tt := range tests {
		got, err := parseTime(tt.text)
		if (err != nil) != tt.want.IsZero() || err == nil && !got.Equal(tt.want) {
			t.Errorf("%q: %v, %v; want %v", tt.text, got, err, tt.want)
		}
	}
}

// TestIntegersBeyondTheYears reads the first and last integer of each unit, and
// those beside them, which other units are likely to have made.
func TestIntegersBeyondTheYears(t *testing.T) {
	const first, last = -62167219200, 253402300799 // seconds
	for _, tt := range []struct {
		name string
		f    timeFormat
		unit int64 // of a second
	}{
		{"text", timeText, 1}, {"unix", timeUnix, 1}, {"unixmilli", timeUnixMilli, 1e3}, {"unixmicro", timeUnixMicro, 1e6}, {"mattn", timeMattn, 1e3},
	} {
		for _, v := range []int64{first * tt.unit, (last+1)*tt.unit - 1} {
			at, err := tt.f.fromInt(v)
			if err != nil || at.Year() != 0 && at.Year() != 9999 {
				t.Errorf("%s: %d: %v, %v", tt.name, v, at, err)
			}
		}
		for _, v := range []int64{first*tt.unit - 1, (last + 1) * tt.unit, math.MinInt64, math.MaxInt64} {
			if at, err := tt.f.fromInt(v); err == nil {
				t.Errorf("%s: %d is the time %v", tt.name, v, at)
			}
		}
	}
	for _, v := range []int64{math.MinInt64, math.MaxInt64} {
		if at, err := timeUnixNano.fromInt(v); err != nil || at.UnixNano() != v {
			t.Errorf("unixnano: %d: %v, %v", v, at, err)
		}
	}
}

// FuzzParseTime holds that what parses is stored as text that reads back.
func FuzzParseTime(f *testing.F) {
	f.Add("2024-02-29 12:30:45.123456789+01:00")
	f.Add("0000-01-01 00:00:00+14:00")
	f.Fuzz(func(t *testing.T, s string) {
		first, err := parseTime(s)
		if err != nil || first.Year() < 0 || first.Year() > 9999 {
			return
		}
		again, err := parseTime(first.Format(textLayout))
		if err != nil || !again.Equal(first) {
			t.Errorf("%q: %v, then %v, %v", s, first, again, err)
		}
	})
}

func FuzzParseDSN(f *testing.F) {
	f.Add("file:a.db?mode=ro&_busy_timeout=5s")
	f.Add(":memory:?_preset=app")
	f.Fuzz(func(t *testing.T, dsn string) {
		cfg, err := parseDSN(dsn)
		if err == nil && (cfg.cacheSize < 0 || cfg.readAhead < 1 || cfg.readAhead > 64 || cfg.busy < 0 || cfg.begin == "") {
			t.Errorf("%q gives %+v", dsn, cfg)
		}
	})
}
