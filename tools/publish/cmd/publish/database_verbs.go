// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"

	"github.com/gosqlite/gosqlite/tools/publish/sumdb"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

const (
	databaseKeyUsage = `usage: publish sumdb key --sumdb NAME --sumdb-key FILE [--sumdb-secret SOURCE] [--sumdb-seen FILE]

Makes the Ed25519 key of a checksum database in a new, encrypted file with mode 0600, and the file that remembers what it
signs. Prints what users put into GOSUMDB.

  --sumdb NAME           of the database: HOST or HOST/PATH, such as sum.example.org
  --sumdb-key FILE       to write
  --sumdb-secret SOURCE  its passphrase: file:PATH with mode 0600, or fd:N; asked for, when left out
  --sumdb-seen FILE      what the key has signed; KEY.seen, when left out
`
	databaseCheckUsage = `usage: publish sumdb check --to file:FOLDER --gosumdb KEY [--sumdb-seen FILE [--adopt]]

Audits the checksum database of a folder: the signature, every record, tile and look-up, and that each published version of a
module has its record.

  --to file:FOLDER       the folder
  --gosumdb KEY          what users have in GOSUMDB: NAME+HASH+KEY
  --sumdb-seen FILE      has to be the beginning of the database
  --adopt                FILE was lost: write it from this database, which somebody vouches for
`
)

func makeDatabaseKey(args []string, w world, random io.Reader) (err error) {
	d := &database{}
	f := flag.NewFlagSet("sumdb key", flag.ContinueOnError)
	d.flags(f)
	if err := action.Parse(f, databaseKeyUsage, args, w.stdout); err != nil {
		return err
	}
	if *d == (database{}) {
		return action.UsageError("--sumdb and --sumdb-key are needed")
	}
	if err := d.check(); err != nil {
		return err
	}
	k, err := d.key.MakeEd25519(key.Surroundings{Secrets: &secret.Reader{Prompt: secret.Terminal}, Stderr: w.stderr}, random)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	signer, _, err := sumdb.NewSigner(d.name, k)
	if err != nil {
		return err
	}
	if err := (sumdb.Seen{Name: d.seen}).Begin(signer); err != nil {
		return err
	}
	text, err := sumdb.VerifierKey(d.name, k.Public())
	if err == nil {
		_, err = fmt.Fprintf(w.stdout, "GOSUMDB=%s\n", text)
	}
	return err
}

func checkDatabase(_ context.Context, args []string, w world) error {
	var to, line, seen string
	var adopt bool
	f := flag.NewFlagSet("sumdb check", flag.ContinueOnError)
	f.StringVar(&to, "to", "", "")
	f.StringVar(&line, "gosumdb", "", "")
	f.StringVar(&seen, "sumdb-seen", "", "")
	f.BoolVar(&adopt, "adopt", false, "")
	if err := action.Parse(f, databaseCheckUsage, args, w.stdout); err != nil {
		return err
	}
	known, err := note.NewVerifier(line)
	switch {
	case to == "" || line == "":
		return action.UsageError("--to and --gosumdb are needed")
	case err != nil:
		return action.UsageError("--gosumdb: %w", err)
	case adopt && seen == "":
		return action.UsageError("--adopt writes --sumdb-seen FILE, which is needed")
	}
	store, err := openFolder("to", to, w)
	if err != nil {
		return err
	}
	index, generation, err := store.Current()
	if err != nil {
		return err
	}
	db, err := sumdb.Open(store.ReadDatabase(index, generation, known.Name()), known)
	if err != nil {
		return action.Reject(err)
	}
	if db.Signed == nil {
		return action.Reject(fmt.Errorf("check database: %s has none that is called %s", to, known.Name()))
	}
	if missing := index.Unrecorded(db.Records()); len(missing) > 0 {
		return action.Reject(fmt.Errorf("check database: %s has no record", missing[0]))
	}
	switch {
	case adopt:
		err = sumdb.Seen{Name: seen}.Adopt(db)
	case seen != "":
		err = action.Reject(sumdb.Seen{Name: seen}.Check(db))
	}
	if err == nil {
		_, err = fmt.Fprintf(w.stdout, "%s: %d records, tree %s\n", known.Name(), db.Len(), db.Tree.Hash)
	}
	return err
}
