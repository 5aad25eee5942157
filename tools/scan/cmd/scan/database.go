// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/feed"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/vex"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

// importDatabase keeps the records that touch the tree's module graphs and the standard library.
func importDatabase(ctx context.Context, args []string, env environment) error {
	var root, out, commit, date, source string
	rest, err := parse("db import", env, args, func(f *flag.FlagSet) {
		f.StringVar(&root, "root", "", "")
		f.StringVar(&out, "out", "", "")
		f.StringVar(&commit, "commit", "", "")
		f.StringVar(&date, "date", "", "")
		f.StringVar(&source, "source", "https://vuln.go.dev", "")
	})
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return action.UsageError("db import takes one database: a folder, a file:// or an https:// address")
	}
	if date != "" {
		if _, err := parseDay(date); err != nil {
			return err
		}
	}
	if root, err = findRoot(root, env); err != nil {
		return err
	}
	files, err := modFiles(ctx, env.system(), root)
	if err != nil {
		return fmt.Errorf("find go.mod files: %w", err)
	}
	modules, err := vulndb.Modules(files)
	if err != nil {
		return err
	}
	var client *http.Client
	if strings.HasPrefix(rest[0], "http") {
		client = env.client
	}
	db, err := vulndb.Open(ctx, client, rest[0], modules)
	if err != nil {
		return err
	}
	// Where the copy lay on this machine says nothing to anybody else.
	db.Meta.Source, db.Meta.Commit, db.Meta.Date = source, commit, orElse(date, db.Meta.Date)
	if _, err := db.Day(); err != nil {
		return err
	}
	out = orElse(out, filepath.Join(root, "tools", "scan", "db"))
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := db.Write(out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%d records for %d modules, of %s, sha256 %s\n", db.Meta.Records, len(db.Meta.Modules), db.Meta.Date, db.Meta.SHA256)
	return err
}

// checkPass lets the train and the publisher ask whether a scan lets a release out.
// It goes by the decisions, the database and the feed of the tree, whatever the scan was told to go by.
func checkPass(ctx context.Context, args []string, env environment) error {
	var file, date, root string
	rest, err := parse("pass", env, args, func(f *flag.FlagSet) {
		f.StringVar(&file, "report", "", "")
		f.StringVar(&date, "date", "", "")
		f.StringVar(&root, "root", "", "")
	})
	if err != nil {
		return err
	}
	day, err := parseDay(date)
	if err != nil {
		return err
	}
	text, err := readFile(file)
	if err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	r, err := report.Parse(text)
	if err != nil {
		return err
	}
	released := &report.Released{Day: day, Files: map[string]string{}}
	if root, err = findRoot(root, env); err != nil {
		return err
	}
	if released.Basis, err = treeBasis(ctx, root); err != nil {
		return err
	}
	for _, name := range rest {
		sum, err := action.Digest(name)
		if err != nil {
			return fmt.Errorf("read what is released: %w", err)
		}
		base := filepath.Base(name)
		if released.Files[base] != "" {
			return action.UsageError("two files have the name %s", base)
		}
		released.Files[base] = sum
	}
	return action.Reject(r.Fresh(released))
}

// treeBasis is what the tree itself judges releases by.
func treeBasis(ctx context.Context, root string) (vex.Basis, error) {
	var b vex.Basis
	text, err := readFile(filepath.Join(root, "tools", "scan", "triage.json"))
	if err != nil {
		return b, fmt.Errorf("read triage: %w", err)
	}
	known, err := feed.Embedded()
	if err != nil {
		return b, err
	}
	db, err := vulndb.Open(ctx, nil, filepath.Join(root, "tools", "scan", "db"), nil)
	if err != nil {
		return b, err
	}
	return vex.Basis{Triage: action.DigestOf(text), Database: db.Meta.SHA256, Feed: known.SHA256}, nil
}
