// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"slices"
	"strings"
)

// keywords are the words of https://sqlite.org/lang_keywords.html that start or
// shape everyday statements.
var keywords = strings.Fields(`
	ABORT ADD AFTER ALL ALTER ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN
	BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT
	CREATE CROSS CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT
	DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE
	EXCEPT EXCLUSIVE EXISTS EXPLAIN FILTER FOREIGN FROM FULL GENERATED GLOB GROUP
	HAVING IF IMMEDIATE IN INDEX INDEXED INNER INSERT INSTEAD INTERSECT INTO IS
	ISNULL JOIN KEY LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NOT NOTHING NOTNULL
	NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PLAN PRAGMA PRIMARY QUERY
	RECURSIVE REFERENCES REINDEX RELEASE RENAME REPLACE RETURNING RIGHT ROLLBACK
	ROW ROWS SAVEPOINT SELECT SET TABLE TEMP THEN TO TRANSACTION TRIGGER UNION
	UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT`)

// maxChoices bounds the choices shown for one Tab.
const maxChoices = 60

// complete completes the word before pos: a dot command at the start of the
// line, else a keyword, table or column.
func (s *session) complete(ctx context.Context, line string, pos int) (string, int, []string, bool) {
	start := pos
	for start > 0 && isWordByte(line[start-1]) {
		start--
	}
	word := line[start:pos]
	var found []string
	switch {
	case start == 1 && line[0] == '.':
		for _, c := range commands() {
			found = appendMatch(found, word, c.name)
		}
	case word == "":
		return "", 0, nil, false
	default:
		for _, k := range keywords {
			if isLower(word) {
				k = strings.ToLower(k)
			}
			found = appendMatch(found, word, k)
		}
		found = append(found, s.schemaNames(ctx, word)...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) == 0 {
		return "", 0, nil, false
	}
	common := found[0]
	for _, name := range found[1:] {
		common = commonPrefix(common, name)
	}
	if len(found) == 1 {
		common += " "
	}
	if len(common) <= len(word) {
		return "", 0, found[:min(len(found), maxChoices)], false
	}
	return line[:start] + common + line[pos:], start + len(common), nil, true
}

// schemaNames lists tables and columns that begin with word. A failure only
// means that there is nothing to offer.
func (s *session) schemaNames(ctx context.Context, word string) []string {
	const list = `SELECT name FROM pragma_table_list WHERE substr(name, 1, length(?1)) = ?1 COLLATE NOCASE
		UNION SELECT c.name FROM pragma_table_list AS t, pragma_table_info(t.name, t.schema) AS c
		WHERE substr(c.name, 1, length(?1)) = ?1 COLLATE NOCASE LIMIT 200`
	var names []string
	err := s.query(ctx, list, []string{word}, func(row []value) error {
		names = append(names, string(row[0].bytes))
		return nil
	})
	if err != nil {
		return nil
	}
	return names
}

func appendMatch(found []string, word, name string) []string {
	if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) {
		return append(found, name)
	}
	return found
}

// commonPrefix ignores the case of ASCII letters and keeps a's.
func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && lowerASCII(a[n]) == lowerASCII(b[n]) {
		n++
	}
	return a[:n]
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func isLower(word string) bool { return word == strings.ToLower(word) }
