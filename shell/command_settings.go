// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

func runMode(_ context.Context, s *session, args []string) error {
	if !isFormat(args[0]) {
		return fmt.Errorf("mode %q is not known; choose one of %s", args[0], strings.Join(formats, ", "))
	}
	s.style.format = args[0]
	return nil
}

func runHeaders(_ context.Context, s *session, args []string) error {
	return setSwitch(&s.style.header, args[0])
}

func runTimer(_ context.Context, s *session, args []string) error {
	return setSwitch(&s.timer, args[0])
}

func setSwitch(target *bool, arg string) error {
	on, err := parseOnOff(arg)
	if err == nil {
		*target = on
	}
	return err
}

func runNullValue(_ context.Context, s *session, args []string) error {
	s.style.null = &args[0]
	return nil
}

func runOutput(_ context.Context, s *session, args []string) error {
	return s.setOutput(strings.Join(args, ""))
}

func runPrint(_ context.Context, s *session, args []string) error {
	_, err := s.out.WriteString(strings.Join(args, " ") + "\n")
	return err
}

func runRead(ctx context.Context, s *session, args []string) error {
	return s.runFile(ctx, args[0])
}

func runTimeout(_ context.Context, s *session, args []string) error {
	ms, err := strconv.ParseInt(args[0], 10, 32)
	if err != nil || ms < 0 {
		return fmt.Errorf("want milliseconds from 0 to %d, got %q", math.MaxInt32, args[0])
	}
	s.cfg.timeout = time.Duration(ms) * time.Millisecond
	return s.conn.SetBusyTimeout(s.cfg.timeout)
}

func runExit(_ context.Context, _ *session, args []string) error {
	if len(args) == 0 {
		return exitRequest{ExitOK}
	}
	code, err := strconv.ParseUint(args[0], 10, 8)
	if err != nil {
		return fmt.Errorf("want an exit code from 0 to 255, got %q", args[0])
	}
	return exitRequest{int(code)}
}

func runOpen(ctx context.Context, s *session, args []string) error {
	cfg := config{database: ":memory:"}
	rest := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--readonly" })
	cfg.readonly = len(rest) < len(args)
	switch {
	case len(rest) > 1:
		return fmt.Errorf("want one FILE, got %q", rest)
	case len(rest) == 1:
		cfg.database = rest[0]
	case cfg.readonly:
		return fmt.Errorf("--readonly needs a FILE")
	}
	return s.open(ctx, cfg.database, cfg.openFlags())
}

func runParam(_ context.Context, s *session, args []string) error {
	switch {
	case args[0] == "set" && len(args) == 3:
		name, v, err := parseParam(args[1] + "=" + args[2])
		if err == nil {
			s.params[name] = v
		}
		return err
	case args[0] == "unset" && len(args) == 2:
		name := strings.TrimLeft(args[1], ":@$?")
		if _, ok := s.params[name]; !ok {
			return fmt.Errorf("parameter %s has no value", name)
		}
		delete(s.params, name)
		return nil
	case args[0] == "list" && len(args) == 1:
		return s.listParams()
	}
	return fmt.Errorf("usage: .param set NAME VALUE | unset NAME | list")
}

func (s *session) listParams() error {
	w := s.style.newWriter(s.out)
	if err := w.begin([]string{"name", "value"}); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.params)) {
		if err := w.row([]value{textValue(name), s.params[name]}); err != nil {
			return err
		}
	}
	return w.end()
}

func textValue(s string) value { return value{kind: sqlite.Text, bytes: []byte(s)} }

func runShow(_ context.Context, s *session, _ []string) error {
	onOff := map[bool]string{true: "on", false: "off"}
	output := "stdout"
	if s.outFile != nil {
		output = s.outFile.path
	}
	database := s.conn.Filename("main")
	if database == "" {
		database = "in memory or temporary"
	}
	for _, line := range [][2]string{
		{"database", database},
		{"mode", s.style.format},
		{"headers", onOff[s.style.header]},
		{"nullvalue", strconv.Quote(s.style.nullText())},
		{"output", output},
		{"timeout", s.cfg.timeout.String()},
		{"timer", onOff[s.timer]},
	} {
		if _, err := fmt.Fprintf(s.out, "%9s: %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

func runHelp(_ context.Context, s *session, args []string) error {
	if len(args) == 1 {
		c, err := findCommand(strings.TrimPrefix(args[0], "."))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%s\n    %s\n", c.synopsis(), c.help)
		return err
	}
	for _, c := range commands() {
		if synopsis := c.synopsis(); len(synopsis) > 24 {
			fmt.Fprintf(s.out, "%s\n%26s%s\n", synopsis, "", c.help)
		} else {
			fmt.Fprintf(s.out, "%-25s %s\n", synopsis, c.help)
		}
	}
	return nil
}

func runVersion(_ context.Context, s *session, _ []string) error {
	_, err := fmt.Fprintf(s.out, "gosqlite %s\nSQLite %s\n%s\n", s.sh.releaseName(), sqlite.Version(), sqlite.SourceID())
	return err
}
