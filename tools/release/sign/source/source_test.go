// SPDX-License-Identifier: MIT

package source_test

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

const (
	commit = "1111111111111111111111111111111111111111"
	other  = "2222222222222222222222222222222222222222"
)

// repository is one in memory: names of commits, files of each, and objects.
type repository struct {
	names   map[string]string
	files   map[string]string
	objects map[string]source.Object
	added   []string
}

func (r *repository) Object(_ context.Context, name string) (source.Object, error) {
	if o, ok := r.objects[name]; ok {
		return o, nil
	}
	return source.Object{}, errors.New("no such object")
}

func (r *repository) Added(context.Context, string, string) ([]string, error) {
	return slices.Clone(r.added), nil
}

// object is what git keeps, under the id that it has.
func object(kind, content string) source.Object {
	return source.Object{ID: fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content))), Kind: kind, Content: []byte(content)}
}

// release tags a release commit of commit.
func (r *repository) release(commitText, tagText string) {
	release := object("commit", commitText)
	tag := object("tag", strings.ReplaceAll(tagText, "RELEASE", release.ID))
	r.objects = map[string]source.Object{release.ID: release, "refs/tags/v1.2.3": tag}
	r.added = []string{"internal/capi/sqlite3_options.h", "internal/capi/sqlite3.c", "internal/capi/sqlite3.h"}
}

const (
	releaseText = "tree " + other + "\nparent " + commit + "\nauthor A <a@example.invalid> 1 +0000\ncommitter A <a@example.invalid> 1 +0000\n\ngosqlite v1.2.3\n"
	tagText     = "object RELEASE\ntype commit\ntag v1.2.3\ntagger A <a@example.invalid> 1 +0000\n\ngosqlite v1.2.3\n"
)

func (r *repository) Commit(_ context.Context, name string) (string, error) {
	if id, ok := r.names[name]; ok {
		return id, nil
	}
	return "", errors.New("no such commit")
}

func (r *repository) Files(_ context.Context, commit string, names []string) ([][32]byte, error) {
	var out [][32]byte
	for _, name := range names {
		text, ok := r.files[commit+":"+name]
		if !ok {
			return nil, errors.New("no such file")
		}
		out = append(out, sha256.Sum256([]byte(text)))
	}
	return out, nil
}

func list(files ...string) []byte {
	var out []byte
	for i := 0; i < len(files); i += 2 {
		out = fmt.Appendf(out, "%x  %s\n", sha256.Sum256([]byte(files[i+1])), files[i])
	}
	return out
}

func claim() *source.Claim {
	r := &repository{
		names: map[string]string{"HEAD": commit, "old": other},
		files: map[string]string{commit + ":a": "1", commit + ":b": "2", other + ":a": "1"},
	}
	r.release(releaseText, tagText)
	return &source.Claim{Commit: "HEAD", Tag: "v1.2.3", Repository: r}
}

func TestStatement(t *testing.T) {
	files := list("a", "1", "b", "2")
	text, err := claim().Statement(context.Background(), "1.2.3", [32]byte{1}, files, sha256.Sum256(files))
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Type          string `json:"_type"`
		PredicateType string
		Subject       []struct {
			Name   string
			Digest map[string]string
		}
		Predicate struct {
			Commit, Repository   string
			Source, Tag, Release map[string]string
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	p := s.Predicate
	release := object("commit", releaseText)
	tag := object("tag", strings.ReplaceAll(tagText, "RELEASE", release.ID))
	if s.Subject[0].Name != "manifest.json" || s.Subject[0].Digest["sha256"][:2] != "01" || p.Commit != commit ||
		p.Source["sha256"] != fmt.Sprintf("%x", sha256.Sum256(files)) ||
		!maps.Equal(p.Tag, map[string]string{"name": "v1.2.3", "id": tag.ID, "object": base64.StdEncoding.EncodeToString(tag.Content)}) ||
		!maps.Equal(p.Release, map[string]string{"id": release.ID, "object": base64.StdEncoding.EncodeToString(release.Content)}) {
		t.Errorf("%s", text)
	}
}

func TestStatementRefuses(t *testing.T) {
	good := list("a", "1", "b", "2")
	tagged := func(change func(r *repository)) func(*source.Claim) {
		return func(c *source.Claim) { change(c.Repository.(*repository)) }
	}
	release := func(old, text string) func(*source.Claim) {
		return tagged(func(r *repository) { r.release(strings.ReplaceAll(releaseText, old, text), tagText) })
	}
	tag := func(old, text string) func(*source.Claim) {
		return tagged(func(r *repository) { r.release(releaseText, strings.ReplaceAll(tagText, old, text)) })
	}
	for _, test := range []struct {
		name    string
		version string
		list    []byte
		change  func(*source.Claim)
		code    int
	}{
		{"changed file", "1.2.3", list("a", "1", "b", "3"), nil, action.Rejected},
		{"missing file", "1.2.3", list("a", "1", "c", "2"), nil, action.Failure},
		{"another commit", "1.2.3", good, func(c *source.Claim) { c.Commit, c.Tag = "old", "" }, action.Failure},
		{"tag of another source", "1.2.3", list("a", "1"), func(c *source.Claim) { c.Commit = "old" }, action.Rejected},
		{"release commit of another source", "1.2.3", good, release("parent "+commit, "parent "+other), action.Rejected},
		{"release commit of two sources", "1.2.3", good, release("parent "+commit, "parent "+commit+"\nparent "+other), action.Rejected},
		{"release commit of none", "1.2.3", good, release("parent "+commit+"\n", ""), action.Rejected},
		{"source in the message alone", "1.2.3", good, release("parent "+commit+"\nauthor A <a@example.invalid> 1 +0000", "author A\n\nparent "+commit), action.Rejected},
		{"release commit that adds more", "1.2.3", good, tagged(func(r *repository) { r.added = append(r.added, "z") }), action.Rejected},
		{"release commit that adds less", "1.2.3", good, tagged(func(r *repository) { r.added = r.added[1:] }), action.Rejected},
		{"release commit that is not there", "1.2.3", good, tag("RELEASE", commit), action.Failure},
		{"tag that says another name", "1.2.3", good, tag("tag v1.2.3", "tag v1.2.4"), action.Rejected},
		{"tag of a tree", "1.2.3", good, tag("type commit", "type tree"), action.Rejected},
		{"tag of a word", "1.2.3", good, tag("RELEASE", "--all"), action.Rejected},
		{"tag without an object", "1.2.3", good, tagged(func(r *repository) { r.objects["refs/tags/v1.2.3"] = object("commit", releaseText) }), action.Rejected},
		{"tag with other bytes than its id", "1.2.3", good, tagged(func(r *repository) {
			o := r.objects["refs/tags/v1.2.3"]
			o.Content = append(o.Content, 'x')
			r.objects["refs/tags/v1.2.3"] = o
		}), action.Rejected},
		{"tag of another version", "1.2.3", good, func(c *source.Claim) { c.Tag = "v1.2.4" }, action.Rejected},
		{"no such tag", "1.2.5", good, func(c *source.Claim) { c.Tag = "v1.2.5" }, action.Failure},
		{"no such commit", "1.2.3", good, func(c *source.Claim) { c.Commit = "x" }, action.Failure},
		{"no list", "1.2.3", nil, nil, action.Rejected},
		{"malformed list", "1.2.3", []byte("x\n"), nil, action.Rejected},
	} {
		c := claim()
		if test.change != nil {
			test.change(c)
		}
		text, err := c.Statement(context.Background(), test.version, [32]byte{1}, test.list, sha256.Sum256(test.list))
		if action.Code(err) != test.code {
			t.Errorf("%s: %s, %v, want code %d", test.name, text, err, test.code)
		}
	}
}
