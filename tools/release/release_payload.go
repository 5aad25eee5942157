// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/changes"
	"github.com/gosqlite/gosqlite/tools/release/module"
	"github.com/gosqlite/gosqlite/tools/release/semver"
)

// maxNotes bounds notes and reports, in bytes.
const maxNotes = 64 << 20

// facts judges the version anew and holds the report that the tree has for its notes against that. The build makes the notes
// and asks no git, so that it can't see a report that was true of another commit.
func (j *journey) facts(ctx context.Context) error {
	fresh := j.in("facts.json")
	err := j.bazelw("facts", "run", "//:semver", "--", "--root", j.root, "--version", j.version, "--json", fresh)(ctx)
	if err != nil {
		return err
	}
	committed := filepath.Join(j.root, filepath.FromSlash(changes.Next), changes.Facts, "semver.json")
	kept, err := readReport(committed)
	if errors.Is(err, fs.ErrNotExist) {
		return action.Reject(fmt.Errorf("the tree has no facts for the notes: %w", err))
	}
	if err != nil {
		return err
	}
	found, err := readReport(fresh)
	if err != nil {
		return err
	}
	if !bytes.Equal(kept, found) {
		return action.Reject(fmt.Errorf("%s says something else than %s, which is of this commit", committed, fresh))
	}
	var r semver.Report
	if err := json.Unmarshal(found, &r); err != nil {
		return fmt.Errorf("read %s: %w", fresh, err)
	}
	return j.lastBill(r.Base)
}

// readReport is the one text of a report, but for its commit.
func readReport(file string) ([]byte, error) {
	text, err := action.ReadFile(file, maxNotes)
	if err != nil {
		return nil, err
	}
	var r semver.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	r.Commit = ""
	return json.Marshal(r)
}

// notes makes the notes outside of the build, of the files of the payload, and holds those of the payload against them.
func (j *journey) notes(ctx context.Context) error {
	bills, err := j.bills()
	if err != nil {
		return err
	}
	args := []string{"run", "//:notes", "--", "--root", j.root, "--version", j.version, "--facts", "--manifest", j.in("payload", "manifest.json")}
	for _, bill := range bills {
		args = append(args, "--bill", bill)
	}
	if err := j.bazelw("notes", append(args, "--out", j.in("notes"))...)(ctx); err != nil {
		return err
	}
	if err := j.bill(ctx, bills); err != nil {
		return err
	}
	for _, ext := range []string{"md", "json"} {
		made, err := action.ReadFile(j.in("notes", "notes."+ext), maxNotes)
		if err != nil {
			return fmt.Errorf("compare the notes: %w", err)
		}
		name := "gosqlite_" + j.version[1:] + "_notes." + ext
		built, err := action.ReadFile(j.in("payload", name), maxNotes)
		if err != nil {
			return fmt.Errorf("compare the notes: %w", err)
		}
		if !bytes.Equal(made, built) {
			return action.Reject(fmt.Errorf("compare the notes: %s of the payload is not what this tree says of its files", name))
		}
	}
	return nil
}

// bills are the CycloneDX documents of the payload.
func (j *journey) bills() ([]string, error) {
	bills, err := filepath.Glob(j.in("payload", "*.cdx.json"))
	if err == nil && len(bills) == 0 {
		err = fmt.Errorf("find what was built: no *.cdx.json in %s; run step build", j.in("payload"))
	}
	return bills, err
}

// bill keeps what the release was made of, in short, for the notes of the next one.
func (j *journey) bill(ctx context.Context, bills []string) error {
	args := []string{"./bazelw", "run", "//tools/sbom/cmd/sbom", "--", "bill"}
	for _, bill := range bills {
		args = append(args, "--document", bill)
	}
	text, err := j.log(ctx, "notes", args...)
	if err != nil {
		return err
	}
	return action.WriteFile(j.in("bill.json"), 0o644, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

// lastBill wants the bill of the last release among the facts, so that the notes say what changed since.
func (j *journey) lastBill(base string) error {
	name := filepath.Join(j.root, filepath.FromSlash(changes.Next), changes.Facts, "bill.json")
	text, err := action.ReadFile(name, maxNotes)
	switch {
	case errors.Is(err, fs.ErrNotExist) && base == "":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return action.Reject(fmt.Errorf("the tree does not say what %s was made of: %w; commit bill.json of its train, or what sbom bill prints of its documents", base, err))
	case err != nil:
		return err
	}
	var b struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if "v"+b.Version != base {
		return action.Reject(fmt.Errorf("%s is of %q, and the last release is %q", name, b.Version, base))
	}
	return nil
}

// modulePath is what users import.
const modulePath = "github.com/gosqlite/gosqlite"

// maxModule bounds a module zip, in bytes, as golang.org/x/mod/zip does.
const maxModule = 500 << 20

// module makes commit, tag and tree of files, whose checksums that program compares, and holds the files of the payload
// against them: what is signed is what users of the tag get.
func (j *journey) module(ctx context.Context) error {
	if err := j.amalgamation(ctx, "module"); err != nil {
		return err
	}
	err := j.bazelw("module", "run", "//tools/release/cmd/module", "--", "--root", j.root, "--commit", j.commit,
		"--version", j.version, "--out", j.in("proxy"), "--tag")(ctx)
	if err != nil {
		return err
	}
	dir, err := module.Folder(j.in("proxy"), modulePath)
	if err != nil {
		return err
	}
	for _, ext := range []string{"zip", "mod", "info"} {
		built, err := action.ReadFile(j.in("payload", module.Name(j.version, ext)), maxModule)
		if err != nil {
			return fmt.Errorf("compare the module: %w", err)
		}
		tagged, err := action.ReadFile(filepath.Join(dir, j.version+"."+ext), maxModule)
		if err != nil {
			return fmt.Errorf("compare the module: %w", err)
		}
		if !bytes.Equal(built, tagged) {
			return action.Reject(fmt.Errorf("compare the module: %s of the payload is not that of the tag; the build declares other files than git tracks, which go test ./release/checks names", module.Name(j.version, ext)))
		}
	}
	return nil
}
