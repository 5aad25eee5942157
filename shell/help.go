// SPDX-License-Identifier: MIT

package shell

const helpText = `gosqlite runs SQL on an SQLite database.

Usage:
  gosqlite [flags] [DATABASE] [SQL...]   run SQL, or read it from stdin
  gosqlite version [--json]              show versions and build facts
  gosqlite help                          show this text

DATABASE is a file name or a file: URI and is made when it does not exist;
without one an empty database in memory is used. SQL may hold dot commands, one
a line. With neither SQL nor -f, stdin is read: line by line with editing and
history on a terminal, as a script otherwise. A database named "help" or
"version" is opened as ./help or ./version.

Flags:
  --format FORMAT      table (default), csv, json, line or list
  --header=false       no column names in table, csv and list
  --null TEXT          show NULL as TEXT; default NULL in table and line, else empty
  --param NAME=VALUE   value of the parameter :NAME, @NAME, $NAME or ?N; repeatable.
                       A plain number is bound as a number, all else as text;
                       NAME:TYPE=VALUE says it: int, real, text, blob (hex), null
  -f FILE              run the script FILE, - is stdin; repeatable, before SQL
  --readonly           never write to DATABASE
  --keep-going         go on after a failure; the exit code is 1 all the same
  --timeout DURATION   wait for a locked database, default 5s
  --timer              print the run time of each statement on stderr

Examples:
  gosqlite app.db "SELECT * FROM users"
  gosqlite --format json --param id=7 app.db "SELECT * FROM users WHERE id = :id"
  gosqlite app.db ".import users.csv users --create" "SELECT count(*) FROM users"
  gosqlite --readonly --format csv app.db "SELECT * FROM log" > log.csv
  gosqlite app.db ".backup app-copy.db"
  gosqlite app.db .dump | gosqlite copy.db
  gosqlite app.db                        # interactive; .help lists the commands

Exit codes: 0 done, 1 a statement or command failed, 2 wrong usage.
Environment: NO_COLOR, GOSQLITE_HISTORY (history file, empty for none),
XDG_STATE_HOME.
`
