// SPDX-License-Identifier: MIT

// Package doctor says what a machine has of what a build needs, and how to get
// the rest.
package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

// Status of a row.
type Status string

// The verdicts. Only Missing keeps a build from running.
const (
	OK       Status = "ok"
	Fetch    Status = "to fetch" // bazelw brings it by itself
	Optional Status = "optional" // not there, or scarce; a build can do without
	Missing  Status = "missing"
)

// Row is one line of the report.
type Row struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	How    string `json:"how,omitempty"` // how to get it
}

// Report is the whole answer.
type Report struct {
	Mode  string `json:"mode"`
	Cache string `json:"cache"`
	Ready bool   `json:"ready"` // nothing required is missing
	Rows  []Row  `json:"rows"`
}

// Machine is what the doctor asks about the machine; tests put a fake in its place.
type Machine struct {
	LookPath func(string) (string, error)
	HasPip   func() bool
	Version  func(name string) string // what a client says of its version, such as "go1.27.4"; "" if it says nothing
	Free     func(dir string) (bytes uint64, err error)
	Exists   func(path string) bool
	Sandbox  func() error // makes what Bazel's sandbox makes for each action
}

// Builds is about what Bazel takes in all for the two commands of README.md, downloads included, in bytes.
const Builds = 10_000_000_000

// clients are the programs by which a channel is reached.
var clients = map[string][]string{
	pins.GoModule: {"go"}, pins.Wheel: {"python3"}, pins.Crate: {"cargo"},
	pins.Debian: {"apt-get", "apt-cache", "dpkg-deb"},
}

var debianPackage = map[string]string{"go": "golang-go", "python3": "python3 python3-pip", "cargo": "cargo",
	"apt-get": "apt", "apt-cache": "apt", "dpkg-deb": "dpkg", "git": "git", "cc": "gcc libc6-dev"}

// least is the oldest version of a client that can do the work, and where a newer one is when Debian's is older: Go since it
// fetches the toolchain that go.mod names, cargo since it reads an index over HTTPS.
var least = map[string]struct{ version, how string }{
	"go":    {"1.21", "get Go from https://go.dev/dl/"},
	"cargo": {"1.68", "install Rust by https://rustup.rs"},
}

// optional are programs that no build runs, and what does.
var optional = []struct{ name, use string }{
	{"git", "lint, scan, sign and publish"},
	{"cc", "plain `go build`, `go vet` and `go test` of the driver, lint and scan among them"},
}

// Examine makes the report for the registries mode; in the canonical mode bazelw
// answers by itself, since this program needs a Go toolchain.
func Examine(s *registries.Setup, m Machine) Report {
	r := Report{Mode: "registries", Cache: s.Store.Root, Ready: true}
	if err := s.CheckMachine(); err != nil {
		r.Rows = append(r.Rows, Row{"machine", Missing, err.Error(), "install bazelisk"})
	}
	needed := map[string]bool{"go": true} // builds the bootstrap program itself
	for _, n := range s.Inputs() {
		r.Rows = append(r.Rows, inputRow(s.Store, n.Name, n.Version, registries.Input(n)))
		if !s.Store.Has(registries.Input(n)) {
			for _, c := range clients[n.Registry().Kind] {
				needed[c] = true
			}
		}
	}
	r.Rows = append(r.Rows, inputRow(s.Store, "go_modules", "of the go.sum files", s.GoModules()))
	bazel := inputRow(s.Store, "bazel", s.Pins.Bazel.Version, s.Bazel())
	r.Rows = append(r.Rows, bazel)
	if bazel.Status == Fetch {
		for _, c := range clients[pins.Debian] {
			needed[c] = true
		}
	}
	r.Rows = append(r.Rows, javaRow(s.JDK))
	r.Rows = append(r.Rows, toolRows(s, m, needed)...)
	r.Rows = append(r.Rows, sandboxRow(m))
	r.Rows = append(r.Rows, optionalRows(m)...)
	for _, row := range r.Rows {
		if row.Status == Fetch {
			r.Rows = append(r.Rows, diskRow(s.Store.Root, m))
			break
		}
	}
	r.Rows = append(r.Rows, buildsRow(s.Store.Root, m))
	for _, row := range r.Rows {
		r.Ready = r.Ready && row.Status != Missing
	}
	return r
}

func inputRow(st *store.Store, name, version, part string) Row {
	if st.Has(part) {
		return Row{name, OK, version, ""}
	}
	return Row{name, Fetch, version, "./bazelw fetch"}
}

func javaRow(jdk string) Row {
	if jdk == "" {
		return Row{"java", OK, "Debian's, with Bazel", ""}
	}
	return Row{"java", OK, jdk, ""}
}

func toolRows(s *registries.Setup, m Machine, needed map[string]bool) []Row {
	var rows []Row
	for _, name := range []string{"apt-get", "apt-cache", "dpkg-deb", "python3", "go", "cargo"} {
		row := Row{Name: name, Status: OK, How: "apt-get install " + debianPackage[name]}
		old, aged := least[name]
		if aged {
			row.How += ", if that is " + old.version + " or newer; else " + old.how
		}
		path, err := m.LookPath(name)
		switch {
		case err == nil && (name != "python3" || m.HasPip()):
			row.Detail, row.How = path, ""
			if aged && needed[name] && older(m.Version(name), old.version) {
				row.Status, row.How = Missing, old.how
				row.Detail = fmt.Sprintf("%s is too old (%s): %s or newer is needed", path, numbers.FindString(m.Version(name)), old.version)
			}
		case needed[name] && err == nil:
			row.Status, row.Detail = Missing, path+" has no pip"
		case needed[name]:
			row.Status, row.Detail = Missing, "not in PATH"
		default:
			row.Detail, row.How = "not there, and not needed: its inputs are", ""
		}
		rows = append(rows, row)
	}
	if needed["apt-get"] {
		row := Row{"debian keyring", OK, s.Keyring, ""}
		if !m.Exists(s.Keyring) {
			row = Row{"debian keyring", Missing, s.Keyring + " is not there", "apt-get install debian-archive-keyring"}
		}
		rows = append(rows, row)
	}
	return rows
}

var numbers = regexp.MustCompile(`\d+\.\d+`)

// older tells whether the first two numbers of a version are below those of least. What says nothing is taken as it is: the
// command that needs it will tell.
func older(version, least string) bool {
	var have, want [2]int
	if _, err := fmt.Sscanf(numbers.FindString(version), "%d.%d", &have[0], &have[1]); err != nil {
		return false
	}
	if _, err := fmt.Sscanf(least, "%d.%d", &want[0], &want[1]); err != nil {
		return false
	}
	return have[0] < want[0] || have[0] == want[0] && have[1] < want[1]
}

func optionalRows(m Machine) []Row {
	var rows []Row
	for _, o := range optional {
		row := Row{o.name, Optional, "not in PATH; for " + o.use, "apt-get install " + debianPackage[o.name]}
		if path, err := m.LookPath(o.name); err == nil {
			row = Row{o.name, OK, path, ""}
		}
		rows = append(rows, row)
	}
	return rows
}

func diskRow(dir string, m Machine) Row {
	free, err := m.Free(dir)
	switch {
	case err != nil:
		return Row{"disk", Missing, err.Error(), "name a cache folder with XDG_CACHE_HOME"}
	case free < store.Need:
		return Row{"disk", Missing, fmt.Sprintf("%.1f GB free, %.1f needed", float64(free)/1e9, store.Need/1e9),
			"free space, or name another place with XDG_CACHE_HOME"}
	}
	return Row{"disk", OK, fmt.Sprintf("%.1f GB free", float64(free)/1e9), ""}
}

// buildsRow looks where Bazel's own folder lies, beside the cache. What a build takes depends on what is asked for, so that
// a full disk is only a warning.
func buildsRow(dir string, m Machine) Row {
	const name = "disk for builds"
	free, err := m.Free(dir)
	switch {
	case err != nil:
		return Row{name, Optional, err.Error(), "name a cache folder with XDG_CACHE_HOME"}
	case free < Builds:
		return Row{name, Optional, fmt.Sprintf("%.1f GB free; the builds of README.md take about %d", float64(free)/1e9, Builds/1_000_000_000),
			"free space, or name another place with XDG_CACHE_HOME"}
	}
	return Row{name, OK, fmt.Sprintf("%.1f GB free", float64(free)/1e9), ""}
}

// WriteTable prints the report for people.
func (r Report) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "mode\t%s\ncache\t%s\n\n", r.Mode, r.Cache)
	for _, row := range r.Rows {
		fmt.Fprintln(t, strings.TrimRight(strings.Join([]string{row.Name, string(row.Status), row.Detail, row.How}, "\t"), "\t"))
	}
	return t.Flush()
}

// WriteJSON prints the report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// ThisMachine asks the machine itself.
func ThisMachine() Machine {
	return Machine{
		LookPath: exec.LookPath,
		HasPip:   func() bool { return exec.Command("python3", "-m", "pip", "--version").Run() == nil },
		Version: func(name string) string {
			args := []string{"--version"}
			if name == "go" {
				args = []string{"version"}
			}
			cmd := exec.Command(name, args...)
			// The client itself, and not the toolchain that it would fetch.
			cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local")
			out, err := cmd.Output()
			if err != nil {
				return ""
			}
			return string(out)
		},
		Free: func(dir string) (uint64, error) {
			var st syscall.Statfs_t
			if err := syscall.Statfs(dir, &st); err != nil {
				return 0, fmt.Errorf("ask for free space of %s: %w", dir, err)
			}
			return st.Bavail * uint64(st.Bsize), nil
		},
		Exists:  func(path string) bool { _, err := os.Stat(path); return err == nil },
		Sandbox: makeSandbox,
	}
}
