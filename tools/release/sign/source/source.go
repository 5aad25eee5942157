// SPDX-License-Identifier: MIT

// Package source says which commit and tag a release was made from. The build knows a list of source files and their
// digests, which the provenance carries, but no commit. Here every file of that list is looked up in the commit, and only
// when all are the same is there a statement: commit.intoto.json, an in-toto Statement v1 as canonical JSON and a newline.
//
//	subject        manifest.json, by its SHA-256
//	predicateType  https://github.com/gosqlite/gosqlite/blob/main/docs/signing.md#commit-1
//	predicate      {"commit":HEX,"repository":URI,"source":{"sha256":HEX},
//	                "release":{"id":HEX,"object":BASE64},"tag":{"id":HEX,"name":"v1.0.0","object":BASE64}}
//
// The digest source is that of the list (package provenance). commit is the source commit, which has these files.
//
// A release that has a tag has it on a commit of its own: the release commit, whose parent is the source commit and whose
// tree has the amalgamation more (package module). release and tag are then there, each with the bytes that git keeps, so
// that their reader follows tag, release commit and source commit by their hashes and needs no clone.
package source

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

// FileName is the statement's name in a release.
const FileName = "commit.intoto.json"

// PredicateType identifies what the predicate means.
const PredicateType = "https://github.com/gosqlite/gosqlite/blob/main/docs/signing.md#commit-1"

// A Repository tells what a commit holds.
type Repository interface {
	// Commit is the id of the commit that a name stands for.
	Commit(ctx context.Context, name string) (string, error)
	// Files are the SHA-256 of files in a commit, in the order of their names. A missing one is an error.
	Files(ctx context.Context, commit string, names []string) ([][32]byte, error)
	// Object is what a name stands for: a tag where it is of one, and not what that leads to.
	Object(ctx context.Context, name string) (Object, error)
	// Added are the paths of files that a commit has more than another. That it differs in anything else is an error.
	Added(ctx context.Context, from, to string) ([]string, error)
}

// An Object is what git keeps under an id.
type Object struct {
	ID      string // in hexadecimal
	Kind    string // such as tag or commit
	Content []byte
}

// A Claim is a commit, and the tag that it has, if any.
type Claim struct {
	Repository Repository
	Commit     string // of the source: any name that the repository knows, such as HEAD
	Tag        string // of the release commit; empty for none
}

// Statement checks the claim for the release with this list of source files, and states it.
func (c *Claim) Statement(ctx context.Context, version string, manifestDigest [32]byte, list []byte, listDigest [32]byte) ([]byte, error) {
	commit, err := c.Repository.Commit(ctx, c.Commit)
	if err != nil {
		return nil, err
	}
	predicate := map[string]any{
		"commit": commit, "repository": provenance.SourceURI, "source": map[string]any{"sha256": hex.EncodeToString(listDigest[:])},
	}
	if c.Tag != "" {
		tag, release, err := c.release(ctx, version, commit)
		if err != nil {
			return nil, err
		}
		predicate["tag"] = map[string]any{"name": c.Tag, "id": tag.ID, "object": base64.StdEncoding.EncodeToString(tag.Content)}
		predicate["release"] = map[string]any{"id": release.ID, "object": base64.StdEncoding.EncodeToString(release.Content)}
	}
	if err := c.checkFiles(ctx, commit, list); err != nil {
		return nil, err
	}
	return jcs.File(map[string]any{
		"_type":         provenance.StatementType,
		"subject":       []any{map[string]any{"name": manifest.FileName, "digest": map[string]any{"sha256": hex.EncodeToString(manifestDigest[:])}}},
		"predicateType": PredicateType,
		"predicate":     predicate,
	})
}

// checkFiles wants every file of the list in the commit.
func (c *Claim) checkFiles(ctx context.Context, commit string, list []byte) error {
	var names, digests []string
	for line := range strings.Lines(string(list)) {
		digest, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || len(digest) != 64 || name == "" {
			return action.Reject(fmt.Errorf("list of source files: %.200q is not a digest, two spaces and a path", line))
		}
		names, digests = append(names, name), append(digests, digest)
	}
	if len(names) == 0 {
		return action.Reject(errors.New("list of source files: it is empty"))
	}
	have, err := c.Repository.Files(ctx, commit, names)
	if err != nil {
		return err
	}
	for i, digest := range have {
		if hex.EncodeToString(digest[:]) != digests[i] {
			return action.Reject(fmt.Errorf("the release was made from another %s than commit %s holds", names[i], commit))
		}
	}
	return nil
}
