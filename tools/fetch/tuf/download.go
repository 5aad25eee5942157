// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// partial ends the name of a file that is being downloaded.
const partial = ".part"

// Download fetches a target into a file, which appears whole and verified or not at all. A file that has the bytes already is
// left as it is. What a download that was stopped left behind, in the file's name and .part, is resumed. progress, if it is
// not nil, is told how many bytes of all are there.
func (c *Client) Download(ctx context.Context, name, file string, progress func(done, all int64)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.download(ctx, name, file, progress); err != nil {
		return fmt.Errorf("download %.200q: %w", name, err)
	}
	return nil
}

func (c *Client) download(ctx context.Context, name, file string, progress func(done, all int64)) error {
	if c.o.TargetsURL == "" {
		return errors.New("there is no address of targets")
	}
	t, err := c.lookUp(ctx, name)
	if err != nil {
		return err
	}
	w, err := newWanted(t, progress)
	if err != nil {
		return err
	}
	if there, err := w.fill(file); err == nil && there == t.Length && w.matches() {
		return nil
	}
	address := c.address(name, w)
	for {
		resumed, err := c.fetchTarget(ctx, address, file+partial, w)
		if errors.Is(err, ErrMismatch) {
			// Bytes of an earlier run may be what is wrong: once more without them.
			if removed := os.Remove(file + partial); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
				return removed
			}
			if resumed {
				continue
			}
		}
		if err != nil {
			return err
		}
		break
	}
	if err := os.Rename(file+partial, file); err != nil {
		return err
	}
	return action.SyncFolder(filepath.Dir(file))
}

// address is where the bytes are: behind their digest, where the repository has consistent snapshots.
func (c *Client) address(name string, w *wanted) string {
	elements := strings.Split(name, "/")
	if c.updater.GetTrustedMetadataSet().Root.Signed.ConsistentSnapshot {
		elements[len(elements)-1] = w.prefix + "." + path.Base(name)
	}
	return join(c.o.TargetsURL, elements...)
}

// fetchTarget gets the bytes that are missing in a part, and says whether there were some.
func (c *Client) fetchTarget(ctx context.Context, address, part string, w *wanted) (resumed bool, err error) {
	have, err := w.fill(part)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if have > w.size {
		return true, fmt.Errorf("%w: %s is too long", ErrMismatch, part)
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if have < w.size || have == 0 {
		if have, err = c.append(ctx, address, f, have, w); err != nil {
			return have > 0, err
		}
	}
	if !w.matches() {
		return have > 0, fmt.Errorf("%w: %s", ErrMismatch, address)
	}
	return have > 0, f.Sync()
}

// append asks for what begins at an offset and writes it. It returns the offset where it began in truth.
func (c *Client) append(ctx context.Context, address string, f *os.File, have int64, w *wanted) (int64, error) {
	res, err := c.get(ctx, address, have)
	if err != nil {
		return have, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusPartialContent && have > 0 && strings.HasPrefix(res.Header.Get("Content-Range"), "bytes "+strconv.FormatInt(have, 10)+"-"):
	case res.StatusCode == http.StatusOK:
		have = 0
		w.reset()
	case res.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return have, fmt.Errorf("%w: %s ends before %d", ErrMismatch, address, have)
	default:
		return have, fmt.Errorf("%w: %s: status %d", ErrUnreachable, address, res.StatusCode)
	}
	if res.ContentLength > w.size-have {
		return have, fmt.Errorf("%w: %s announces %d, at most %d", ErrTooLarge, address, res.ContentLength, w.size-have)
	}
	if err := f.Truncate(have); err != nil {
		return have, err
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return have, err
	}
	n, err := io.Copy(io.MultiWriter(f, w), io.LimitReader(res.Body, w.size-have))
	if err != nil {
		return have, err
	}
	if extra, _ := io.ReadFull(res.Body, make([]byte, 1)); extra > 0 {
		return have, fmt.Errorf("%w: %s has more than %d", ErrTooLarge, address, w.size)
	}
	if n < w.size-have {
		return have, fmt.Errorf("%w: %s ends after %d of %d bytes", ErrUnreachable, address, have+n, w.size)
	}
	return have, nil
}

// wanted are the bytes of a target: what is written to it is held against length and digests.
type wanted struct {
	size     int64
	prefix   string // the digest that stands before the name
	digests  map[string]metadata.HexBytes
	hashes   map[string]hash.Hash
	done     int64
	progress func(done, all int64)
}

func newWanted(t *metadata.TargetFiles, progress func(done, all int64)) (*wanted, error) {
	w := &wanted{size: t.Length, digests: t.Hashes, hashes: map[string]hash.Hash{}, progress: progress}
	for _, known := range []struct {
		name string
		hash func() hash.Hash
	}{{"sha512", sha512.New}, {"sha256", sha256.New}} {
		if digest, ok := t.Hashes[known.name]; ok {
			w.hashes[known.name] = known.hash()
			w.prefix = fmt.Sprintf("%x", []byte(digest))
		}
	}
	if len(w.hashes) == 0 {
		return nil, fmt.Errorf("%w: it has no digest by SHA-256 or SHA-512", ErrMalformed)
	}
	return w, nil
}

func (w *wanted) reset() {
	w.done = 0
	for _, h := range w.hashes {
		h.Reset()
	}
}

func (w *wanted) Write(p []byte) (int, error) {
	for _, h := range w.hashes {
		h.Write(p)
	}
	w.done += int64(len(p))
	if w.progress != nil {
		w.progress(w.done, w.size)
	}
	return len(p), nil
}

func (w *wanted) matches() bool {
	if w.done != w.size {
		return false
	}
	for name, h := range w.hashes {
		if !bytes.Equal(h.Sum(nil), w.digests[name]) {
			return false
		}
	}
	return true
}

// fill begins with the bytes of a file, of which at most one more than the target has is read.
func (w *wanted) fill(file string) (int64, error) {
	w.reset()
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return io.Copy(w, io.LimitReader(f, w.size+1))
}
