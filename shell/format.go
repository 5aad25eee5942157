// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"slices"
	"strings"
)

// formats are the names that --format and .mode take.
var formats = []string{"table", "csv", "json", "line", "list"}

func isFormat(name string) bool { return slices.Contains(formats, name) }

// style is what the user chose about the look of results.
type style struct {
	format  string
	header  bool
	null    *string // nil: the format's own text
	colours bool
}

// nullText is the text of NULL: visible where a person reads, empty where a
// program does.
func (st style) nullText() string {
	switch {
	case st.null != nil:
		return *st.null
	case st.format == "table" || st.format == "line":
		return "NULL"
	}
	return ""
}

// rowWriter writes one result set. begin comes first, end last, each once; row
// does not keep the values. Errors are those of the writer below.
type rowWriter interface {
	begin(columns []string) error
	row(values []value) error
	end() error
}

func (st style) newWriter(w *bufio.Writer) rowWriter {
	switch st.format {
	case "csv":
		return &csvWriter{w: w, header: st.header, null: st.nullText()}
	case "json":
		return &jsonWriter{w: w}
	case "line":
		return &lineWriter{w: w, null: st.nullText()}
	case "list":
		return &listWriter{w: w, header: st.header, null: st.nullText()}
	}
	return &tableWriter{w: w, header: st.header, null: st.nullText(), colours: st.colours}
}

// distinctNames gives each column a name of its own: a second "a" becomes
// "a:1", as in SQLite's own subqueries.
func distinctNames(columns []string) []string {
	names := slices.Clone(columns)
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		for n := 1; seen[names[i]]; n++ {
			names[i] = name + ":" + string(appendInt(nil, int64(n)))
		}
		seen[names[i]] = true
	}
	return names
}

// quoteName writes an SQL identifier.
func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
