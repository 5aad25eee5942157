// SPDX-License-Identifier: MIT

// Package contender makes the programs that are measured.
package contender

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Contender is a driver in one version, built by one Go.
type Contender struct {
	Driver  string // folder of its program
	Version string // of its module; "" is what go.mod requires
	Go      string // toolchain, such as go1.27.4; "" is that of the go command
	Musl    string // command of a C compiler for musl, which links statically; "" is the go command's compiler
	Program string // path of what was built
}

// Own is the driver that the others are compared with.
const Own = "gosqlite"

// Floor is the program in C that does nothing but call SQLite.
const Floor = "floor"

// Nothing is the driver without a database, for the part that database/sql has.
const Nothing = "nothing"

// modules are the drivers and whose version each may be asked in.
var modules = map[string]string{
	Own: "", Floor: "", Nothing: "",
	"mattn":     "github.com/mattn/go-sqlite3",
	"modernc":   "modernc.org/sqlite",
	"ncruces":   "github.com/ncruces/go-sqlite3",
	"zombiezen": "zombiezen.com/go/sqlite",
}

// Parse reads a list such as "gosqlite,mattn,mattn@latest".
func Parse(list string) ([]Contender, error) {
	var all []Contender
	for name := range strings.SplitSeq(list, ",") {
		driver, version, _ := strings.Cut(strings.TrimSpace(name), "@")
		c := Contender{Driver: driver, Version: version}
		switch module, known := modules[driver]; {
		case !known:
			return nil, fmt.Errorf("find driver %q: there are gosqlite, mattn, modernc, ncruces, zombiezen, floor and nothing", driver)
		case module == "" && strings.Contains(name, "@"):
			return nil, fmt.Errorf("find %q: %s has the version of this tree", name, driver)
		case slices.Contains(all, c):
			return nil, fmt.Errorf("measure %q: it is named twice", name)
		}
		all = append(all, c)
	}
	return all, nil
}

// WithMusl are gosqlite and the latest mattn as a C compiler for musl makes them.
func WithMusl(compiler string) []Contender {
	return []Contender{{Driver: Own, Musl: compiler}, {Driver: "mattn", Version: "latest", Musl: compiler}}
}

// CompilerName is a compiler's command without the folder that it lies in on this machine.
func CompilerName(command string) string {
	program, flags, _ := strings.Cut(command, " ")
	if program == "" {
		return ""
	}
	return strings.TrimSpace(filepath.Base(program) + " " + flags)
}

// Name is what it is called in tables. With musl there is one version of each driver.
func (c Contender) Name() string {
	if c.Musl != "" {
		return c.Driver + " musl"
	}
	if c.Version == "" {
		return c.Driver
	}
	return c.Driver + "@" + c.Version
}
