// SPDX-License-Identifier: MIT

package driver

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// config is a data source name, parsed and checked.
type config struct {
	name   string // what sqlite.Open gets: a path or a file: URI
	flags  sqlite.OpenFlags
	memory string // "", or how a memory database is shared: "pool" or "process"

	busy      time.Duration
	begin     string // BEGIN and its mode
	pragmas   []string
	journal   string // journal mode that was asked for
	settings  []setting
	cacheSize int // statements
	readAhead int
	time      timeFormat
	location  *time.Location // times are read in it; nil is UTC
	exprTime  bool           // expressions may be times
	optimize  bool           // on close
	hardened  bool
}

type setting struct {
	option sqlite.DBConfigOption
	on     bool
}

// parser fills a config from the parameters it meets.
type parser struct {
	cfg    *config
	pragma map[string]string
	others []string   // pragmas given by _pragma
	uri    url.Values // what stays for SQLite
	shared bool
	memory bool
}

func parseDSN(dsn string) (*config, error) {
	if strings.IndexByte(dsn, 0) >= 0 {
		return nil, fmt.Errorf("gosqlite: data source name holds a NUL byte")
	}
	path, query, _ := strings.Cut(dsn, "?")
	isURI := strings.HasPrefix(path, "file:")
	query, fragment, _ := strings.Cut(query, "#")
	if fragment != "" {
		return nil, fmt.Errorf("gosqlite: data source name: a fragment (#%s) has no meaning: write %%23 for #", fragment)
	}
	if isURI {
		if err := checkPath(strings.TrimPrefix(path, "file:")); err != nil {
			return nil, fmt.Errorf("gosqlite: data source name: %w", err)
		}
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("gosqlite: data source name: parameters: %w", err)
	}
	p := &parser{
		cfg: &config{
			flags:     sqlite.OpenReadWrite | sqlite.OpenCreate,
			busy:      sqlite.DefaultBusyTimeout,
			begin:     "BEGIN DEFERRED",
			cacheSize: 64,
			readAhead: 64,
			exprTime:  true,
		},
		pragma: map[string]string{},
		uri:    url.Values{},
	}
	if err := p.parameters(values, isURI); err != nil {
		return nil, err
	}
	for _, pp := range pragmaParameters {
		if v, ok := p.pragma[pp.name]; ok {
			p.cfg.pragmas = append(p.cfg.pragmas, "PRAGMA "+pp.name+" = "+v)
		}
	}
	p.cfg.pragmas = append(p.cfg.pragmas, p.others...)
	p.cfg.journal = p.pragma["journal_mode"]
	return p.cfg, p.target(path, isURI)
}

// checkPath refuses what SQLite would open as another name than the one that is
// written: https://sqlite.org/uri.html
func checkPath(path string) error {
	if i := strings.IndexByte(path, '#'); i >= 0 {
		return fmt.Errorf("a fragment (%s) has no meaning: write %%23 for #", path[i:])
	}
	if authority, ok := strings.CutPrefix(path, "//"); ok {
		if authority, _, _ = strings.Cut(authority, "/"); authority != "" && authority != "localhost" {
			return fmt.Errorf("%q is no host whose files can be opened: write file:///path, or file:path", authority)
		}
	}
	for i := strings.IndexByte(path, '%'); i >= 0; {
		if i+3 > len(path) || !isHex(path[i+1]) || !isHex(path[i+2]) {
			return fmt.Errorf("the path has %q where an escape of two hexadecimal digits is due: write %%25 for %%", path[i:min(i+3, len(path))])
		}
		if path[i+1:i+3] == "00" {
			return fmt.Errorf("the path holds a NUL byte")
		}
		next := strings.IndexByte(path[i+3:], '%')
		if next < 0 {
			break
		}
		i += 3 + next
	}
	return nil
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// parameters applies the preset first, so that the others override it.
func (p *parser) parameters(values url.Values, isURI bool) error {
	keys := make([]string, 0, len(values))
	for k, v := range values {
		if k == "_pragma" {
			for _, one := range v {
				pragma, err := parsePragma(one)
				if err != nil {
					return fmt.Errorf("gosqlite: data source name: parameter _pragma=%s: %w", one, err)
				}
				p.others = append(p.others, pragma)
			}
			continue
		}
		if len(v) != 1 {
			return fmt.Errorf("gosqlite: data source name: parameter %s is given %d times", k, len(v))
		}
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if (a == "_preset") != (b == "_preset") {
			if a == "_preset" {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, k := range keys {
		v := values.Get(k)
		ok, err := p.parameter(k, v, isURI)
		if err != nil {
			return fmt.Errorf("gosqlite: data source name: parameter %s=%s: %w", k, v, err)
		}
		if !ok {
			return fmt.Errorf("gosqlite: data source name: unknown parameter %q: see the documentation of package driver", k)
		}
	}
	return nil
}

func (p *parser) parameter(k, v string, isURI bool) (known bool, err error) {
	if options, ok := switches[k]; ok {
		on, err := parseSwitch(v)
		for _, option := range options {
			p.cfg.settings = append(p.cfg.settings, setting{option, on})
		}
		return true, err
	}
	if pp, ok := pragmaOf(k); ok {
		p.pragma[pp.name], err = pp.value(v)
		return true, err
	}
	switch k {
	case "_preset":
		return true, p.preset(v)
	case "_busy_timeout":
		p.cfg.busy, err = parseWait(v)
	case "_txlock":
		p.cfg.begin, err = parseBegin(v)
	case "_stmt_cache":
		p.cfg.cacheSize, err = parseRange(v, 0, 10000)
	case "_read_ahead":
		p.cfg.readAhead, err = parseRange(v, 1, 64)
	case "_time":
		p.cfg.time, err = parseTimeFormat(v)
	case "_loc":
		p.cfg.location, err = parseLocation(v)
	case "_expr_time":
		p.cfg.exprTime, err = parseSwitch(v)
	case "_optimize":
		p.cfg.optimize, err = parseSwitch(v)
	case "_hardened":
		p.cfg.hardened, err = parseSwitch(v)
	default:
		if !isURI {
			return false, nil
		}
		return p.uriParameter(k, v)
	}
	return true, err
}

// uriParameter handles SQLite's own parameters: https://sqlite.org/uri.html
func (p *parser) uriParameter(k, v string) (known bool, err error) {
	switch k {
	case "mode":
		switch v {
		case "ro":
			p.cfg.flags = sqlite.OpenReadOnly
		case "rw":
			p.cfg.flags = sqlite.OpenReadWrite
		case "rwc":
		case "memory":
			p.memory = true
			return true, nil
		default:
			return true, fmt.Errorf("want ro, rw, rwc or memory")
		}
	case "cache":
		switch v {
		case "shared":
			p.shared = true
		case "private":
		default:
			return true, fmt.Errorf("want shared or private")
		}
		return true, nil
	case "immutable", "nolock":
		on, err := parseSwitch(v)
		if err != nil {
			return true, err
		}
		v = map[bool]string{false: "0", true: "1"}[on]
	case "vfs", "modeof", "psow":
	default:
		return false, nil
	}
	p.uri.Set(k, v)
	return true, nil
}

// target decides what is opened.
func (p *parser) target(path string, isURI bool) error {
	name := strings.TrimPrefix(path, "file:")
	p.memory = p.memory || name == ":memory:"
	switch {
	case p.memory:
		p.cfg.flags |= sqlite.OpenURI
		p.cfg.memory = "pool"
		if p.shared && strings.Trim(name, "/") == "" {
			return fmt.Errorf("gosqlite: data source name: a database in memory that is shared needs a name: file:NAME?mode=memory&cache=shared")
		}
		if p.shared {
			p.cfg.memory, p.cfg.name = "process", memoryName("/"+strings.TrimLeft(name, "/"))
		}
		if len(p.uri) != 0 {
			return fmt.Errorf("gosqlite: data source name: a database in memory takes no %s", p.uri.Encode())
		}
	case p.shared:
		return fmt.Errorf("gosqlite: data source name: cache=shared is only for mode=memory: connections of a pool share a file as it is")
	case isURI:
		p.cfg.flags |= sqlite.OpenURI
		p.cfg.name = path
		if len(p.uri) != 0 {
			// SQLite reads a plus as one.
			p.cfg.name += "?" + strings.ReplaceAll(p.uri.Encode(), "+", "%20")
		}
	default:
		p.cfg.name = path
	}
	return nil
}

// memoryName is the URI of a database that all connections of the process see.
func memoryName(name string) string { return "file:" + name + "?vfs=memdb" }

func (p *parser) preset(v string) error {
	if v != "app" {
		return fmt.Errorf("want app")
	}
	p.pragma["journal_mode"], p.pragma["synchronous"] = "wal", "normal"
	p.cfg.begin = "BEGIN IMMEDIATE"
	p.cfg.optimize = true
	return nil
}

func parseSwitch(v string) (bool, error) {
	switch strings.ToLower(v) {
	case "1", "on", "true", "yes":
		return true, nil
	case "0", "off", "false", "no":
		return false, nil
	}
	return false, fmt.Errorf("want 1 or 0")
}

func parseLocation(v string) (*time.Location, error) {
	if v == "auto" {
		return time.Local, nil
	}
	loc, err := time.LoadLocation(v)
	if err != nil || v == "" {
		return nil, fmt.Errorf("want auto or a name such as Europe/Vienna: %v", err)
	}
	return loc, nil
}

func parseBegin(v string) (string, error) {
	switch v {
	case "deferred", "immediate", "exclusive":
		return "BEGIN " + strings.ToUpper(v), nil
	}
	return "", fmt.Errorf("want deferred, immediate or exclusive")
}

func parseWait(v string) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	if ms, e := strconv.ParseInt(v, 10, 32); e == nil {
		d, err = time.Duration(ms)*time.Millisecond, nil
	}
	if err != nil || d < 0 || d > 24*24*time.Hour {
		return 0, fmt.Errorf("want a duration such as 5s, or milliseconds, up to 24 days")
	}
	return d, nil
}

func parseRange(v string, low, high int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("want a number from %d to %d", low, high)
	}
	return n, nil
}
