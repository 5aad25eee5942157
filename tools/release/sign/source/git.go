// SPDX-License-Identifier: MIT

package source

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Limits of what is read, in bytes.
const (
	maxBlob   = 256 << 20 // a source file
	maxObject = 64 << 10  // a tag or commit
)

// Git is a repository in a folder, read by the program git.
type Git struct {
	Dir string
	Env []string // the environment; variables that begin with GIT_ are left out, since they name other repositories
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

func (g *Git) command(ctx context.Context, args ...string) *exec.Cmd {
	// A clone can have objects that stand for others, which nobody else has.
	c := exec.CommandContext(ctx, "git", append([]string{"--no-replace-objects", "-C", g.Dir}, args...)...)
	c.Env = []string{}
	for _, v := range g.Env {
		if !strings.HasPrefix(v, "GIT_") {
			c.Env = append(c.Env, v)
		}
	}
	return c
}

// Commit asks git rev-parse.
func (g *Git) Commit(ctx context.Context, name string) (string, error) {
	c := g.command(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	id := strings.TrimSuffix(string(out), "\n")
	if err != nil || !commitID.MatchString(id) {
		return "", fmt.Errorf("find commit %s in %s: git knows none: %s", name, g.Dir, strings.TrimSpace(stderr.String()))
	}
	return id, nil
}

// Files asks git cat-file --batch.
func (g *Git) Files(ctx context.Context, commit string, names []string) (_ [][32]byte, err error) {
	c := g.command(ctx, "cat-file", "--batch")
	var asks bytes.Buffer
	for _, name := range names {
		if strings.ContainsAny(name, "\n") {
			return nil, fmt.Errorf("read %q of commit %s: git takes one name a line", name, commit)
		}
		fmt.Fprintf(&asks, "%s:%s\n", commit, name)
	}
	c.Stdin = &asks
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("read commit %s: %w", commit, err)
	}
	defer func() {
		if err != nil {
			c.Process.Kill()
		}
		werr := c.Wait()
		text := strings.TrimSpace(stderr.String())
		switch {
		case err != nil && text != "":
			err = fmt.Errorf("%w: %s", err, text)
		case err == nil && werr != nil:
			err = fmt.Errorf("read commit %s: %w: %s", commit, werr, text)
		}
	}()
	return readBlobs(bufio.NewReader(out), commit, names)
}

// readBlobs reads the answers about files.
func readBlobs(r *bufio.Reader, commit string, names []string) ([][32]byte, error) {
	var digests [][32]byte
	for _, name := range names {
		h := sha256.New()
		_, kind, err := readObject(r, maxBlob, h)
		if err == nil && kind != "blob" {
			err = action.Reject(errors.New("the commit holds no such file"))
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of commit %s: %w", name, commit, err)
		}
		digests = append(digests, [32]byte(h.Sum(nil)))
	}
	return digests, nil
}

// said is an error of git with what it wrote to stderr.
func said(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	return err
}

// readObject reads one answer of git cat-file: ID KIND SIZE, a newline, the contents, a newline. Of what is not there, the
// kind is missing.
func readObject(r *bufio.Reader, limit int64, to io.Writer) (id, kind string, err error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", "", err
	}
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return "", "missing", nil
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 || size > limit {
		return "", "", fmt.Errorf("a %s of %.20s bytes, at most %d", fields[1], fields[2], limit)
	}
	if _, err := io.CopyN(to, r, size); err != nil {
		return "", "", err
	}
	if b, err := r.ReadByte(); err != nil || b != '\n' {
		return "", "", errors.New("git's answer is cut off")
	}
	return fields[0], fields[1], nil
}

// Object asks git cat-file --batch.
func (g *Git) Object(ctx context.Context, name string) (Object, error) {
	fail := func(err error) (Object, error) {
		return Object{}, fmt.Errorf("read %s in %s: %w", name, g.Dir, err)
	}
	if strings.ContainsAny(name, "\n") {
		return fail(errors.New("git takes one name a line"))
	}
	c := g.command(ctx, "cat-file", "--batch")
	c.Stdin = strings.NewReader(name + "\n")
	out, err := c.Output()
	if err != nil {
		return fail(said(err))
	}
	var content bytes.Buffer
	id, kind, err := readObject(bufio.NewReader(bytes.NewReader(out)), maxObject, &content)
	if err != nil {
		return fail(err)
	}
	if kind == "missing" {
		return fail(errors.New("git knows none"))
	}
	return Object{ID: id, Kind: kind, Content: content.Bytes()}, nil
}

// ReplaceTag puts a tag with other contents in the place of the one that has an id, by git hash-object and git update-ref. A
// tag that somebody moved meanwhile is left alone.
func (g *Git) ReplaceTag(ctx context.Context, name, old string, content []byte) error {
	write := g.command(ctx, "hash-object", "-t", "tag", "-w", "--stdin")
	write.Stdin = bytes.NewReader(content)
	id, err := write.Output()
	if err == nil {
		_, err = g.command(ctx, "update-ref", "refs/tags/"+name, strings.TrimSpace(string(id)), old).Output()
	}
	if err != nil {
		return fmt.Errorf("replace tag %s in %s: %w", name, g.Dir, said(err))
	}
	return nil
}

// Added asks git diff-tree.
func (g *Git) Added(ctx context.Context, from, to string) ([]string, error) {
	out, err := g.command(ctx, "diff-tree", "-r", "-z", "--no-renames", "--name-status", from, to).Output()
	if err != nil {
		return nil, fmt.Errorf("compare commits %s and %s: %w", from, to, said(err))
	}
	var added []string
	fields := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "A" {
			return nil, action.Reject(fmt.Errorf("commit %s has another %s than its parent; a release commit adds files and changes none", to, fields[i+1]))
		}
		added = append(added, fields[i+1])
	}
	return added, nil
}
