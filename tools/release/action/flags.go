// SPDX-License-Identifier: MIT

package action

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// MaxParams bounds a params file, in bytes.
const MaxParams = 16 << 20

// Parse expands params files in args and parses the flags. It accepts no arguments beside flags. The usage text goes to
// stdout when it was asked for.
func Parse(flags *flag.FlagSet, usage string, args []string, stdout io.Writer) error {
	expanded, err := ExpandParams(args)
	if err != nil {
		return err
	}
	flags.Init(flags.Name(), flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	switch err := flags.Parse(expanded); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return err
	case err != nil:
		return UsageError("%v", err)
	case flags.NArg() > 0:
		return UsageError("unexpected argument %q: everything is given by flags", flags.Arg(0))
	}
	return nil
}

// ExpandParams replaces each argument @FILE by the lines of FILE, one argument a line with nothing quoted: the format
// "multiline" of https://bazel.build/rules/lib/builtins/Args#set_param_file_format. A params file names no other.
func ExpandParams(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, "@")
		if !ok {
			out = append(out, arg)
			continue
		}
		lines, err := readParams(name)
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	return out, nil
}

func readParams(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, UsageError("read params file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxParams+1))
	if err != nil {
		return nil, fmt.Errorf("read params file: %w", err)
	}
	if len(data) > MaxParams {
		return nil, UsageError("read params file %s: larger than %d bytes", name, MaxParams)
	}
	if len(data) == 0 {
		return nil, nil
	}
	// A lost tail would silently drop arguments, so that the last line must be whole.
	if !bytes.HasSuffix(data, []byte("\n")) {
		return nil, UsageError("read params file %s: the last line has no newline; the file is cut off", name)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), nil
}

// A List is a flag that may be given more than once.
type List []string

// String is the values, comma-separated.
func (l *List) String() string { return strings.Join(*l, ",") }

// Set appends a value.
func (l *List) Set(value string) error {
	if value == "" {
		return errors.New("empty value")
	}
	*l = append(*l, value)
	return nil
}
