// SPDX-License-Identifier: MIT

package doctor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/progress"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

func setup(t *testing.T) *registries.Setup {
	t.Helper()
	cache := t.TempDir()
	st, err := store.Open(func(k string) string { return map[string]string{"HOME": cache}[k] })
	if err != nil {
		t.Fatal(err)
	}
	pin := func(kind string) pins.Pin {
		return pins.Pin{Version: "1", Tree: strings.Repeat("0", 64), Channels: []pins.Channel{{Kind: kind}}}
	}
	f := &pins.File{GoSDK: pin(pins.GoModule), Zig: pin(pins.Wheel), SQLite: pin(pins.Crate)}
	s := registries.New(st, f, t.TempDir(), nil, progress.New(io.Discard, false, time.Now), "/jdk")
	s.GOOS, s.GOARCH = "linux", "amd64"
	return s
}

// machine has every program but those named.
func machine(without ...string) Machine {
	return Machine{
		LookPath: func(name string) (string, error) {
			for _, w := range without {
				if w == name {
					return "", errors.New("not found")
				}
			}
			return "/usr/bin/" + name, nil
		},
		HasPip: func() bool { return true },
		Version: func(name string) string {
			return map[string]string{"go": "go version go1.27.4 linux/amd64\n", "cargo": "cargo 1.91.0\n"}[name]
		},
		Free:    func(string) (uint64, error) { return 2 * Builds, nil },
		Exists:  func(string) bool { return true },
		Sandbox: func() error { return nil },
	}
}

func fillCache(t *testing.T, s *registries.Setup) {
	t.Helper()
	parts := []string{s.Bazel(), s.GoModules()}
	for _, n := range s.Pins.All() {
		parts = append(parts, registries.Input(n))
	}
	for _, p := range parts {
		if err := os.MkdirAll(s.Store.Path(p), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestExamine(t *testing.T) {
	for _, c := range []struct {
		name  string
		full  bool // all inputs are in the cache
		plant func(*registries.Setup, *Machine)
		row   string // the row that is missing, "" for none
		how   string
	}{
		{"a good machine", false, func(*registries.Setup, *Machine) {}, "", ""},
		{"all there", true, func(*registries.Setup, *Machine) {}, "", ""},
		{"no cargo", false, func(_ *registries.Setup, m *Machine) { *m = machine("cargo") }, "cargo", "apt-get install cargo"},
		{"no cargo, not needed", true, func(_ *registries.Setup, m *Machine) { *m = machine("cargo", "apt-get", "python3") }, "", ""},
		{"neither git nor a C compiler", false, func(_ *registries.Setup, m *Machine) { *m = machine("git", "cc") }, "", ""},
		{"no go", true, func(_ *registries.Setup, m *Machine) { *m = machine("go") }, "go", "golang-go"},
		{"an old go", true, func(_ *registries.Setup, m *Machine) {
			m.Version = func(string) string { return "go version go1.19.8 linux/amd64" }
		}, "go", "go.dev/dl"},
		{"an old cargo", false, func(_ *registries.Setup, m *Machine) {
			m.Version = func(name string) string { return map[string]string{"cargo": "cargo 1.65.0"}[name] }
		}, "cargo", "rustup"},
		{"an old cargo, not needed", true, func(_ *registries.Setup, m *Machine) {
			m.Version = func(name string) string { return map[string]string{"cargo": "cargo 1.65.0"}[name] }
		}, "", ""},
		{"a client that is just new enough", false, func(_ *registries.Setup, m *Machine) {
			m.Version = func(name string) string {
				return map[string]string{"go": "go version go1.21 linux/amd64", "cargo": "cargo 1.68.2"}[name]
			}
		}, "", ""},
		{"no pip", false, func(_ *registries.Setup, m *Machine) { m.HasPip = func() bool { return false } }, "python3", "python3-pip"},
		{"no keyring", false, func(_ *registries.Setup, m *Machine) { m.Exists = func(string) bool { return false } }, "debian keyring", "debian-archive-keyring"},
		{"a full disk", false, func(_ *registries.Setup, m *Machine) { m.Free = func(string) (uint64, error) { return 1, nil } }, "disk", "free space"},
		{"a full disk, nothing to fetch", true, func(_ *registries.Setup, m *Machine) { m.Free = func(string) (uint64, error) { return 1, nil } }, "", ""},
		{"no sandbox", true, func(_ *registries.Setup, m *Machine) {
			m.Sandbox = func() error { return errors.New("mount failed") }
		}, "sandbox", "kernel.apparmor_restrict_unprivileged_userns=0"},
		{"another machine", false, func(s *registries.Setup, _ *Machine) { s.GOARCH = "riscv64" }, "machine", "bazelisk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m := setup(t), machine()
			if c.full {
				fillCache(t, s)
			}
			c.plant(s, &m)
			r := Examine(s, m)
			missing := ""
			for _, row := range r.Rows {
				if row.Status == Missing {
					missing += row.Name
					if !strings.Contains(row.How, c.how) {
						t.Errorf("%s: how %q lacks %q", row.Name, row.How, c.how)
					}
				}
			}
			if missing != c.row || r.Ready != (c.row == "") {
				t.Errorf("missing %q, ready %v; want %q", missing, r.Ready, c.row)
			}
		})
	}
}

func TestOptional(t *testing.T) {
	for _, without := range []string{"", "git", "cc"} {
		r := Examine(setup(t), machine(without))
		for _, row := range r.Rows {
			if row.Name != "git" && row.Name != "cc" {
				continue
			}
			want := Row{row.Name, OK, "/usr/bin/" + row.Name, ""}
			if row.Name == without {
				want = Row{row.Name, Optional, row.Detail, "apt-get install " + debianPackage[row.Name]}
			}
			if row != want {
				t.Errorf("without %q: %v, want %v", without, row, want)
			}
		}
		if !strings.Contains(fmt.Sprint(r.Rows), "git") || !strings.Contains(fmt.Sprint(r.Rows), "{cc ") || !r.Ready {
			t.Errorf("without %q: rows %v, ready %v", without, r.Rows, r.Ready)
		}
	}
}

// A disk on which inputs fit and builds do not is told, and keeps nobody from trying.
func TestDiskForBuilds(t *testing.T) {
	for _, c := range []struct {
		free uint64
		err  error
		want Row
	}{
		{Builds, nil, Row{"disk for builds", OK, "10.0 GB free", ""}},
		{Builds - 1e8, nil, Row{"disk for builds", Optional, "9.9 GB free; the builds of README.md take about 10",
			"free space, or name another place with XDG_CACHE_HOME"}},
		{0, errors.New("no such folder"), Row{"disk for builds", Optional, "no such folder", "name a cache folder with XDG_CACHE_HOME"}},
	} {
		s, m := setup(t), machine()
		fillCache(t, s)
		m.Free = func(string) (uint64, error) { return c.free, c.err }
		if r := Examine(s, m); !slices.Contains(r.Rows, c.want) || !r.Ready {
			t.Errorf("%d, %v: rows %v, ready %v; want %v", c.free, c.err, r.Rows, r.Ready, c.want)
		}
	}
}

func TestOutput(t *testing.T) {
	s := setup(t)
	r := Examine(s, machine("cargo"))
	var table, text bytes.Buffer
	if err := errors.Join(r.WriteTable(&table), r.WriteJSON(&text)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), "missing   not in PATH") || !strings.Contains(table.String(), "apt-get install cargo") {
		t.Errorf("table\n%s", table.String())
	}
	var again Report
	if err := json.Unmarshal(text.Bytes(), &again); err != nil || len(again.Rows) != len(r.Rows) || again.Ready {
		t.Errorf("JSON %s, %v", text.String(), err)
	}
}
