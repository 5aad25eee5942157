// SPDX-License-Identifier: MIT

package semver

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

// Limits of a release's tree, in files and bytes.
const (
	maxTreeFiles = 100_000
	maxTreeBytes = 1 << 30
)

// Git runs git in the clone at dir and gives its output. The user's configuration has no say.
func Git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// Tags are the tags of a clone that are versions of the root module.
func Tags(ctx context.Context, root string) ([]string, error) {
	out, err := Git(ctx, root, "tag", "--list", "v*")
	if err != nil {
		return nil, fmt.Errorf("list the releases: %w", err)
	}
	var tags []string
	for tag := range strings.FieldsSeq(string(out)) {
		if semver.IsValid(tag) {
			tags = append(tags, tag)
		}
	}
	semver.Sort(tags)
	return tags, nil
}

// Head is the full id of the commit that a clone has checked out.
func Head(ctx context.Context, root string) (string, error) {
	out, err := Git(ctx, root, "rev-parse", "--verify", "HEAD^{commit}")
	if err != nil {
		return "", fmt.Errorf("find the source commit: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Shallow says whether a clone lacks commits: https://git-scm.com/docs/git-rev-parse#Documentation/git-rev-parse.txt---is-shallow-repository
func Shallow(ctx context.Context, root string) (bool, error) {
	out, err := Git(ctx, root, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return false, fmt.Errorf("find out whether the clone is whole: %w", err)
	}
	return strings.TrimSpace(string(out)) != "false", nil
}

// Noted are the versions below root/changes: folders that docs/releasing.md has renamed after a release.
func Noted(root string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, "changes"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the releases: %w", err)
	}
	var all []string
	for _, e := range entries {
		if e.IsDir() && semver.IsValid(e.Name()) {
			all = append(all, e.Name())
		}
	}
	return all, nil
}

// Status asks git what differs from the last commit, whatever the clone's configuration would leave out.
var Status = []string{"status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none"}

// Dirty are the files of a clone that differ from its last commit, as git status prints them.
func Dirty(ctx context.Context, root string) ([]string, error) {
	out, err := Git(ctx, root, Status...)
	if err != nil {
		return nil, err
	}
	if text := strings.TrimRight(string(out), "\n"); text != "" {
		return strings.Split(text, "\n"), nil
	}
	return nil, nil
}

// wanted says whether a file of a release's tree is read: the amalgamation is not.
func wanted(name string) bool {
	return path.Ext(name) == ".go" || path.Base(name) == "go.mod" || path.Ext(name) == ".bzl" || path.Dir(name) == "api"
}

// Extract puts what a comparison reads of a commit into the empty folder dir.
func Extract(ctx context.Context, root, commit, dir string) (err error) {
	cmd := exec.CommandContext(ctx, "git", "-C", root, "archive", "--format=tar", commit)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("read %s: %w", commit, err)
	}
	err = untar(out, dir)
	if _, cerr := io.Copy(io.Discard, out); err == nil {
		err = cerr
	}
	if werr := cmd.Wait(); err == nil && werr != nil {
		err = fmt.Errorf("git archive: %w: %s", werr, strings.TrimSpace(stderr.String()))
	}
	if err != nil {
		return fmt.Errorf("read the tree of %s: %w", commit, err)
	}
	return nil
}

func untar(r io.Reader, dir string) error {
	left := int64(maxTreeBytes)
	t := tar.NewReader(r)
	for n := 0; ; n++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if left -= h.Size; n > maxTreeFiles || left < 0 {
			return fmt.Errorf("more than %d files or %d bytes", maxTreeFiles, maxTreeBytes)
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || !wanted(h.Name) {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
	}
}
