// SPDX-License-Identifier: MIT

package shell

import (
	"errors"
	"flag"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

type action int

const (
	actionSQL action = iota
	actionHelp
	actionVersion
)

// config is the command line, parsed and checked.
type config struct {
	action      action
	versionJSON bool

	database  string
	sql       []string
	files     []string
	format    string
	header    bool
	null      *string // nil: the format's own text
	params    []string
	readonly  bool
	keepGoing bool
	timer     bool
	timeout   time.Duration
}

// openFlags are the flags that the database is opened with; URI names are
// always understood, see https://sqlite.org/uri.html.
func (c *config) openFlags() sqlite.OpenFlags {
	if c.readonly {
		return sqlite.OpenReadOnly | sqlite.OpenURI
	}
	return sqlite.OpenReadWrite | sqlite.OpenCreate | sqlite.OpenURI
}

// listFlag collects the values of a flag that may be repeated.
type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, " ") }
func (l *listFlag) Set(v string) error { *l = append(*l, v); return nil }

func newFlagSet(c *config) *flag.FlagSet {
	fs := flag.NewFlagSet("gosqlite", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.format, "format", "table", "")
	fs.BoolVar(&c.readonly, "readonly", false, "")
	fs.BoolVar(&c.header, "header", true, "")
	fs.BoolVar(&c.keepGoing, "keep-going", false, "")
	fs.BoolVar(&c.timer, "timer", false, "")
	fs.DurationVar(&c.timeout, "timeout", 5*time.Second, "")
	fs.Func("null", "", func(v string) error { c.null = &v; return nil })
	fs.Var((*listFlag)(&c.files), "f", "")
	fs.Var((*listFlag)(&c.params), "param", "")
	return fs
}

// parseArgs reads the command line. Flags may stand before, between and after
// the other arguments; what follows "--" is never a flag.
func parseArgs(args []string) (*config, error) {
	c := &config{}
	if len(args) > 0 {
		switch args[0] {
		case "help":
			c.action = actionHelp
			return c, nil
		case "version":
			return c, parseVersionArgs(c, args[1:])
		case "--version", "-version":
			c.action = actionVersion
			return c, nil
		}
	}
	fs := newFlagSet(c)
	positional, err := parseInterspersed(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		c.action = actionHelp
		return c, nil
	}
	if err != nil {
		return nil, usagef("%s", flagText(err))
	}
	if len(positional) > 0 {
		c.database, c.sql = positional[0], positional[1:]
	}
	return c, c.validate()
}

func parseInterspersed(fs *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		rest := fs.Args()
		if used := len(args) - len(rest); used > 0 && args[used-1] == "--" {
			return append(positional, rest...), nil
		}
		if len(rest) == 0 {
			return positional, nil
		}
		positional = append(positional, rest[0])
		args = rest[1:]
	}
}

func parseVersionArgs(c *config, args []string) error {
	c.action = actionVersion
	for _, arg := range args {
		if arg != "--json" && arg != "-json" {
			return usagef("version takes only --json, got %q", arg)
		}
		c.versionJSON = true
	}
	return nil
}

// validate states every value that no run can use.
func (c *config) validate() error {
	if c.database == "" {
		c.database = ":memory:"
	}
	if !isFormat(c.format) {
		return usagef("--format %q is not known; choose one of %s", c.format, strings.Join(formats, ", "))
	}
	if c.timeout < 0 {
		return usagef("--timeout %v is negative", c.timeout)
	}
	if c.readonly && c.database == ":memory:" {
		return usagef("--readonly needs a DATABASE")
	}
	for _, p := range c.params {
		if _, _, err := parseParam(p); err != nil {
			return usagef("--param %v", err)
		}
	}
	return nil
}

// flagText rewrites the flag package's message to the spelling that help uses.
func flagText(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		name = strings.TrimPrefix(name, "-")
		known := []string{"format", "readonly", "header", "null", "param", "f", "keep-going", "timer", "timeout", "help", "version"}
		if near := closest(name, known); near != "" {
			return "flag --" + name + " is not known; did you mean --" + near + "?"
		}
		return "flag --" + name + " is not known"
	}
	return text
}

// parseOnOff reads the argument of a switch such as `.timer on`.
func parseOnOff(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "on", "yes":
		return true, nil
	case "off", "no":
		return false, nil
	}
	v, err := strconv.ParseBool(s)
	if err != nil {
		return false, errors.New("want on or off, got " + strconv.Quote(s))
	}
	return v, nil
}
