// SPDX-License-Identifier: MIT

package sqlite3

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// defaults are what the other driver's connections start with and package
// driver's do not.
var defaults = url.Values{
	"_foreign_keys":   {"0"},
	"_synchronous":    {"normal"},
	"_defensive":      {"0"},
	"_trusted_schema": {"1"},
	"_dqs":            {"1"},
	"_time":           {"mattn"},
	"_expr_time":      {"0"},
}

// same are parameters that both drivers have, by each of their names.
var same = map[string]string{
	"_auto_vacuum": "_auto_vacuum", "_vacuum": "_auto_vacuum",
	"_busy_timeout": "_busy_timeout", "_timeout": "_busy_timeout",
	"_cache_size":          "_cache_size",
	"_case_sensitive_like": "_case_sensitive_like", "_cslike": "_case_sensitive_like",
	"_foreign_keys": "_foreign_keys", "_fk": "_foreign_keys",
	"_ignore_check_constraints": "_ignore_check_constraints",
	"_journal_mode":             "_journal_mode", "_journal": "_journal_mode",
	"_loc":          "_loc",
	"_locking_mode": "_locking_mode", "_locking": "_locking_mode",
	"_query_only":         "_query_only",
	"_recursive_triggers": "_recursive_triggers", "_rt": "_recursive_triggers",
	"_secure_delete":   "_secure_delete",
	"_stmt_cache_size": "_stmt_cache",
	"_synchronous":     "_synchronous", "_sync": "_synchronous",
	"_txlock":          "_txlock",
	"_writable_schema": "_writable_schema",
}

// words are values that the other driver takes besides those of package driver.
var words = map[string]map[string]string{
	"_auto_vacuum": {"0": "none", "1": "full", "2": "incremental"},
	"_synchronous": {"0": "off", "1": "normal", "2": "full", "3": "extra"},
}

// ofSQLite are parameters that SQLite reads from a file: URI.
var ofSQLite = []string{"cache", "immutable", "mode", "modeof", "nolock", "psow", "vfs"}

// translate makes a data source name of package driver of one of the other
// driver. What is unknown stays, for package driver to refuse by name.
func translate(dsn string) (string, error) {
	path, query, _ := strings.Cut(dsn, "?")
	given, err := url.ParseQuery(query)
	if err != nil {
		return "", fmt.Errorf("sqlite3: data source name: parameters: %w", err)
	}
	isURI := strings.HasPrefix(path, "file:")
	memory := path == ":memory:" || path == "file::memory:" || isURI && given.Get("mode") == "memory"
	out := maps.Clone(defaults)
	for _, k := range slices.Sorted(maps.Keys(given)) {
		v := given.Get(k)
		name, known := same[k]
		switch {
		case known:
			if word, ok := words[name][strings.ToLower(v)]; ok {
				v = word
			}
			if name == "_secure_delete" && strings.EqualFold(v, "default") {
				continue
			}
			if k != name && given.Has(name) {
				continue // the long name wins
			}
			out.Set(name, v)
		case k == "_mutex":
			if v != "no" && v != "full" {
				return "", fmt.Errorf("sqlite3: data source name: parameter _mutex=%s: want no or full", v)
			}
		case k == "_defer_foreign_keys" || k == "_defer_fk":
			// A transaction's end turns it off, so it never had an effect here.
		case strings.HasPrefix(k, "_auth"):
			return "", fmt.Errorf("sqlite3: data source name: parameter %s: SQLite has no user authentication any more: protect the file", k)
		case slices.Contains(ofSQLite, k):
			// Without file: SQLite never sees them. cache=shared of a file would
			// be a cache that connections share; here each has its own.
			if isURI && (k != "cache" || memory) {
				out.Set(k, v)
			}
		default:
			out.Set(k, v)
		}
	}
	return path + "?" + out.Encode(), nil
}
