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

// Open reads a database and audits all of it: the signature of latest, that the records make its tree, that every tile holds
// the hashes of that tree, and that every look-up has its record and a signed head of this history. Where there is no latest
// there is no database, and nothing else may be there: the caller sees to that.
func Open(read Reader, known note.Verifier) (*Database, error) {
	d := &Database{ids: map[module.Version]int64{}, read: read, known: known}
	var err error
	if d.Tree, err = d.head(0); err != nil {
		return nil, err
	}
	switch d.Signed, err = read(latestName, maxFile); {
	case errors.Is(err, fs.ErrNotExist):
		return d, nil
	case err != nil:
		return nil, fmt.Errorf("audit database: %w", err)
	}
	for _, step := range []func() error{d.readRecords, d.auditTiles, d.auditLookups} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("audit database: %w", err)
		}
	}
	return d, nil
}

// Head reads a signed tree head.
func Head(text []byte, known note.Verifier) (tlog.Tree, error) {
	n, err := note.Open(text, note.VerifierList(known))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("read head: %w: %w", ErrChanged, err)
	}
	tree, err := tlog.ParseTree([]byte(n.Text))
	if err != nil || tree.N > maxRecords {
		return tlog.Tree{}, fmt.Errorf("read head: it is none of a log of at most %d records: %w", maxRecords, ErrChanged)
	}
	return tree, nil
}

// readRecords computes the tree anew from the records.
func (d *Database) readRecords() error {
	signed, err := Head(d.Signed, d.known)
	if err != nil {
		return err
	}
	for n := int64(0); n*wide < signed.N; n++ {
		t := tlog.Tile{H: height, L: -1, N: n, W: int(min(wide, signed.N-n*wide))}
		text, err := d.read(t.Path(), maxFile)
		if err != nil {
			return missing(err)
		}
		entries := bytes.SplitAfter(text, []byte("\n\n"))
		if len(entries) != t.W+1 || len(entries[t.W]) > 0 {
			return fmt.Errorf("%s has not %d records: %w", t.Path(), t.W, ErrChanged)
		}
		for _, entry := range entries[:t.W] {
			r, err := parseRecord(entry[:len(entry)-1])
			if err != nil {
				return fmt.Errorf("%s: %w: %w", t.Path(), ErrChanged, err)
			}
			if err := d.grow(r); err != nil {
				return fmt.Errorf("%s: %w", t.Path(), err)
			}
		}
	}
	if d.Tree, err = d.head(signed.N); err != nil {
		return err
	}
	if d.Tree != signed {
		return fmt.Errorf("the records do not make the tree of the signed head: %w", ErrChanged)
	}
	return nil
}

// auditTiles compares every tile of the newest head with the hashes.
func (d *Database) auditTiles() error {
	for _, t := range tlog.NewTiles(height, 0, d.Tree.N) {
		if err := d.auditTile(t); err != nil {
			return err
		}
	}
	return nil
}

func (d *Database) auditTile(t tlog.Tile) error {
	text, err := d.read(t.Path(), maxFile)
	if err != nil {
		return missing(err)
	}
	want, err := tlog.ReadTileData(t, d)
	if err == nil && !bytes.Equal(text, want) {
		err = fmt.Errorf("%s holds other hashes: %w", t.Path(), ErrChanged)
	}
	return err
}

// auditLookups compares every look-up, and the tiles that a client needs who starts with its head.
func (d *Database) auditLookups() error {
	audited := map[string]int64{} // records of a head, by its text
	for id, r := range d.records {
		name, err := r.name()
		if err != nil {
			return err
		}
		text, err := d.read("lookup/"+name, maxFile)
		if err != nil {
			return missing(err)
		}
		have, record, rest, err := tlog.ParseRecord(text)
		if err != nil || have != int64(id) || !bytes.Equal(record, r.text()) {
			return fmt.Errorf("lookup/%s is not record %d: %w", name, id, ErrChanged)
		}
		n, seen := audited[string(rest)]
		if !seen {
			if n, err = d.auditHead(rest); err != nil {
				return fmt.Errorf("lookup/%s: %w", name, err)
			}
			audited[string(rest)] = n
		}
		if n <= int64(id) {
			return fmt.Errorf("lookup/%s: its head is older than the record: %w", name, ErrChanged)
		}
	}
	return nil
}

// auditHead audits an earlier head, with the tiles that a client needs who starts with it.
func (d *Database) auditHead(text []byte) (records int64, err error) {
	head, err := Head(text, d.known)
	if err != nil {
		return 0, err
	}
	if err := d.Extends(head); err != nil {
		return 0, err
	}
	for _, t := range tlog.NewTiles(height, 0, head.N) {
		if t.W == wide {
			continue // of the newest head as well
		}
		if err := d.auditTile(t); err != nil {
			return 0, err
		}
		if t.L > 0 {
			continue
		}
		t.L = -1
		text, err := d.read(t.Path(), maxFile)
		if err != nil {
			return 0, missing(err)
		}
		if !bytes.Equal(text, d.data(t)) {
			return 0, fmt.Errorf("%s holds other records: %w", t.Path(), ErrChanged)
		}
	}
	return head.N, nil
}

// missing says of a file that it has to be there.
func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}

// Len is the number of records.
func (d *Database) Len() int { return len(d.records) }

// Records are all, in the order in which they came.
func (d *Database) Records() []Record { return append([]Record{}, d.records...) }
