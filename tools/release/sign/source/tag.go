// SPDX-License-Identifier: MIT

package source

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// generated are the files that a release commit has more than its source, as package module makes it. They are named anew
// here, so that what makes modules is not linked into what holds keys.
var generated = []string{"internal/capi/sqlite3.c", "internal/capi/sqlite3.h", "internal/capi/sqlite3_options.h"}

// Tagged is the claimed tag, which has to be of a release commit of the claimed source commit.
func (c *Claim) Tagged(ctx context.Context, version string) (Object, error) {
	commit, err := c.Repository.Commit(ctx, c.Commit)
	if err != nil {
		return Object{}, err
	}
	tag, _, err := c.release(ctx, version, commit)
	return tag, err
}

// release reads the claimed tag and the release commit that it is of, whose one parent has to be the source commit.
func (c *Claim) release(ctx context.Context, version, commit string) (tag, release Object, err error) {
	refuse := func(format string, args ...any) (Object, Object, error) {
		return Object{}, Object{}, action.Reject(fmt.Errorf("tag %s: "+format, append([]any{c.Tag}, args...)...))
	}
	if c.Tag != "v"+version {
		return refuse("the release is version %s, whose tag is v%s", version, version)
	}
	if tag, err = c.Repository.Object(ctx, "refs/tags/"+c.Tag); err != nil {
		return tag, release, err
	}
	if tag.Kind != "tag" {
		return refuse("it is of a %s and no object of its own; a release's tag is annotated, as tools/release/cmd/module makes it", tag.Kind)
	}
	if name := tag.header("tag"); !slices.Equal(name, []string{c.Tag}) || !slices.Equal(tag.header("type"), []string{"commit"}) {
		return refuse("it says of itself that it is %q, of a %q", name, tag.header("type"))
	}
	of := tag.header("object")
	if len(of) != 1 || !commitID.MatchString(of[0]) {
		return refuse("it is of %.200q, which is no commit", of)
	}
	if release, err = c.Repository.Object(ctx, of[0]); err != nil {
		return tag, release, err
	}
	for _, o := range []Object{tag, release} {
		if sum := o.sum(); sum != o.ID {
			return refuse("the %s %s has the contents of %s", o.Kind, o.ID, sum)
		}
	}
	if parents := release.header("parent"); release.Kind != "commit" || release.ID != of[0] || !slices.Equal(parents, []string{commit}) {
		return refuse("it is of the %s %s with the parents %q; a release commit has the source commit alone, which is %s", release.Kind, release.ID, parents, commit)
	}
	added, err := c.Repository.Added(ctx, commit, release.ID)
	if err != nil {
		return tag, release, err
	}
	if slices.Sort(added); !slices.Equal(added, generated) {
		return refuse("its commit adds %q to the source; a release commit adds %q", added, generated)
	}
	return tag, release, nil
}

// header are the values of a key above the first empty line.
func (o *Object) header(key string) (values []string) {
	head, _, _ := strings.Cut(string(o.Content), "\n\n")
	for line := range strings.Lines(head) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok && name == key {
			values = append(values, value)
		}
	}
	return values
}

// sum is the id that the contents have, by the hash of the id.
func (o *Object) sum() string {
	text := append(fmt.Appendf(nil, "%s %d\x00", o.Kind, len(o.Content)), o.Content...)
	if len(o.ID) == hex.EncodedLen(sha256.Size) {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum(text)
	return hex.EncodeToString(sum[:])
}
