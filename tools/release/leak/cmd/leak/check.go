// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/release/leak"
)

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func flags(name, usage string, stderr io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s\n", usage)
		fs.PrintDefaults()
	}
	return fs
}

// parse maps the errors of a flag set to exit codes; ok tells whether to go on.
func parse(fs *flag.FlagSet, args []string) (code int, ok bool) {
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, false
	case err != nil:
		return exitUsage, false
	}
	return 0, true
}

func runCheck(args []string, stdout, stderr io.Writer) int {
	fs := flags("leak", "leak [flags] FILE...   (or: leak imports | format | rules)", stderr)
	var tokens, allow list
	fs.Var(&tokens, "token", "random `NAME=VALUE` that stood for a fact of the build machine; may be repeated")
	fs.Var(&allow, "allow", "further allow list `FILE`, in the form of allow.json; may be repeated")
	when := fs.String("time", "", "`TIME` of every archive member, RFC 3339 or seconds since 1970")
	stack := fs.Uint64("stack-size", 0, "main stack in `BYTES` of static C programs and Windows programs; 0 does not check")
	asJSON := fs.Bool("json", false, "print JSON")
	if code, ok := parse(fs, args); !ok {
		return code
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return exitUsage
	}
	opts, err := options(tokens, allow, *when, *stack)
	if err != nil {
		return fail(stderr, exitUsage, err)
	}
	c, err := leak.New(opts)
	if err != nil {
		return fail(stderr, exitUsage, err)
	}
	for _, name := range fs.Args() {
		data, err := readFile(name)
		if err != nil {
			c.Fail(name, err)
			continue
		}
		c.File(name, data)
	}
	r := c.Report()
	if *asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(r)
	} else {
		err = r.WriteTable(stdout)
	}
	switch {
	case err != nil:
		return fail(stderr, exitFailure, fmt.Errorf("write report: %w", err))
	case len(r.Findings) > 0:
		return exitFound
	case len(r.Failures) > 0 || r.Files() == 0:
		return exitFailure
	}
	return exitOK
}

func options(tokens, allow list, when string, stack uint64) (leak.Options, error) {
	opts := leak.Options{StackSize: stack}
	for _, t := range tokens {
		name, value, ok := strings.Cut(t, "=")
		if !ok {
			return opts, fmt.Errorf("read --token %q: write NAME=VALUE", t)
		}
		opts.Tokens = append(opts.Tokens, leak.Token{Name: name, Value: value})
	}
	var err error
	if opts.Allow, err = leak.DefaultAllow(); err != nil {
		return opts, err
	}
	for _, name := range allow {
		data, err := os.ReadFile(name)
		if err != nil {
			return opts, err
		}
		if err := opts.Allow.Add(name, data); err != nil {
			return opts, err
		}
	}
	if when == "" {
		return opts, nil
	}
	t, err := time.Parse(time.RFC3339, when)
	if n, bad := strconv.ParseInt(when, 10, 64); bad == nil {
		t, err = time.Unix(n, 0), nil
	}
	if err != nil {
		return opts, fmt.Errorf("read --time %q: write RFC 3339 or seconds since 1970", when)
	}
	opts.Time = &t
	return opts, nil
}

// readFile reads a file whose size is bounded before memory is taken.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file", name)
	}
	if info.Size() > binary.MaxImage {
		return nil, fmt.Errorf("read %s: %d bytes are more than the limit of %d", name, info.Size(), binary.MaxImage)
	}
	return os.ReadFile(name)
}

func runRules(args []string, stdout, stderr io.Writer) int {
	fs := flags("leak rules", "leak rules", stderr)
	if code, ok := parse(fs, args); !ok {
		return code
	}
	for _, r := range leak.Rules {
		fmt.Fprintf(stdout, "%-14s %s\n", r.Name, r.Doc)
	}
	return exitOK
}
