// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// command is one dot command.
type command struct {
	name  string
	usage string // arguments, as .help shows them
	help  string // one sentence
	least int    // fewest arguments
	most  int    // most arguments, -1 for any number
	run   func(ctx context.Context, s *session, args []string) error
}

// commands is in the order of .help. It is a function because .help reads it.
func commands() []command {
	return []command{
		{"backup", "FILE", "copy the database to FILE, which appears only when whole", 1, 1, runBackup},
		{"databases", "", "list the attached databases and their files", 0, 0, runDatabases},
		{"dbconfig", "[NAME on|off]", "show or change safety settings of the connection", 0, 2, runDBConfig},
		{"dump", "[PATTERN]", "write the database, or the tables like PATTERN, as SQL", 0, 1, runDump},
		{"exit", "[CODE]", "leave the shell", 0, 1, runExit},
		{"headers", "on|off", "show column names in table, csv and list", 1, 1, runHeaders},
		{"help", "[COMMAND]", "show the commands", 0, 1, runHelp},
		{"import", "FILE TABLE [--csv|--tsv] [--skip N] [--create]", "load a file in one transaction", 2, -1, runImport},
		{"indexes", "[TABLE]", "list indexes, of the tables like TABLE", 0, 1, runIndexes},
		{"mode", strings.Join(formats, "|"), "choose the output format", 1, 1, runMode},
		{"nullvalue", "TEXT", "show NULL as TEXT", 1, 1, runNullValue},
		{"open", "[--readonly] [FILE]", "close the database and open FILE, or an empty one in memory", 0, 2, runOpen},
		{"output", "[FILE]", "send results to FILE, or to stdout again", 0, 1, runOutput},
		{"param", "set NAME VALUE | unset NAME | list", "give values to parameters such as :NAME", 1, 3, runParam},
		{"print", "[TEXT]...", "print TEXT", 0, -1, runPrint},
		{"quit", "", "leave the shell", 0, 0, runExit},
		{"read", "FILE", "run the statements and commands of FILE", 1, 1, runRead},
		{"restore", "FILE", "replace the database by the content of FILE", 1, 1, runRestore},
		{"schema", "[PATTERN]", "show the CREATE statements, of the tables like PATTERN", 0, 1, runSchema},
		{"show", "", "show the settings", 0, 0, runShow},
		{"tables", "[PATTERN]", "list tables and views, with names like PATTERN", 0, 1, runTables},
		{"timeout", "MILLISECONDS", "wait this long for a locked database", 1, 1, runTimeout},
		{"timer", "on|off", "print the run time of each statement on stderr", 1, 1, runTimer},
		{"version", "", "show the versions of gosqlite and SQLite", 0, 0, runVersion},
	}
}

// runCommand runs one line that starts with a dot.
func (s *session) runCommand(ctx context.Context, line string, at position) error {
	err := s.dispatch(ctx, line)
	var exit exitRequest
	var placed *placedError
	if err == nil || errors.As(err, &exit) || errors.As(err, &placed) && placed.at.line > 0 {
		return err
	}
	return &placedError{at: at, cause: interruption(ctx, err)}
}

func (s *session) dispatch(ctx context.Context, line string) error {
	words, err := splitWords(line)
	if err != nil {
		return err
	}
	name, args := strings.TrimPrefix(words[0], "."), words[1:]
	c, err := findCommand(name)
	if err != nil {
		return err
	}
	if len(args) < c.least || c.most >= 0 && len(args) > c.most {
		return fmt.Errorf("usage: %s", c.synopsis())
	}
	return c.run(ctx, s, args)
}

func (c *command) synopsis() string { return strings.TrimRight("."+c.name+" "+c.usage, " ") }

func findCommand(name string) (*command, error) {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i >= 0 {
		return &all[i], nil
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.name
	}
	if near := closest(name, names); near != "" {
		return nil, fmt.Errorf("command .%s is not known; did you mean .%s?", name, near)
	}
	return nil, fmt.Errorf("command .%s is not known; .help lists all", name)
}

// splitWords cuts a command line at spaces. 'single quotes' keep their text as
// it is; in "double quotes" \" \\ \n \t and \r are understood and any other
// backslash stands for itself, so that Windows paths survive.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	open, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == '"' && c == '\\' && i+1 < len(line) && strings.IndexByte(`"\ntr`, line[i+1]) >= 0:
			i++
			word.WriteByte(unescaped[line[i]])
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == ' ' || c == '\t':
			if open {
				words = append(words, word.String())
				word.Reset()
			}
			open = false
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("quote %c is not closed", quote)
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

var unescaped = map[byte]byte{'"': '"', '\\': '\\', 'n': '\n', 't': '\t', 'r': '\r'}

// closest returns the name with the smallest edit distance to word, or "" when
// none is near enough to be what the user meant.
func closest(word string, names []string) string {
	best, least := "", max(2, len(word)/2)+1
	for _, name := range names {
		d := editDistance(word, name)
		if strings.HasPrefix(name, word) && word != "" {
			d = 0
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
