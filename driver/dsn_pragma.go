// SPDX-License-Identifier: MIT

package driver

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// pragmaParameter is a parameter _NAME that sets PRAGMA NAME.
type pragmaParameter struct {
	name  string
	value func(v string) (string, error) // checks v and gives what the pragma gets
}

// pragmaParameters are in the order in which they run: what shapes an empty
// file before what writes its first page, synchronous after the journal mode
// it belongs to.
var pragmaParameters = []pragmaParameter{
	{"page_size", pageSize},
	{"auto_vacuum", oneOf("none", "full", "incremental")},
	{"locking_mode", oneOf("normal", "exclusive")},
	{"journal_mode", oneOf("delete", "truncate", "persist", "memory", "wal", "off")},
	{"synchronous", oneOf("off", "normal", "full", "extra")},
	{"cache_size", integer},
	{"mmap_size", integer},
	{"journal_size_limit", integer},
	{"wal_autocheckpoint", integer},
	{"temp_store", oneOf("default", "file", "memory")},
	{"secure_delete", orWord(switchValue, "fast")},
	{"case_sensitive_like", switchValue},
	{"recursive_triggers", switchValue},
	{"ignore_check_constraints", switchValue},
	{"cell_size_check", switchValue},
	{"query_only", switchValue},
}

// pragmaOf is the pragma that parameter k sets.
func pragmaOf(k string) (pragmaParameter, bool) {
	i := slices.IndexFunc(pragmaParameters, func(p pragmaParameter) bool { return "_"+p.name == k })
	if i < 0 {
		return pragmaParameter{}, false
	}
	return pragmaParameters[i], true
}

func oneOf(words ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		v = strings.ToLower(v)
		if !slices.Contains(words, v) {
			return "", fmt.Errorf("want one of %s", strings.Join(words, ", "))
		}
		return v, nil
	}
}

func orWord(value func(string) (string, error), word string) func(string) (string, error) {
	return func(v string) (string, error) {
		if strings.EqualFold(v, word) {
			return word, nil
		}
		s, err := value(v)
		if err != nil {
			return "", fmt.Errorf("%w, or %s", err, word)
		}
		return s, nil
	}
}

func integer(v string) (string, error) {
	if n, err := strconv.ParseInt(v, 10, 64); err != nil || strconv.FormatInt(n, 10) != v {
		return "", errors.New("want a whole number")
	}
	return v, nil
}

func pageSize(v string) (string, error) {
	if n, err := strconv.Atoi(v); err != nil || n < 512 || n > 65536 || n&(n-1) != 0 {
		return "", errors.New("want a power of two from 512 to 65536")
	}
	return v, nil
}

func switchValue(v string) (string, error) {
	on, err := parseSwitch(v)
	if on {
		return "1", err
	}
	return "0", err
}

// otherPragma is the form of _pragma, one call without room for a second
// statement: name or name(value).
var otherPragma = regexp.MustCompile(`^[a-z_]+(\([-+.\w]*\))?$`)

func parsePragma(v string) (string, error) {
	if !otherPragma.MatchString(v) {
		return "", errors.New("want name(value), the value a word or a number")
	}
	return "PRAGMA " + v, nil
}

// switches are parameters that set options of the connection.
var switches = map[string][]sqlite.DBConfigOption{
	"_foreign_keys":    {sqlite.DBConfigEnableFKey},
	"_defensive":       {sqlite.DBConfigDefensive},
	"_trusted_schema":  {sqlite.DBConfigTrustedSchema},
	"_qpsg":            {sqlite.DBConfigEnableQPSG},
	"_dqs":             {sqlite.DBConfigDQSDML, sqlite.DBConfigDQSDDL},
	"_writable_schema": {sqlite.DBConfigWritableSchema},
	"_load_extension":  {sqlite.DBConfigEnableLoadExtension},
}
