// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"text/tabwriter"

	fetch "github.com/gosqlite/gosqlite/tools/fetch/install"
	"github.com/gosqlite/gosqlite/tools/fetch/repository"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const listUsage = `usage: gosqlite-fetch list [--from SOURCE] [--to FOLDER] [FLAGS]

Lists the versions of a source, and those that are installed. Only a TUF repository vouches for its list.

  --to FOLDER          what install made
` + sourceFlags + `  --channel C          stable or candidate; default: all
  --json               print the result for machines
`

// A listing is what list prints.
type listing struct {
	Versions  []string          `json:"versions"`
	Revoked   map[string]string `json:"revoked,omitempty"` // why, by version
	Installed []fetch.Installed `json:"installed"`
}

func list(ctx context.Context, o *options, w world) error {
	if o.from == "" && o.to == "" {
		return action.UsageError("--from or --to is needed")
	}
	l := listing{Versions: []string{}, Installed: []fetch.Installed{}}
	c, err := o.channelOf(source.Candidate)
	if err != nil {
		return err
	}
	if o.from != "" {
		if err := o.published(ctx, w, c, &l); err != nil {
			return err
		}
	}
	if o.to != "" {
		if l.Installed, err = (&fetch.Root{Dir: o.to}).Installed(); err != nil {
			return err
		}
	}
	if o.json {
		return o.print(w, l)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, v := range l.Versions {
		said := "published"
		if reason, ok := l.Revoked[v]; ok {
			said = "revoked: " + reason
		}
		fmt.Fprintf(t, "%s\t%s\n", v, said)
	}
	for _, i := range l.Installed {
		use := "installed"
		if i.Current {
			use = "in use"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", i.Version, use, i.Platform, i.Name)
	}
	return t.Flush()
}

// maxAsked bounds of how many versions, the latest, list asks whether they are revoked: a registry is asked about each.
const maxAsked = 100

// published asks the source. Listing changes nothing: a repository is asked upon a copy of what was seen of it in --to.
func (o *options) published(ctx context.Context, w world, c source.Channel, l *listing) error {
	seen, err := os.MkdirTemp("", "gosqlite-fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(seen)
	if o.to != "" {
		err := os.CopyFS(seen, os.DirFS((&fetch.Root{Dir: o.to}).Metadata()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read %s: %w", o.to, err)
		}
	}
	from, _, err := o.source(w, seen, asks(c, ""))
	if err != nil {
		return err
	}
	versions, err := source.Versions(ctx, from)
	if err != nil {
		return err
	}
	if r, ok := from.(*repository.Repository); ok && r.Fresh() {
		fmt.Fprintln(w.stderr, "nothing was seen of this repository before: of an old state, only the end would tell")
	}
	l.Revoked = map[string]string{}
	for i, v := range versions {
		if !c.Has(v) {
			continue
		}
		l.Versions = append(l.Versions, v)
		if i < len(versions)-maxAsked {
			continue
		}
		reason, err := source.Revoked(ctx, from, v)
		if err != nil {
			return err
		}
		if reason != "" {
			l.Revoked[v] = reason
		}
	}
	return nil
}
