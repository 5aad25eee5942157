// SPDX-License-Identifier: MIT

package module

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"

	"github.com/gosqlite/gosqlite/tools/release/semver"
)

// identity is who makes a release commit. .invalid is nobody's: https://www.rfc-editor.org/rfc/rfc2606#section-2
const identity = "gosqlite release"

const address = "release@gosqlite.invalid"

// plumbing runs git with an index of its own and with nothing of the user's configuration.
type plumbing struct {
	root string
	env  []string
}

func (p plumbing) git(ctx context.Context, stdin []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", p.root}, args...)...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("run git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// Message is what the release commit says.
func (s *Source) Message(version string) string {
	return fmt.Sprintf("gosqlite %s\n\nThe tree of %s with SQLite's amalgamation in internal/capi,\nfor users of plain Go. It is never merged.\n", version, s.Commit)
}

// WriteCommit makes the release commit in the clone and gives its id. The working tree, the index and the branches stay as
// they are; git removes a commit that gets no tag in time.
func (s *Source) WriteCommit(ctx context.Context, version string) (string, error) {
	dir, err := os.MkdirTemp("", "gosqlite-index-")
	if err != nil {
		return "", fmt.Errorf("make the release commit: %w", err)
	}
	defer os.RemoveAll(dir)
	date := fmt.Sprintf("%d +0000", s.Time.Unix())
	p := plumbing{s.Root, []string{
		"GIT_INDEX_FILE=" + filepath.Join(dir, "index"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=" + identity, "GIT_AUTHOR_EMAIL=" + address, "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=" + identity, "GIT_COMMITTER_EMAIL=" + address, "GIT_COMMITTER_DATE=" + date,
	}}
	fail := func(err error) (string, error) { return "", fmt.Errorf("make the release commit: %w", err) }
	if _, err := p.git(ctx, nil, "read-tree", s.Commit); err != nil {
		return fail(err)
	}
	for _, name := range Generated {
		blob, err := p.git(ctx, s.file(name), "hash-object", "-w", "--no-filters", "--stdin")
		if err != nil {
			return fail(err)
		}
		if _, err := p.git(ctx, nil, "update-index", "--add", "--cacheinfo", "100644,"+blob+","+name); err != nil {
			return fail(err)
		}
	}
	tree, err := p.git(ctx, nil, "write-tree")
	if err != nil {
		return fail(err)
	}
	commit, err := p.git(ctx, []byte(s.Message(version)), "-c", "commit.gpgSign=false", "-c", "i18n.commitEncoding=UTF-8", "commit-tree", tree, "-p", s.Commit)
	if err != nil {
		return fail(err)
	}
	return commit, nil
}

// signatureLine is before the signature that package gittag puts behind a tag.
const signatureLine = "-----BEGIN SSH SIGNATURE-----"

// WriteTag makes an annotated tag, without a signature, of a commit: the same bytes for the same version, commit and date.
// A tag that is there already is not moved; that it is the same, but for a signature, is no error, and another one is ErrUsed.
func (s *Source) WriteTag(ctx context.Context, version, commit string) (string, error) {
	p := plumbing{s.Root, []string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C"}}
	text := fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger %s <%s> %d +0000\n\ngosqlite %s\n", commit, version, identity, address, s.Time.Unix(), version)
	id, err := p.git(ctx, []byte(text), "mktag")
	if err != nil {
		return "", fmt.Errorf("make tag %s: %w", version, err)
	}
	have, err := p.git(ctx, nil, "rev-parse", "--verify", "--quiet", "refs/tags/"+version)
	if err == nil {
		// One that is no object of its own has no text, and is another.
		signed, _ := p.git(ctx, nil, "cat-file", "tag", have)
		if unsigned, _, ok := strings.Cut(signed, signatureLine); have != id && (!ok || unsigned != text) {
			return "", fmt.Errorf("make tag %s: there is one that says something else: %w", version, ErrUsed)
		}
		return have, nil
	}
	// The zeros make it fail where somebody else was faster.
	if _, err := p.git(ctx, nil, "update-ref", "refs/tags/"+version, id, strings.Repeat("0", len(id))); err != nil {
		return "", fmt.Errorf("make tag %s: %w", version, err)
	}
	return id, nil
}

// TagSum is the h1: checksum of the module that golang.org/x/mod/zip makes of a tag.
func TagSum(ctx context.Context, root, modulePath, version, tag string) (string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	commit, err := semver.Git(ctx, root, "rev-parse", "--verify", "--end-of-options", tag+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("find tag %s: %w", tag, err)
	}
	f, err := os.CreateTemp("", "gosqlite-module-*.zip")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	err = zip.CreateFromVCS(f, module.Version{Path: modulePath, Version: version}, root, strings.TrimSpace(string(commit)), "")
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("make a module of tag %s: %w", tag, err)
	}
	return dirhash.HashZip(f.Name(), dirhash.Hash1)
}

// Check fails with ErrDiffers unless the module in the tree of files and the one of the tag are the same, by their h1: checksums.
func Check(ctx context.Context, root, modulePath, version, out string) (string, error) {
	dir, err := Folder(out, modulePath)
	if err != nil {
		return "", err
	}
	escaped, err := module.EscapeVersion(version)
	if err != nil {
		return "", err
	}
	packed, err := dirhash.HashZip(filepath.Join(dir, escaped+".zip"), dirhash.Hash1)
	if err != nil {
		return "", fmt.Errorf("check module: %w", err)
	}
	tagged, err := TagSum(ctx, root, modulePath, version, "refs/tags/"+version)
	if err != nil {
		return "", err
	}
	if packed != tagged {
		return "", fmt.Errorf("check module: the zip is %s, the tag %s: %w", packed, tagged, ErrDiffers)
	}
	return packed, nil
}
