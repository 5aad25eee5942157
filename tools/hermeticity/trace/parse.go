// SPDX-License-Identifier: MIT

package trace

import (
	"fmt"
	"strconv"
	"strings"
)

// parse reads NAME(ARGS) = RESULT.
func parse(pid int, text string) (*Call, error) {
	open := strings.IndexByte(text, '(')
	if open < 1 {
		return nil, fmt.Errorf("%.60q is no call", text)
	}
	c := &Call{PID: pid, Name: text[:open]}
	args, rest, err := arguments(text[open+1:])
	if err != nil {
		return nil, fmt.Errorf("%s of process %d: %w", c.Name, pid, err)
	}
	c.Args = args
	result, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), "= ")
	if !ok {
		return nil, fmt.Errorf("%s of process %d has no result", c.Name, pid)
	}
	return c, c.setResult(result)
}

// arguments splits at commas that are in no text, list, structure or path, up to the closing bracket.
func arguments(s string) (args []string, rest string, err error) {
	depth, begin := 0, 0
	add := func(end int) {
		if a := strings.TrimSpace(s[begin:end]); a != "" || len(args) > 0 {
			args = append(args, a)
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			n := quoted(s[i:])
			if n < 0 {
				return nil, "", fmt.Errorf("a text has no end")
			}
			i += n - 1
		case c == '<' && i > 0 && isWord(s[i-1]) && i+1 < len(s) && s[i+1] != '<':
			n := strings.IndexByte(s[i:], '>')
			if n < 0 {
				return nil, "", fmt.Errorf("a path has no end")
			}
			i += n
		case c == '/' && strings.HasPrefix(s[i:], "/*"):
			n := strings.Index(s[i:], "*/")
			if n < 0 {
				return nil, "", fmt.Errorf("a comment has no end")
			}
			i += n + 1
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' && depth == 0:
			add(i)
			return args, s[i+1:], nil
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			add(i)
			begin = i + 1
		}
	}
	return nil, "", fmt.Errorf("its arguments have no end")
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// quoted is the length of the text in quotes that s begins with, or -1.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

func (c *Call) setResult(s string) error {
	word, rest, _ := strings.Cut(s, " ")
	number, _, decorated := strings.Cut(word, "<")
	if decorated {
		// A path can have blanks in it.
		_, path, _ := strings.Cut(s, "<")
		end := strings.IndexByte(path, '>')
		if end < 0 {
			return fmt.Errorf("%s of process %d: a path has no end", c.Name, c.PID)
		}
		p, err := decode(path[:end])
		if err != nil {
			return fmt.Errorf("%s of process %d: %w", c.Name, c.PID, err)
		}
		c.Path = p
	}
	if number == "?" {
		c.Errno = "?"
		return nil
	}
	n, err := strconv.ParseInt(number, 0, 64)
	if err != nil {
		return fmt.Errorf("%s of process %d has the result %.40q", c.Name, c.PID, s)
	}
	c.Result = n
	// A process in a namespace of its own has two numbers, and is called by the one outside everywhere else.
	if outside, ok := strings.CutPrefix(rest, "/* "); ok {
		outside, _, _ = strings.Cut(outside, " in strace's PID NS")
		if c.Result, err = strconv.ParseInt(outside, 10, 64); err != nil {
			return fmt.Errorf("%s of process %d has the result %.60q", c.Name, c.PID, s)
		}
	}
	if n == -1 && !decorated {
		c.Errno, _, _ = strings.Cut(rest, " ")
	}
	return nil
}
