// SPDX-License-Identifier: MIT

// Command leak checks released files for what a build machine left in them, and reads facts that releases promise.
//
//	leak [--token NAME=VALUE]... [--allow FILE]... [--time TIME] [--stack-size BYTES] [--json] FILE...
//	leak imports [--golden FILE] [--max-glibc VERSION] FILE
//	leak format [--expect OS/MACHINE[/LIBC]] FILE...
//	leak rules
//
// The first form applies every rule of package leak to each FILE and all that it contains. Tokens are random values
// under which the build ran, as its user, host, home and path. TIME is RFC 3339 or seconds since 1970.
//
// imports prints what a program takes from outside, as sorted lines; with --golden it compares them with a committed
// list, with --max-glibc it checks the C library floor. format prints format, platform and kind of each FILE; with
// --expect it checks them. rules prints the table of rules.
//
// Exit status: 0 clean, 1 a file could not be checked, 2 usage, 3 a leak was found or a comparison failed.
package main

import (
	"fmt"
	"io"
	"os"
)

// Exit codes of every form of the command.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	exitFound   = 3
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// commands is the table of forms that are named by their first argument.
var commands = map[string]func(args []string, stdout, stderr io.Writer) int{
	"imports": runImports,
	"format":  runFormat,
	"rules":   runRules,
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		if cmd, ok := commands[args[0]]; ok {
			return cmd(args[1:], stdout, stderr)
		}
	}
	return runCheck(args, stdout, stderr)
}

func fail(stderr io.Writer, code int, err error) int {
	fmt.Fprintf(stderr, "leak: %v\n", err)
	return code
}
