// SPDX-License-Identifier: MIT

package sumdb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Names of files.
const (
	supportedName = "supported"
	latestName    = "latest"
)

// supportedText is what nobody reads; that the file is there is the answer.
const supportedText = "supported\n"

const (
	height     = 8                // of tiles; the go command asks for no other
	wide       = 1 << height      // hashes of a full tile
	maxRecords = 100_000          // of a database
	maxFile    = wide * (4 << 10) // bytes of one file: a data tile
)

// A Reader reads a file of the database, of at most limit bytes. One that is not there is an fs.ErrNotExist.
type Reader func(path string, limit int64) ([]byte, error)

// A File is one of the database.
type File struct {
	Path  string
	Text  []byte
	Fixed bool // never changes
}

// A Database is one that was audited. It does not change.
type Database struct {
	Tree    tlog.Tree
	Signed  []byte // text of latest; nil for a database that is not there yet
	records []Record
	hashes  []tlog.Hash // as package tlog stores them
	ids     map[module.Version]int64
	read    Reader
	known   note.Verifier
}

// What an audit can say; errors lead to one of them.
var (
	// ErrChanged says that files of the database are not what was signed.
	ErrChanged = errors.New("the database was changed or damaged")
	// ErrRolledBack says that a database lacks what was signed before.
	ErrRolledBack = errors.New("the database was set back")
	// ErrForked says that two histories are signed.
	ErrForked = errors.New("the database has another history than was signed before")
	// ErrReused says that a version is recorded with other hashes.
	ErrReused = errors.New("the version is recorded already with other hashes: a version is never used twice")
)

// ReadHashes makes a Database the source of its own proofs.
func (d *Database) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(d.hashes)) {
			return nil, fmt.Errorf("read hash %d: the log has %d", x, len(d.hashes))
		}
		out[i] = d.hashes[x]
	}
	return out, nil
}

// grow adds a record to the hashes.
func (d *Database) grow(r Record) error {
	if _, twice := d.ids[r.Version]; twice {
		return fmt.Errorf("record %s: it is there twice: %w", r.Version, ErrChanged)
	}
	id := int64(len(d.records))
	more, err := tlog.StoredHashes(id, r.text(), d)
	if err != nil {
		return err
	}
	d.hashes = append(d.hashes, more...)
	d.records = append(d.records, r)
	d.ids[r.Version] = id
	return nil
}

// head is the tree of the first n records.
func (d *Database) head(n int64) (tlog.Tree, error) {
	if n < 0 || n > int64(len(d.records)) {
		return tlog.Tree{}, fmt.Errorf("a head of %d records, and the log has %d: %w", n, len(d.records), ErrRolledBack)
	}
	hash, err := tlog.TreeHash(n, d)
	return tlog.Tree{N: n, Hash: hash}, err
}

// Extends says whether the history that an earlier head stands for is the beginning of this one.
func (d *Database) Extends(earlier tlog.Tree) error {
	here, err := d.head(earlier.N)
	switch {
	case err != nil:
		return fmt.Errorf("compare histories: %w", err)
	case here != earlier:
		return fmt.Errorf("compare histories: the first %d records are others: %w", earlier.N, ErrForked)
	}
	if earlier.N == 0 {
		return nil
	}
	// The proof that a client is given says the same of it.
	proof, err := tlog.ProveTree(d.Tree.N, earlier.N, d)
	if err == nil {
		err = tlog.CheckTree(proof, d.Tree.N, d.Tree.Hash, earlier.N, earlier.Hash)
	}
	if err != nil {
		return fmt.Errorf("compare histories: %w: %w", ErrForked, err)
	}
	return nil
}

// Append makes the files by which the database grows: nothing, where it has all records already. A version that is there
// with other hashes is refused. What comes out was audited as a reader will see it.
func (d *Database) Append(records []Record, signer note.Signer) (*Database, []File, error) {
	next, fresh, err := d.plus(records)
	if err != nil || len(fresh) == 0 && d.Signed != nil {
		return d, nil, err
	}
	if len(next.records) > maxRecords {
		return nil, nil, fmt.Errorf("append to database: more than %d records", maxRecords)
	}
	if next.Tree, err = next.head(int64(len(next.records))); err != nil {
		return nil, nil, err
	}
	if next.Signed, err = note.Sign(&note.Note{Text: string(tlog.FormatTree(next.Tree))}, signer); err != nil {
		return nil, nil, fmt.Errorf("sign database: %w", err)
	}
	files, err := next.files(d.Tree.N, fresh)
	if err != nil {
		return nil, nil, err
	}
	seen, err := Open(over(files, d.read), d.known)
	if err == nil {
		err = seen.Extends(d.Tree)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("append to database: what was made does not stand: %w", err)
	}
	return seen, files, nil
}

// plus is a copy with records, and the new ones among them.
func (d *Database) plus(records []Record) (*Database, []Record, error) {
	next := &Database{ids: map[module.Version]int64{}, read: d.read, known: d.known}
	for _, r := range d.records {
		if err := next.grow(r); err != nil {
			return nil, nil, err
		}
	}
	var fresh []Record
	for _, r := range records {
		if err := r.check(); err != nil {
			return nil, nil, err
		}
		id, there := next.ids[r.Version]
		switch {
		case there && next.records[id] != r:
			return nil, nil, fmt.Errorf("record %s: %w", r.Version, ErrReused)
		case there:
			continue
		}
		if err := next.grow(r); err != nil {
			return nil, nil, err
		}
		fresh = append(fresh, r)
	}
	return next, fresh, nil
}

// files are those that this state has and one of n records has not.
func (d *Database) files(n int64, fresh []Record) ([]File, error) {
	files := []File{{supportedName, []byte(supportedText), true}, {latestName, d.Signed, false}}
	for _, t := range tlog.NewTiles(height, n, d.Tree.N) {
		text, err := tlog.ReadTileData(t, d)
		if err != nil {
			return nil, err
		}
		files = append(files, File{t.Path(), text, true})
		if t.L == 0 {
			t.L = -1
			files = append(files, File{t.Path(), d.data(t), true})
		}
	}
	for _, r := range fresh {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		text, err := tlog.FormatRecord(d.ids[r.Version], r.text())
		if err != nil {
			return nil, err
		}
		files = append(files, File{"lookup/" + name, append(text, d.Signed...), true})
	}
	return files, nil
}

// data is a tile of records: their texts, and an empty line after each.
func (d *Database) data(t tlog.Tile) []byte {
	var b bytes.Buffer
	for _, r := range d.records[t.N*wide : t.N*wide+int64(t.W)] {
		b.Write(append(r.text(), '\n'))
	}
	return b.Bytes()
}

// over reads files that are about to come as if they were there.
func over(files []File, below Reader) Reader {
	return func(path string, limit int64) ([]byte, error) {
		for _, f := range files {
			if f.Path == path {
				return f.Text, nil
			}
		}
		return below(path, limit)
	}
}

// None reads a database that is not there.
func None(path string, _ int64) ([]byte, error) {
	return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
}
