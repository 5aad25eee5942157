// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// The test is also the program that is measured: it holds so many bytes, and ends with such a code.
const holds, ends = "GOSQLITE_MEASURE_HOLDS", "GOSQLITE_MEASURE_ENDS"

func TestMain(m *testing.M) {
	if text := os.Getenv(holds); text != "" {
		n, _ := strconv.Atoi(text)
		held := make([]byte, n)
		for i := 0; i < n; i += 4096 {
			held[i] = 1
		}
		code, _ := strconv.Atoi(os.Getenv(ends))
		if len(held) == 0 || held[0] == 1 {
			os.Exit(code)
		}
	}
	os.Exit(m.Run())
}

// TestMeasure: what a program had at once is seen, and it is refused above the limit; a failure of its own stays one.
func TestMeasure(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		args  []string
		holds int
		ends  string
		code  int
		says  string
	}{
		{"little", []string{"--", self}, 1 << 20, "0", action.OK, "64 allowed"},
		{"too much", []string{"--", self}, 96 << 20, "0", action.Rejected, "64 allowed"},
		{"as much as allowed", []string{"--limit", "256", "--", self}, 96 << 20, "0", action.OK, "256 allowed"},
		{"a failure", []string{"--", self}, 1 << 20, "1", action.Failure, "allowed"},
		{"a refusal", []string{"--", self}, 1 << 20, "3", action.Rejected, "allowed"},
		{"no program", []string{"--limit", "64"}, 1, "0", action.Usage, ""},
		{"no limit", []string{"--limit", "0", "--", self}, 1, "0", action.Usage, ""},
		{"a program that is not there", []string{"--", self + ".none"}, 1, "0", action.Failure, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(holds, strconv.Itoa(test.holds))
			t.Setenv(ends, test.ends)
			var stdout bytes.Buffer
			err := measure(context.Background(), test.args, &stdout)
			if code := action.Code(err); code != test.code || !strings.Contains(stdout.String(), test.says) {
				t.Errorf("exit code %d, want %d: %v: %s", code, test.code, err, &stdout)
			}
			t.Log(strings.TrimSpace(stdout.String()))
		})
	}
}
