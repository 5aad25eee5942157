// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/bench/figure"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		done bool
		says string
	}{
		{"", 0, false, ""},
		{"-h", exitOK, true, "-quick"},
		{"-h", exitOK, true, "-musl"},
		{"-list -workloads ^scan$", exitOK, true, "scan "},
		{"-drivers sqinn", exitUsage, true, "find driver"},
		{"-workloads nothing", exitUsage, true, "find workloads"},
		{"-workloads (", exitUsage, true, "read -workloads"},
		{"-rounds -1", exitUsage, true, "counted from 1"},
		{"scan", exitUsage, true, "no words"},
		{"-nothing", exitUsage, true, "-nothing"},
	} {
		t.Run(c.args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			_, code, done := parseOptions(strings.Fields(c.args), &stdout, &stderr)
			said := stdout.String() + stderr.String()
			if code != c.code || done != c.done || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, %v: %s", code, done, said)
			}
		})
	}
}

// With musl there are two more, behind those of -drivers, whatever those are.
func TestMuslOption(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-drivers", "gosqlite,mattn,floor"}, "gosqlite mattn floor"},
		{[]string{"-drivers", "gosqlite,floor", "-musl", "zig cc -target x86_64-linux-musl"}, "gosqlite floor gosqlite musl mattn musl"},
	} {
		o, code, done := parseOptions(c.args, io.Discard, io.Discard)
		var names []string
		for _, one := range o.all() {
			names = append(names, one.Name())
			if one.Musl != "" && one.Musl != o.musl {
				t.Errorf("%s is built by %q", one.Name(), one.Musl)
			}
		}
		if got := strings.Join(names, " "); done || got != c.want {
			t.Errorf("%q: %s, exit %d, want %s", c.args, got, code, c.want)
		}
	}
}

func TestGroups(t *testing.T) {
	var names []string
	for _, group := range groups([]workload.Workload{{Name: "a"}, {Name: "a-more", Beside: "a"}, {Name: "b"}, {Name: "a-late", Beside: "a"}}) {
		name := ""
		for _, w := range group {
			name += w.Name + " "
		}
		names = append(names, name)
	}
	if got := strings.Join(names, "| "); got != "a a-more | b | a-late " {
		t.Errorf("groups are %s", got)
	}
}

// The toolchains that the command takes by itself are the tree's.
func TestDefaultGo(t *testing.T) {
	pins, err := os.ReadFile("../../pins/pins.json")
	if err != nil {
		t.Fatal(err)
	}
	var pinned struct {
		SDK struct{ Version string } `json:"go_sdk"`
	}
	if err := json.Unmarshal(pins, &pinned); err != nil {
		t.Fatal(err)
	}
	lint, err := os.ReadFile("../lint/oldest.go")
	if err != nil {
		t.Fatal(err)
	}
	oldest := regexp.MustCompile(`OldestGo = "(\S+)"`).FindSubmatch(lint)
	if oldest == nil {
		t.Fatal("tools/lint/oldest.go names no oldest Go")
	}
	if want := "go" + pinned.SDK.Version + "," + string(oldest[1]); defaultGo != want {
		t.Errorf("the default is %s, the tree has %s", defaultGo, want)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.md")
	if err := os.WriteFile(page, []byte("# Page\n\n<!-- driver -->\nold\n<!-- /driver -->\n\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := options{json: filepath.Join(dir, "raw.json"), svg: filepath.Join(dir, "plot.svg"), update: page}
	r := &figure.Report{Date: "2026-01-02"}
	if err := write(r, o, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(got)
	if !strings.HasPrefix(text, "# Page\n\n<!-- driver -->\nMeasured 2026-01-02") || !strings.HasSuffix(text, "<!-- /driver -->\n\nafter\n") || strings.Contains(text, "old\n") {
		t.Errorf("the page is\n%s", text)
	}
	for _, file := range []string{o.json, o.svg} {
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	o.update = filepath.Join(dir, "plot.svg")
	if err := write(r, o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "find the section") {
		t.Errorf("a page without marks: %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, ".bench-*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}
