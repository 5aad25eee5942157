// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"strings"
)

// command is a driver's command line, understood.
type command struct {
	out          string
	shared, pie  bool
	strip        bool
	exportAll    bool
	inputs       []input
	linker       []string // options meant for the linker itself, in GNU's spelling
	searchDirs   []string
	frameworks   []string
	machoOptions []string // driver options that only an Apple target has
}

// input is a file, or a library to be searched for.
type input struct {
	name    string
	library bool
}

func (c *command) kind() string {
	switch {
	case c.shared:
		return "shared"
	case c.pie:
		return "pie"
	}
	return "exe"
}

// ignored are options that concern compiling, or that lld and the runtime's list settle.
var ignored = map[string]bool{
	"-pthread": true, "-mthreads": true, "-static": true, "-static-libgcc": true, "-no-pie": true, "-nopie": true,
	"-no-canonical-prefixes": true, "-Wl,-x": true, "-Wl,-nopie": true, "-Wl,-no_pie": true, "-Wl,--start-group": true,
	"-Wl,--end-group": true, "-mconsole": true, "-mwindows": true, "-c": true, "-nostdlib": true,
}

var ignoredPrefixes = []string{"-f", "-m", "-O", "-g", "-Q", "-D", "-I", "-std=", "--target=", "-ffile-", "-W"}

// parse reads a driver's command line; an option that it does not know is an error, never dropped in silence.
func parse(args []string) (*command, error) {
	c := &command{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		next := func() (string, error) {
			if i++; i >= len(args) {
				return "", fmt.Errorf("read link options: %s has no value", a)
			}
			return args[i], nil
		}
		if err := c.option(a, next); err != nil {
			return nil, err
		}
	}
	if c.out == "" {
		c.out = "a.out"
	}
	return c, nil
}

func (c *command) option(a string, next func() (string, error)) (err error) {
	var v string
	switch {
	case a == "-o":
		c.out, err = next()
	case a == "-shared", a == "-dynamiclib":
		c.shared = true
	case a == "-pie", a == "-Wl,-pie":
		c.pie = true
	case a == "-s", a == "-Wl,-s":
		c.strip = true
	case a == "-rdynamic", a == "-Wl,--export-dynamic":
		c.exportAll = true
	case a == "-arch", a == "-isystem", a == "-target":
		_, err = next()
	case a == "-framework":
		v, err = next()
		c.frameworks = append(c.frameworks, v)
	case a == "-Xlinker":
		v, err = next()
		c.linker = append(c.linker, v)
	case a == "-u":
		v, err = next()
		c.linker = append(c.linker, a, v)
	case ignored[a]:
	case strings.HasPrefix(a, "-Wl,-T,") && strings.HasSuffix(a, "fix_debug_gdb_scripts.ld"):
		// A script for GNU ld only, which would otherwise sort a debugger's section wrongly.
	case strings.HasPrefix(a, "-Wl,"):
		c.linker = append(c.linker, strings.Split(a[4:], ",")...)
	case strings.HasPrefix(a, "-L"):
		c.searchDirs = append(c.searchDirs, a[2:])
	case strings.HasPrefix(a, "-l"):
		c.inputs = append(c.inputs, input{name: a[2:], library: true})
	case a == "-headerpad_max_install_names", strings.HasPrefix(a, "-headerpad"):
		c.machoOptions = append(c.machoOptions, a)
	case !strings.HasPrefix(a, "-"):
		c.inputs = append(c.inputs, input{name: a})
	default:
		return unknown(a)
	}
	return err
}

func unknown(a string) error {
	for _, p := range ignoredPrefixes {
		if strings.HasPrefix(a, p) {
			return nil
		}
	}
	return fmt.Errorf("read link options: unknown option %s: add it to toolchains/zig/link/command.go", a)
}
