// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// Rules about release notes and the description of the interface: that they are of this release. What they say is for people.

// notesSchema is that of notes in JSON.
const notesSchema = "gosqlite-notes/1"

// notesAgree judges notes: in Markdown by their title, in JSON by version, date and the files that they list.
func (r *release) notesAgree(f *file) (class, detail string) {
	if r.manifest == nil {
		return "", ""
	}
	text, err := r.read(f, strictjson.MaxSize)
	if err == nil {
		switch {
		case strings.HasSuffix(f.name, ".md"):
			if title := "# gosqlite v" + r.manifest.Version + "\n"; !bytes.HasPrefix(text, []byte(title)) {
				err = fmt.Errorf("they do not begin with %q", title)
			}
		case strings.HasSuffix(f.name, ".json"):
			err = r.notesJSON(text)
		default:
			err = errors.New("they are neither Markdown (.md) nor JSON (.json)")
		}
	}
	if err != nil {
		return "notes-mismatch", err.Error()
	}
	return "", ""
}

func (r *release) notesJSON(text []byte) error {
	var n struct {
		Schema  string `json:"schema"`
		Version string `json:"version"`
		Date    string `json:"date"`
		Facts   struct {
			Files []struct {
				Name   string `json:"name"`
				Size   int64  `json:"size"`
				SHA256 string `json:"sha256"`
			} `json:"files"`
		} `json:"facts"`
	}
	faults, err := strictjson.ReadPart(text, &n)
	switch date := r.manifest.Time.UTC().Format(time.DateOnly); {
	case err != nil:
		return err
	case len(faults) > 0:
		return errors.New(strings.Join(faults, "; "))
	case n.Schema != notesSchema:
		return fmt.Errorf("schema %.40q, not %s", n.Schema, notesSchema)
	case n.Version != "v"+r.manifest.Version || n.Date != date:
		return fmt.Errorf("they are of %.40q at %.40q; the release is v%s at %s", n.Version, n.Date, r.manifest.Version, date)
	}
	for _, x := range n.Facts.Files {
		if e := r.listed(x.Name); e == nil || e.Size != x.Size || hex.EncodeToString(e.SHA256[:]) != x.SHA256 {
			return fmt.Errorf("they list a %.200q that is not the manifest's", x.Name)
		}
	}
	return nil
}

// apiPromise is the file of the description that says what this major version promises.
const apiPromise = "v1.txt"

// apiAgrees judges the description of the interface: an archive of the release's version with texts in one folder.
func (r *release) apiAgrees(f *file) (class, detail string) {
	c := r.archives[f.name]
	if r.manifest == nil || c != nil && slices.ContainsFunc(c.faults, func(x container.Fault) bool { return x.Check == container.CheckForm }) {
		return "", "" // another rule says so
	}
	class = "api-mismatch"
	folder := "gosqlite_" + r.manifest.Version + "_api"
	if f.name != folder+".tar.gz" || c == nil {
		return class, "the description of this release is " + folder + ".tar.gz"
	}
	promise := false
	for _, e := range c.entries {
		name, ok := strings.CutPrefix(e.Name, folder+"/")
		if !ok || strings.Contains(name, "/") || !strings.HasSuffix(name, ".txt") {
			return class, fmt.Sprintf("%.100q is no text in the folder %s", e.Name, folder)
		}
		promise = promise || name == apiPromise
	}
	if !promise {
		return class, "it has no " + apiPromise
	}
	return "", ""
}
