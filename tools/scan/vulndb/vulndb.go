// SPDX-License-Identifier: MIT

// Package vulndb reads Go vulnerability databases and keeps the part of one that matters to this tree.
//
// # The part that is kept
//
// A kept database is a folder of two files:
//
//	database.json   where the records come from, whose they are, how many they are, and their digest
//	records.jsonl   one record a line, as compact JSON with the fields as they came, ordered by id
//
// The digest is the SHA-256 of records.jsonl; `sha256sum records.jsonl` prints it. The same digest is defined for every
// other form of database: of its records that are looked at, written this way. Two scans that name the same digest have
// looked at the same records.
//
// # Other forms
//
// A whole copy is either a folder of records (data/osv of golang/vulndb) or the layout of https://go.dev/doc/security/vuln/database
// with index/modules.json and ID/*.json, on disk, on a mirror or online. Of a whole copy, only the records that touch
// the standard library, the go command or one of the named modules are read.
package vulndb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

// The files of a kept database.
const (
	MetaFile    = "database.json"
	RecordsFile = "records.jsonl"
)

// Limits of a database.
const (
	maxRecords = 1 << 16
	maxBytes   = 256 << 20
)

// Meta says where records come from.
type Meta struct {
	Schema      string   `json:"schema"`           // gosqlite-vulndb/1
	Source      string   `json:"source"`           // address of the database
	Commit      string   `json:"commit,omitempty"` // of golang/vulndb
	Date        string   `json:"date"`             // day of the database, YYYY-MM-DD
	License     string   `json:"license"`          // SPDX
	Attribution string   `json:"attribution"`
	Modules     []string `json:"modules"` // what the records were chosen by
	Records     int      `json:"records"`
	SHA256      string   `json:"sha256"` // of records.jsonl
}

// MetaSchema identifies database.json.
const MetaSchema = "gosqlite-vulndb/1"

// Always are the names under which the database keeps the standard library and the go command.
var Always = []string{"stdlib", "toolchain"}

// A Database is records with their origin.
type Database struct {
	Meta    Meta
	Records []*osv.Record
	lines   [][]byte // of Records: compact JSON
}

// build orders records, takes their digest and counts them.
func build(meta Meta, raw map[string][]byte) (*Database, error) {
	db := &Database{Meta: meta}
	for _, data := range raw {
		line, err := osv.Compact(data)
		if err != nil {
			return nil, err
		}
		r, err := osv.Parse(line)
		if err != nil {
			return nil, err
		}
		db.Records = append(db.Records, r)
		db.lines = append(db.lines, line)
	}
	order := make([]int, len(db.Records))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(db.Records[a].ID, db.Records[b].ID) })
	records, lines := make([]*osv.Record, len(order)), make([][]byte, len(order))
	for to, from := range order {
		records[to], lines[to] = db.Records[from], db.lines[from]
		if to > 0 && records[to].ID == records[to-1].ID {
			return nil, fmt.Errorf("read database: record %s is there twice", records[to].ID)
		}
	}
	db.Records, db.lines = records, lines
	db.Meta.Schema, db.Meta.Records = MetaSchema, len(records)
	sum := sha256.Sum256(db.text())
	db.Meta.SHA256 = hex.EncodeToString(sum[:])
	return db, nil
}

func (db *Database) text() []byte {
	var b bytes.Buffer
	for _, line := range db.lines {
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// Day is the day of the database.
func (db *Database) Day() (time.Time, error) {
	day, err := time.Parse(time.DateOnly, db.Meta.Date)
	if err != nil {
		return time.Time{}, fmt.Errorf("read database: its date %q is not YYYY-MM-DD", db.Meta.Date)
	}
	return day, nil
}

// Write keeps the database in the folder dir.
func (db *Database) Write(dir string) error {
	meta, err := json.MarshalIndent(db.Meta, "", "  ")
	if err != nil {
		return fmt.Errorf("write database: %w", err)
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{RecordsFile, db.text()}, {MetaFile, append(meta, '\n')}} {
		err := action.WriteFile(filepath.Join(dir, f.name), 0o644, func(w io.Writer) error {
			_, err := w.Write(f.data)
			return err
		})
		if err != nil {
			return fmt.Errorf("write database: %w", err)
		}
	}
	return nil
}

// Export writes each record into a file of its own, the form that govulncheck reads by a file:// address. The files are for
// this run alone: they are not synced, which takes seconds for some hundred of them.
func (db *Database) Export(dir string) error {
	for i, r := range db.Records {
		if err := os.WriteFile(filepath.Join(dir, r.ID+".json"), db.lines[i], 0o600); err != nil {
			return fmt.Errorf("export database: %w", err)
		}
	}
	return nil
}

// parseKept reads a kept database and checks it against its digest.
func parseKept(metaText, records []byte) (*Database, error) {
	var meta Meta
	dec := json.NewDecoder(bytes.NewReader(metaText))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&meta); err != nil {
		return nil, fmt.Errorf("read %s: %w", MetaFile, err)
	}
	if meta.Schema != MetaSchema {
		return nil, fmt.Errorf("read %s: schema %q is not known, only %q", MetaFile, meta.Schema, MetaSchema)
	}
	if meta.License == "" || meta.Attribution == "" {
		return nil, fmt.Errorf("read %s: license and attribution are missing", MetaFile)
	}
	if sum := sha256.Sum256(records); hex.EncodeToString(sum[:]) != meta.SHA256 {
		return nil, fmt.Errorf("read %s: its SHA-256 is %x and %s says %s; import it again by scan db import", RecordsFile, sum, MetaFile, meta.SHA256)
	}
	raw := map[string][]byte{}
	for line := range bytes.Lines(records) {
		r, err := osv.Parse(line)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", RecordsFile, err)
		}
		raw[r.ID] = bytes.TrimSuffix(line, []byte("\n"))
	}
	db, err := build(meta, raw)
	if err != nil {
		return nil, err
	}
	if db.Meta.SHA256 != meta.SHA256 || db.Meta.Records != meta.Records {
		return nil, fmt.Errorf("read %s: %d records in another order or form than %s says; import it again by scan db import", RecordsFile, len(raw), MetaFile)
	}
	return db, nil
}
