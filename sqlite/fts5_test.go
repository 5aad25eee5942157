// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// letters takes runs of letters, in lower case, and with "double" each one twice
// as a synonym with a mark.
type letters struct {
	double bool
	seen   map[sqlite.TokenizeReason]int
}

func (l *letters) Tokenize(text sqlite.RawBytes, why sqlite.TokenizeReason, _ string, emit func(sqlite.Token) error) error {
	l.seen[why]++
	for at := 0; at < len(text); {
		if !letter(text[at]) {
			at++
			continue
		}
		end := at
		for end < len(text) && letter(text[end]) {
			end++
		}
		word := bytes.ToLower(text[at:end])
		switch string(word) {
		case "bad":
			return errMine
		case "panic":
			panic(errMine)
		case "beyond":
			end = len(text) + 1
		}
		if err := emit(sqlite.Token{Text: word, Start: at, End: end}); err != nil {
			return err
		}
		if l.double {
			if err := emit(sqlite.Token{Text: append(word, '!'), Start: at, End: end, Colocated: true}); err != nil {
				return err
			}
		}
		at = end
	}
	return nil
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func openLetters(t *testing.T) (*sqlite.Conn, map[sqlite.TokenizeReason]int) {
	t.Helper()
	c := openTest(t, ":memory:")
	seen := map[sqlite.TokenizeReason]int{}
	check(t, c.CreateTokenizer("letters", func(args []string) (sqlite.Tokenizer, error) {
		if len(args) > 0 && args[0] != "double" {
			return nil, fmt.Errorf("letters: unknown argument %s: %w", args[0], errMine)
		}
		return &letters{len(args) > 0, seen}, nil
	}))
	return c, seen
}

func TestTokenizer(t *testing.T) {
	c, seen := openLetters(t)
	exec(t, c, "CREATE VIRTUAL TABLE f USING fts5(x, tokenize = 'letters'); INSERT INTO f VALUES('One, TWO; three'), ('four2five'), ('')")
	for query, want := range map[string]string{"two": "1", "five": "2", `"one two"`: "1", "fi*": "2", "six": ""} {
		if _, got, err := one(t, c, "SELECT rowid FROM f('"+query+"')"); got != want || err != nil {
			t.Errorf("%s is found in row %q, %v", query, got, err)
		}
	}
	if _, got, err := one(t, c, "SELECT highlight(f, 0, '[', ']') FROM f('three')"); got != "One, TWO; [three]" || err != nil {
		t.Errorf("highlighted %s, %v", got, err)
	}
	if seen[sqlite.TokenizeDocument] == 0 || seen[sqlite.TokenizeQuery] == 0 || seen[sqlite.TokenizeQuery|sqlite.TokenizePrefix] == 0 {
		t.Errorf("reasons %v", seen)
	}
	exec(t, c, "CREATE VIRTUAL TABLE d USING fts5(x, tokenize = 'letters double'); INSERT INTO d VALUES('one two')")
	exec(t, c, "CREATE VIRTUAL TABLE v USING fts5vocab(d, 'row')")
	if _, got, err := one(t, c, "SELECT group_concat(term) FROM v"); got != "one,one!,two,two!" || err != nil {
		t.Errorf("terms %s, %v", got, err)
	}
	for text, target := range map[string]error{"a bad word": errMine, "panic now": errMine, "beyond": sqlite.ErrRange} {
		if err := c.Exec("INSERT INTO f VALUES('" + text + "')"); !errors.Is(err, target) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := c.Exec("CREATE VIRTUAL TABLE e USING fts5(x, tokenize = 'letters triple')"); !errors.Is(err, errMine) {
		t.Errorf("a tokenizer that is not made: %v", err)
	}
	exec(t, c, "INSERT INTO f(f) VALUES('integrity-check')")
}

func TestFTS5Function(t *testing.T) {
	c, _ := openLetters(t)
	exec(t, c, "CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize = 'letters'); INSERT INTO f VALUES('one two', 'three'), ('two two', ''), ('four', 'one')")
	var kept *sqlite.Match
	check(t, c.CreateFTS5Function("explain_match", sqlite.FTS5(func(m *sqlite.Match, args []sqlite.Arg) (string, error) {
		kept = m
		rows, err := m.Rows()
		if err != nil {
			return "", err
		}
		total, err := m.TotalSize(-1)
		if err != nil {
			return "", err
		}
		s := []string{fmt.Sprintf("%s row %d of %d, %d columns, %d tokens", args[0].Text(), m.RowID(), rows, m.Columns(), total)}
		for i := range m.Phrases() {
			token, err := m.PhraseToken(i, 0)
			if err != nil {
				return "", err
			}
			holds := 0
			if err := m.QueryPhrase(i, func(*sqlite.Match) error { holds++; return nil }); err != nil {
				return "", err
			}
			s = append(s, fmt.Sprintf("%s*%d in %d", token, m.PhraseSize(i), holds))
		}
		n, err := m.Instances()
		if err != nil {
			return "", err
		}
		for i := range n {
			phrase, column, token, err := m.Instance(i)
			if err != nil {
				return "", err
			}
			s = append(s, fmt.Sprint(phrase, "@", column, ".", token))
		}
		text, err := m.ColumnText(0)
		if err != nil {
			return "", err
		}
		size, err := m.ColumnSize(0)
		if err != nil {
			return "", err
		}
		if _, err := m.ColumnText(7); !errors.Is(err, sqlite.ErrRange) {
			return "", fmt.Errorf("column 7 of 2: %w", err)
		}
		return strings.Join(append(s, fmt.Sprintf("%s/%d", text, size)), "; "), nil
	})))
	_, got, err := one(t, c, "SELECT explain_match(f, 'the') FROM f('two OR one') ORDER BY rowid")
	if want := "the row 1 of 3, 2 columns, 7 tokens; two*1 in 2; one*1 in 2; 1@0.0; 0@0.1; one two/2"; got != want || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := kept.ColumnText(0); !errors.Is(err, sqlite.ErrMisuse) || kept.RowID() != 0 {
		t.Errorf("a match after its call: %v", err)
	}
	check(t, c.CreateFTS5Function("fails", sqlite.FTS5(func(m *sqlite.Match, _ []sqlite.Arg) (int64, error) {
		n := 0
		if err := m.QueryPhrase(0, func(*sqlite.Match) error { n++; return sqlite.ErrStopPhrase }); err != nil || n != 1 {
			t.Errorf("stopped after %d rows, %v", n, err)
		}
		return 0, m.QueryPhrase(0, func(*sqlite.Match) error { return errMine })
	})))
	if _, _, err := one(t, c, "SELECT fails(f) FROM f('two')"); !errors.Is(err, errMine) {
		t.Errorf("error: %v", err)
	}
	check(t, c.CreateFTS5Function("panics", sqlite.FTS5(func(*sqlite.Match, []sqlite.Arg) (int64, error) { panic(errMine) })))
	if _, _, err := one(t, c, "SELECT panics(f) FROM f('two')"); !panicked(err) {
		t.Errorf("panic: %v", err)
	}
}
