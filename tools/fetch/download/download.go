// SPDX-License-Identifier: MIT

// Package download brings files from a source into a folder. What breaks off is gone on with, in the same run and in the
// next; a file appears under its name once it has its digest, and no more bytes are written than the file may have.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Limits of patience.
const (
	maxIdle     = 4   // attempts one after the other that bring no byte
	maxAttempts = 200 // in all, for one file
)

// A Downloader downloads.
type Downloader struct {
	// Parts is a folder for what is not whole yet, by digest. It is on the file system of the files.
	Parts string
	// Stall is how long a server may send nothing.
	Stall time.Duration
	// Wait is called before the attempt of a number, from 1 on; it returns an error when the context is over.
	Wait func(ctx context.Context, attempt int) error
	// Got is told how many bytes more, or less where it begins anew, a file has; nil for nobody.
	Got func(f source.File, bytes int64)
}

// Open reads something from a byte on, as source.Source does.
type Open func(ctx context.Context, from int64) (body io.ReadCloser, at int64, err error)

// Fetch brings a file of at most limit bytes to a name, and reports how many bytes came. What is there already, with the
// right digest, is left. Other bytes than the digest's are refused and not kept.
func (d *Downloader) Fetch(ctx context.Context, open Open, f source.File, limit int64, to string) (came int64, err error) {
	if f.Size > limit {
		return 0, source.Refuse(source.TooLarge, "get %s: %d bytes, and at most %d are taken", f.Name, f.Size, limit)
	}
	if f.Size >= 0 {
		limit = f.Size
	}
	if sum, err := action.Digest(to); err == nil && sum == f.SHA256 {
		return 0, nil
	}
	p, err := d.begin(f, limit)
	if err != nil {
		return 0, err
	}
	defer p.file.Close()
	resumed := p.have > 0
	for {
		if err := d.bring(ctx, open, p); err != nil {
			return p.came, fmt.Errorf("get %s: %w", f.Name, err)
		}
		if hex.EncodeToString(p.hash.Sum(nil)) == f.SHA256 {
			break
		}
		if err := p.restart(); err != nil {
			return p.came, err
		}
		if !resumed {
			os.Remove(p.file.Name())
			return p.came, source.Refuse(source.BadDigest, "get %s: what came has not the SHA-256 %s", f.Name, f.SHA256)
		}
		resumed = false // what lay there from an earlier run may have been wrong
	}
	return p.came, p.finish(to)
}

// A part is a file that is not whole yet.
type part struct {
	d     *Downloader
	of    source.File
	limit int64
	file  *os.File
	hash  hash.Hash
	have  int64 // bytes in file, all of which hash has seen
	came  int64 // bytes over the net
}

// begin opens what an earlier run left.
func (d *Downloader) begin(f source.File, limit int64) (*part, error) {
	file, err := os.OpenFile(filepath.Join(d.Parts, f.SHA256), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", f.Name, err)
	}
	p := &part{d: d, of: f, limit: limit, file: file, hash: sha256.New()}
	p.have, err = io.Copy(p.hash, io.LimitReader(file, limit+1))
	if err == nil && p.have > limit {
		err = p.restart()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", file.Name(), err), file.Close())
	}
	p.tell(p.have)
	return p, nil
}

func (p *part) tell(bytes int64) {
	if p.d.Got != nil {
		p.d.Got(p.of, bytes)
	}
}

// restart forgets what is there.
func (p *part) restart() error {
	p.tell(-p.have)
	p.hash.Reset()
	p.have = 0
	_, err := p.file.Seek(0, io.SeekStart)
	return errors.Join(p.file.Truncate(0), err)
}

// bring gets all bytes, in as many attempts as that takes.
func (d *Downloader) bring(ctx context.Context, open Open, p *part) error {
	if p.of.Size >= 0 && p.have == p.of.Size {
		return nil
	}
	var last error
	for attempt, idle := 0, 0; idle < maxIdle && attempt < maxAttempts; attempt++ {
		if attempt > 0 {
			if err := d.Wait(ctx, attempt); err != nil {
				return errors.Join(err, last)
			}
		}
		before := p.came
		whole, err := d.attempt(ctx, open, p)
		switch {
		case whole || err != nil && final(ctx, err):
			return err
		case p.came > before:
			idle = 0
		default:
			idle++
		}
		last = err
	}
	return fmt.Errorf("it broke off after %d bytes and does not go on; run again to go on from there: %w", p.have, last)
}

// A writeError is one of the disk, which another attempt does not mend.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// final reports whether another attempt would be in vain.
func final(ctx context.Context, err error) bool {
	var refused *source.RefusedError
	var write *writeError
	return ctx.Err() != nil || errors.As(err, &refused) || errors.As(err, &write) ||
		errors.Is(err, onehost.ErrNotFound) || errors.Is(err, onehost.ErrOtherHost) || errors.Is(err, fs.ErrNotExist)
}

// attempt reads from where the part ends. It reports whether the file is whole.
func (d *Downloader) attempt(ctx context.Context, open Open, p *part) (whole bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(d.Stall, func() { cancel(fmt.Errorf("the server sent nothing for %v", d.Stall)) })
	defer timer.Stop()
	body, at, err := open(ctx, p.have)
	if err != nil {
		return false, cause(ctx, err)
	}
	defer body.Close()
	if at != p.have {
		if at != 0 {
			return false, fmt.Errorf("it begins at byte %d, not %d", at, p.have)
		}
		if err := p.restart(); err != nil {
			return false, &writeError{err}
		}
	}
	buffer := make([]byte, 128<<10)
	for {
		n, err := body.Read(buffer)
		timer.Reset(d.Stall)
		if err := p.take(buffer[:n]); err != nil {
			return false, err
		}
		if errors.Is(err, io.EOF) {
			if p.have < p.of.Size {
				return false, fmt.Errorf("%d of %d bytes came", p.have, p.of.Size)
			}
			return true, nil
		}
		if err != nil {
			return false, cause(ctx, err)
		}
	}
}

// cause says why a context was over, where that is what an error is about.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
		return why
	}
	return err
}

func (p *part) take(bytes []byte) error {
	if p.have+int64(len(bytes)) > p.limit {
		err := source.Refuse(source.TooLarge, "more than %d bytes come", p.limit)
		return errors.Join(err, p.restart())
	}
	if _, err := p.file.Write(bytes); err != nil {
		return &writeError{err}
	}
	p.hash.Write(bytes)
	p.have += int64(len(bytes))
	p.came += int64(len(bytes))
	p.tell(int64(len(bytes)))
	return nil
}

// finish lets the file appear. It is not synced: who uses it does so for all at once, which takes a fraction of the time,
// and another run computes its digest anew.
func (p *part) finish(to string) error {
	err := os.MkdirAll(filepath.Dir(to), 0o755)
	if err == nil {
		err = os.Rename(p.file.Name(), to)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", p.of.Name, err)
	}
	return nil
}
