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

// maxBlob bounds a source file, in bytes.
const maxBlob = 256 << 20

// Git is a repository in a folder, read by the program git.
type Git struct {
	Dir string
	Env []string // the environment; variables that begin with GIT_ are left out, since they name other repositories
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

func (g *Git) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "git", append([]string{"-C", g.Dir}, args...)...)
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
		err = errors.Join(err, c.Wait())
	}()
	r := bufio.NewReader(out)
	var digests [][32]byte
	for _, name := range names {
		digest, err := readBlob(r)
		if err != nil {
			return nil, action.Reject(fmt.Errorf("read %s of commit %s: %w", name, commit, err))
		}
		digests = append(digests, digest)
	}
	return digests, nil
}

// readBlob reads one answer: OBJECT blob SIZE, a newline, the contents, a newline.
func readBlob(r *bufio.Reader) (digest [32]byte, err error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return digest, err
	}
	fields := strings.Fields(line)
	if len(fields) != 3 || fields[1] != "blob" {
		return digest, errors.New("the commit holds no such file")
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 || size > maxBlob {
		return digest, fmt.Errorf("a file of %.20s bytes", fields[2])
	}
	h := sha256.New()
	if _, err := io.CopyN(h, r, size); err != nil {
		return digest, err
	}
	if b, err := r.ReadByte(); err != nil || b != '\n' {
		return digest, errors.New("git's answer is cut off")
	}
	return [32]byte(h.Sum(nil)), nil
}
