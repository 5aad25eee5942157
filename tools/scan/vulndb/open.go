// SPDX-License-Identifier: MIT

package vulndb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

// Attribution of records from the Go vulnerability database, whose license asks for it:
// https://go.dev/security/vuln/database#license
const (
	goLicense     = "CC-BY-4.0"
	goAttribution = "Go vulnerability database, https://vuln.go.dev, by the Go Authors and contributors, CC-BY 4.0 (https://creativecommons.org/licenses/by/4.0/); records are unchanged, blanks between tokens are left out"
)

// Open reads the database at a place: a folder or a file:// address in any of the forms above, or an https:// address.
// modules choose the records of a whole copy; a kept database was chosen when it was made, and has to cover them.
func Open(ctx context.Context, client *http.Client, place string, modules []string) (*Database, error) {
	dir, remote := place, false
	if u, err := url.Parse(place); err == nil {
		switch u.Scheme {
		case "file":
			dir = filepath.FromSlash(u.Path)
		case "https", "http":
			remote = true
		}
	}
	if remote {
		if client == nil {
			return nil, fmt.Errorf("open database %s: this run has no network; give a folder", place)
		}
		return indexed(remoteFiles(ctx, client, place), place, modules)
	}
	local := localFiles(dir)
	switch meta, err := local(MetaFile); {
	case err == nil:
		records, err := local(RecordsFile)
		if err != nil {
			return nil, fmt.Errorf("open database %s: %w", place, err)
		}
		db, err := parseKept(meta, records)
		if err != nil {
			return nil, fmt.Errorf("open database %s: %w", place, err)
		}
		return db, db.covers(modules)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("open database %s: %w", place, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "index", "modules.json")); err == nil {
		return indexed(local, place, modules)
	}
	return flat(dir, place, modules)
}

// covers says which modules the records were not chosen by: they would look free of vulnerabilities.
func (db *Database) covers(modules []string) error {
	var missing []string
	for _, m := range modules {
		if !slices.Contains(db.Meta.Modules, m) {
			missing = append(missing, m)
		}
	}
	if missing != nil {
		return fmt.Errorf("open database: it was not made for %s; import it again by scan db import", strings.Join(missing, ", "))
	}
	return nil
}

type openFile func(name string) ([]byte, error)

func localFiles(dir string) openFile {
	return func(name string) ([]byte, error) {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return bounded(f, name)
	}
}

func remoteFiles(ctx context.Context, client *http.Client, base string) openFile {
	return func(name string) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+"/"+name, nil)
		if err != nil {
			return nil, err
		}
		res, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("read %s: the server says %s", name, res.Status)
		}
		return bounded(res.Body, name)
	}
}

func bounded(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxBytes {
		return nil, fmt.Errorf("read %s: larger than %d bytes", name, maxBytes)
	}
	return data, nil
}

// indexed reads the layout with an index.
func indexed(open openFile, place string, modules []string) (*Database, error) {
	var stamp struct {
		Modified string `json:"modified"`
	}
	var index []struct {
		Path  string `json:"path"`
		Vulns []struct {
			ID string `json:"id"`
		} `json:"vulns"`
	}
	for name, into := range map[string]any{"index/db.json": &stamp, "index/modules.json": &index} {
		data, err := open(name)
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			return nil, fmt.Errorf("open database %s: %s: %w", place, name, err)
		}
	}
	chosen := choose(modules)
	raw := map[string][]byte{}
	for _, m := range index {
		if !slices.Contains(chosen, m.Path) {
			continue
		}
		for _, v := range m.Vulns {
			if raw[v.ID] != nil {
				continue
			}
			if strings.ContainsAny(v.ID, "/\\") || len(raw) >= maxRecords {
				return nil, fmt.Errorf("open database %s: index/modules.json: %q is no id, or there are too many", place, v.ID)
			}
			data, err := open("ID/" + v.ID + ".json")
			if err != nil {
				return nil, fmt.Errorf("open database %s: %w", place, err)
			}
			raw[v.ID] = data
		}
	}
	date, _, _ := strings.Cut(stamp.Modified, "T")
	return build(Meta{Source: place, Date: date, License: goLicense, Attribution: goAttribution, Modules: chosen}, raw)
}

// flat reads a folder of records. Its date is that of its newest record; who knows better overrides it.
func flat(dir, place string, modules []string) (*Database, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", place, err)
	}
	if len(names) == 0 || len(names) > maxRecords {
		return nil, fmt.Errorf("open database %s: it holds %d records; give a folder of records, or one with index/ or %s", place, len(names), MetaFile)
	}
	chosen := choose(modules)
	raw := map[string][]byte{}
	var newest string
	open := localFiles(dir)
	for _, name := range names {
		data, err := open(filepath.Base(name))
		if err != nil {
			return nil, fmt.Errorf("open database %s: %w", place, err)
		}
		r, err := osv.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("open database %s: %s: %w", place, filepath.Base(name), err)
		}
		if r.Modified > newest {
			newest = r.Modified
		}
		if touches(r, chosen) {
			raw[r.ID] = data
		}
	}
	date, _, _ := strings.Cut(newest, "T")
	return build(Meta{Source: place, Date: date, License: goLicense, Attribution: goAttribution, Modules: chosen}, raw)
}

func touches(r *osv.Record, modules []string) bool {
	return slices.ContainsFunc(r.Affected, func(a osv.Affected) bool { return slices.Contains(modules, a.Package.Name) })
}

func choose(modules []string) []string {
	all := slices.Concat(Always, modules)
	slices.Sort(all)
	return slices.Compact(all)
}
