// SPDX-License-Identifier: MIT

package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// Main is a driver's program: it serves standard input and output and returns
// the exit code.
func Main(d workload.Driver) int {
	if err := Serve(d, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", d.Name, err)
		return 1
	}
	return 0
}

// Serve answers requests until in ends.
func Serve(d workload.Driver, in io.Reader, out io.Writer) error {
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	var first request
	if err := requests.Decode(&first); err != nil {
		return fmt.Errorf("read the request: %w; this program is started by the runner, see go run . -h", err)
	}
	round, about, err := prepare(d, first)
	if err != nil {
		return replies.Encode(reply{Error: err.Error(), NotOffered: errors.Is(err, workload.ErrNotOffered)})
	}
	defer round.Close()
	if err := replies.Encode(reply{About: about}); err != nil {
		return err
	}
	for {
		var next request
		if err := requests.Decode(&next); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		m, err := measure(round)
		answer := reply{Measured: m}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := replies.Encode(answer); err != nil {
			return err
		}
	}
}

func prepare(d workload.Driver, r request) (*workload.Round, *About, error) {
	all := workload.All()
	i := slices.IndexFunc(all, func(w workload.Workload) bool { return w.Name == r.Workload })
	if i < 0 {
		return nil, nil, fmt.Errorf("find workload %q: there is none of that name", r.Workload)
	}
	about, err := aboutDriver(d)
	if err != nil {
		return nil, nil, fmt.Errorf("ask SQLite what it is: %w", err)
	}
	round, err := all[i].Prepare(&workload.Env{Driver: d, Dir: r.Dir, Size: r.Size})
	return round, about, err
}

// aboutDriver asks the build and SQLite itself.
func aboutDriver(d workload.Driver) (*About, error) {
	a := &About{Driver: d.Name, Version: moduleVersion(d.Module), Go: runtime.Version()}
	version, options := "SELECT sqlite_version()", "PRAGMA compile_options"
	if d.Open == nil {
		conn, err := d.OpenConn(":memory:", workload.Settings{})
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		if err := conn.Query(version, func(r workload.Row) { a.SQLite = r.Text(0) }); err != nil {
			return nil, err
		}
		return a, conn.Query(options, func(r workload.Row) { a.Options = append(a.Options, r.Text(0)) })
	}
	db, err := d.Open(":memory:", workload.Settings{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := db.QueryRow(version).Scan(&a.SQLite); err != nil {
		return nil, err
	}
	rows, err := db.Query(options)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var option string
		if err := rows.Scan(&option); err != nil {
			return nil, err
		}
		a.Options = append(a.Options, option)
	}
	return a, rows.Err()
}

// moduleVersion is the version that was linked.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok || path == "" {
		return "this tree"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}
