// SPDX-License-Identifier: MIT

// Package shell is the SQL shell gosqlite as a value: [Shell] holds arguments,
// streams and environment, [Shell.Run] does the work and returns an exit code.
// The program cmd/gosqlite only fills the fields in.
//
//	gosqlite [flags] [DATABASE] [SQL...]
//	gosqlite version [--json]
//	gosqlite help
//
// # Input
//
// SQL comes from the arguments, from scripts (-f) or from stdin. A line that
// starts with a dot where no statement was begun is a dot command; .help lists
// them. A run stops at the first failure; --keep-going reports it and goes on.
// A failure shows SQLite's message, the extended result code and, where SQLite
// knows the place, the line with a caret:
//
//	gosqlite: stdin:3: no such column: nam (SQLITE_ERROR)
//	  SELECT nam FROM users
//	         ^
//
// Every parameter needs a value from --param or .param; one without a value is
// an error. In NAME=VALUE the value is bound as INTEGER or REAL if writing the
// number again gives the same text, else as TEXT. NAME:TYPE=VALUE decides it:
// int, real, text, blob (hexadecimal) or null (empty).
//
// # Output formats
//
// Results go to stdout, everything else to stderr. A failure before the first
// row writes nothing.
//
//   - table: aligned by display width, numbers to the right. Widths come from
//     the first 1000 rows or 4 MiB, whichever ends first; later rows are
//     written as they come. Control characters are escaped. EXPLAIN QUERY PLAN
//     is drawn as a tree.
//   - csv: RFC 4180 with CRLF. NULL is an empty field, the empty text is "".
//   - json: one array of objects per statement. Integers have all their digits,
//     a blob is {"base64":"..."}, an infinity 1e999, a repeated column name gets
//     the suffix ":1". Bytes that are not UTF-8 become U+FFFD.
//   - line: one column a line, an empty line between rows.
//   - list: values with "|" between them, text as it is.
//
// Outside json a blob is written as X'hex'. Reals are the shortest decimals that
// read back as the same number. All formats but table hold one row in memory.
//
// # Files
//
// .backup and .output write to a temporary name in the same folder, sync and
// rename: a run that fails or is killed leaves no file under the final name. One
// that is killed may leave the unfinished .NAME.partN, which is safe to delete.
// .import loads CSV or TSV in one transaction; a bad record names its line and
// rolls all of it back. An unquoted empty field is NULL (or one equal to the
// text of --null), a quoted one is text. With --create the first line names the
// columns, each TEXT. Column counts must agree.
//
// .dump writes a virtual table into sqlite_schema, which a connection refuses
// while it is defensive; run ".dbconfig defensive off" before such a script.
//
// # Interactive mode
//
// With a [Terminal] and no SQL the shell reads lines with editing, history and
// completion by Tab. Ctrl-C drops the line or interrupts the statement, Ctrl-D
// leaves. The history is kept in $XDG_STATE_HOME/gosqlite/history (default
// ~/.local/state, %LOCALAPPDATA% on Windows), readable by its owner only, at
// most 1000 lines; GOSQLITE_HISTORY names another file, or none when empty.
// Lines that start with a space are not kept.
//
// # Version
//
// version --json prints an object with the keys version, sqlite_version,
// sqlite_source_id, compile_options, go_version, goos, goarch and build; build
// has path, module, settings and deps (path, version, sum). Keys are only added.
//
// # Exit codes
//
// 0: all was done. 1: a statement, a command or the output failed. 2: the
// command line was wrong. .exit N leaves with N.
package shell
