// SPDX-License-Identifier: MIT

package driver

import (
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
