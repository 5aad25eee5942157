// SPDX-License-Identifier: MIT

package report

import (
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/vex"
)

func released() *Released {
	return &Released{
		Day:   time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		Basis: vex.Basis{Triage: "tt", Database: "aa", Feed: "bb"},
		Files: map[string]string{"a.cdx.json": "cc", "whole.cdx.json": "dd", "a_debug.tar.gz": "ee"},
	}
}

func TestFresh(t *testing.T) {
	keep := func(*Released) {}
	for name, c := range map[string]struct {
		report  func(r *Report)
		release func(r *Released)
		want    string
	}{
		"good":                     {func(*Report) {}, keep, ""},
		"did not pass":             {func(r *Report) { r.Pass = false }, keep, "did not pass"},
		"no release gate":          {func(r *Report) { r.Release = false }, keep, "no release gate"},
		"some scanners":            {func(r *Report) { r.Complete = false }, keep, "not every scanner"},
		"another day":              {func(r *Report) { r.Day = "2026-11-01" }, keep, "is of 2026-11-01"},
		"another bill":             {func(*Report) {}, func(r *Released) { r.Files["a.cdx.json"] = "ff" }, "as it is released"},
		"a bill that is no more":   {func(r *Report) { r.Bills = append(r.Bills, Bill{"b.cdx.json", "ff", ""}) }, keep, "read b.cdx.json, which is not released so"},
		"a release without bills":  {func(r *Report) { r.Bills = nil }, func(r *Released) { r.Files = nil }, "no bills"},
		"another twin":             {func(*Report) {}, func(r *Released) { r.Files["a_debug.tar.gz"] = "ff" }, "did not read a_debug.tar.gz as it is released"},
		"a twin that is no more":   {func(r *Report) { r.Twins = append(r.Twins, Twin{"b_debug.tar.gz", "ff", 1}) }, keep, "read b_debug.tar.gz, which is not"},
		"a twin that nobody read":  {func(*Report) {}, func(r *Released) { r.Files["b_debug.tar.gz"] = "ff" }, "did not read b_debug.tar.gz"},
		"a bill without its twin":  {func(r *Report) { r.Twins[0].File = "b_debug.tar.gz" }, func(r *Released) { delete(r.Files, "a_debug.tar.gz"); r.Files["b_debug.tar.gz"] = "ee" }, "not the programs of that platform in a_debug.tar.gz"},
		"a release without twins":  {func(r *Report) { r.Twins, r.Bills[0].Twin = nil, "" }, func(r *Released) { delete(r.Files, "a_debug.tar.gz") }, "no debug twins"},
		"a twin without programs":  {func(r *Report) { r.Twins[0].Programs = 0 }, keep, "looked at no program of a_debug.tar.gz"},
		"other decisions":          {func(r *Report) { r.Triage = "uu" }, keep, `another form of triage.json, "uu"`},
		"another database":         {func(r *Report) { r.Database.SHA256 = "uu" }, keep, "another form of the vulnerability database"},
		"another feed":             {func(r *Report) { r.Feed.SHA256 = "uu" }, keep, "another form of the C feed"},
		"no decisions named":       {func(r *Report) { r.Triage = "" }, func(r *Released) { r.Basis.Triage = "" }, "another form of triage.json"},
		"a file of another ending": {func(*Report) {}, func(r *Released) { r.Files["a.txt"] = "ff" }, "a.txt is neither"},
	} {
		r, of := sample(), released()
		c.report(r)
		c.release(of)
		text, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		err = again.Fresh(of)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := Parse([]byte(`{"schema":"x"}`)); err == nil {
		t.Error("another schema was read")
	}
}
