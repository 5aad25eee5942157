// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tree"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// bringing is a folder that brings files by itself, and lies about one that ends so.
type bringing struct {
	source.Source
	lie string
}

func (b bringing) Bring(ctx context.Context, version string, f source.File, to string, got func(int64)) error {
	body, _, err := b.Open(ctx, version, f, 0)
	if err != nil {
		return err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if b.lie != "" && strings.HasSuffix(f.Name, b.lie) {
		text[0] ^= 1
	}
	got(int64(len(text)))
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

// TestBringer: a source that brings files by itself is believed no more than others.
func TestBringer(t *testing.T) {
	d := newDesk(t)
	d.publish("site", d.release("1.2.0", specimen.Spoil{}))
	before := kinds
	defer func() { kinds = before }()
	lie := ""
	kinds = append(slices.Clone(kinds), kind{"bringer:", func(name string, _ access) (source.Source, error) {
		folder, err := tree.Folder(strings.TrimPrefix(name, "bringer:"))
		return bringing{folder, lie}, err
	}})
	install := []string{"install", "--from", "bringer:" + d.in("site"), "--to", d.in("root")}
	lie = "linux_amd64.tar.gz"
	d.want(3, "has not the SHA-256", install...)
	if d.inUse() != "" {
		t.Error("something is in use")
	}
	lie = ""
	if out := d.want(0, `"version": "v1.2.0"`, append(install, "--json")...); strings.Contains(out, `"bytes": 0`) {
		t.Errorf("no bytes were counted: %s", out)
	}
	d.wantInUse("v1.2.0")
}
