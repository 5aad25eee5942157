// SPDX-License-Identifier: MIT

// Package source says which commit and tag a release was made from. The build knows a list of source files and their
// digests, which the provenance carries, but no commit. Here every file of that list is looked up in the commit, and only
// when all are the same is there a statement: commit.intoto.json, an in-toto Statement v1 as canonical JSON and a newline.
//
//	subject        manifest.json, by its SHA-256
//	predicateType  https://github.com/gosqlite/gosqlite/blob/main/docs/signing.md#commit-1
//	predicate      {"commit":HEX,"repository":URI,"source":{"sha256":HEX},"tag":"v1.0.0"}
//
// The digest source is that of the list (package provenance). tag is there only for a release that has one.
package source

import (
	"context"
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
}

// A Claim is a commit, and the tag that it has, if any.
type Claim struct {
	Repository Repository
	Commit     string // any name that the repository knows, such as HEAD
	Tag        string // empty for none
}

// Statement checks the claim for the release with this list of source files, and states it.
func (c *Claim) Statement(ctx context.Context, version string, manifestDigest [32]byte, list []byte, listDigest [32]byte) ([]byte, error) {
	commit, err := c.Repository.Commit(ctx, c.Commit)
	if err != nil {
		return nil, err
	}
	if c.Tag != "" {
		if err := c.checkTag(ctx, version, commit); err != nil {
			return nil, err
		}
	}
	if err := c.checkFiles(ctx, commit, list); err != nil {
		return nil, err
	}
	predicate := map[string]any{
		"commit": commit, "repository": provenance.SourceURI, "source": map[string]any{"sha256": hex.EncodeToString(listDigest[:])},
	}
	if c.Tag != "" {
		predicate["tag"] = c.Tag
	}
	return jcs.File(map[string]any{
		"_type":         provenance.StatementType,
		"subject":       []any{map[string]any{"name": manifest.FileName, "digest": map[string]any{"sha256": hex.EncodeToString(manifestDigest[:])}}},
		"predicateType": PredicateType,
		"predicate":     predicate,
	})
}

func (c *Claim) checkTag(ctx context.Context, version, commit string) error {
	if c.Tag != "v"+version {
		return action.Reject(fmt.Errorf("tag %s: the release is version %s, whose tag is v%s", c.Tag, version, version))
	}
	tagged, err := c.Repository.Commit(ctx, "refs/tags/"+c.Tag)
	if err != nil {
		return err
	}
	if tagged != commit {
		return action.Reject(fmt.Errorf("tag %s is of commit %s, and not of %s", c.Tag, tagged, commit))
	}
	return nil
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
