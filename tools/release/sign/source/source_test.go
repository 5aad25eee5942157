// SPDX-License-Identifier: MIT

package source_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

const (
	commit = "1111111111111111111111111111111111111111"
	other  = "2222222222222222222222222222222222222222"
)

// repository is one in memory: names of commits, and files of each.
type repository struct {
	names map[string]string
	files map[string]string
}

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
	return &source.Claim{Commit: "HEAD", Tag: "v1.2.3", Repository: &repository{
		names: map[string]string{"HEAD": commit, "refs/tags/v1.2.3": commit, "refs/tags/v1.2.4": commit, "old": other},
		files: map[string]string{commit + ":a": "1", commit + ":b": "2", other + ":a": "1"},
	}}
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
			Commit, Tag, Repository string
			Source                  map[string]string
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	p := s.Predicate
	if s.Subject[0].Name != "manifest.json" || s.Subject[0].Digest["sha256"][:2] != "01" || p.Commit != commit || p.Tag != "v1.2.3" ||
		p.Source["sha256"] != fmt.Sprintf("%x", sha256.Sum256(files)) {
		t.Errorf("%s", text)
	}
}

func TestStatementRefuses(t *testing.T) {
	good := list("a", "1", "b", "2")
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
		{"tag of another commit", "1.2.3", list("a", "1"), func(c *source.Claim) { c.Commit = "old" }, action.Rejected},
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
