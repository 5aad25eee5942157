// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// maxMetadata bounds a file of metadata, in bytes, whatever signed metadata says of its length.
const maxMetadata = 5_000_000

// A fetcher gets metadata for the updater, and keeps each root that comes.
type fetcher struct {
	client *Client
	ctx    context.Context // of the call that is running
}

// DownloadFile implements the library's interface. The last argument means nothing.
func (f *fetcher) DownloadFile(address string, limit int64, _ time.Duration) ([]byte, error) {
	text, err := f.download(address, min(limit, maxMetadata))
	if version := rootVersion(address); err == nil && version > 0 {
		// Before the updater takes it, so that nothing is missing whenever this program is stopped: who reads the
		// roots again verifies them.
		err = keepRoot(f.client.o.State, version, text)
	}
	return text, err
}

// rootVersion is N of an address that ends in /N.root.json; 0 of others.
func rootVersion(address string) int64 {
	text, ok := strings.CutSuffix(path.Base(address), "."+metadata.ROOT+".json")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (f *fetcher) download(address string, limit int64) ([]byte, error) {
	res, err := f.client.get(f.ctx, address, 0)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, &metadata.ErrDownloadHTTP{StatusCode: res.StatusCode, URL: address}
	case res.ContentLength > limit:
		return nil, fmt.Errorf("%w: %s announces %d, at most %d", ErrTooLarge, address, res.ContentLength, limit)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%w: %s has more than %d", ErrTooLarge, address, limit)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// get begins a request whose answer begins at an offset. The body keeps watch on the pace, and its errors have a class.
func (c *Client) get(ctx context.Context, address string, offset int64) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	b := &watched{ctx: ctx, cancel: cancel, limits: c.o.Limits, address: address}
	b.timer = time.AfterFunc(time.Hour, b.look)
	b.timer.Reset(c.o.Limits.Window) // only now, when look can see the timer
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	req.Header.Set("Accept-Encoding", "identity") // sizes and offsets are those of the bytes that were signed for
	if offset > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatInt(offset, 10)+"-")
	}
	res, err := c.o.HTTP.Do(req)
	if err != nil {
		err = b.classify(err)
		b.Close()
		return nil, err
	}
	b.body, res.Body = res.Body, b
	return res, nil
}

// A watched body ends when too few bytes came in one window.
type watched struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	body    io.ReadCloser
	limits  Limits
	address string
	count   atomic.Int64 // bytes of this window
	timer   *time.Timer
}

func (b *watched) look() {
	if b.count.Swap(0) < b.limits.Bytes {
		b.cancel(fmt.Errorf("%w: fewer than %d bytes of %s in %s", ErrSlow, b.limits.Bytes, b.address, b.limits.Window))
		return
	}
	b.timer.Reset(b.limits.Window)
}

func (b *watched) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.count.Add(int64(n))
	if err != nil && err != io.EOF {
		err = b.classify(err)
	}
	return n, err
}

func (b *watched) Close() error {
	b.timer.Stop()
	b.cancel(nil)
	if b.body == nil {
		return nil
	}
	return b.body.Close()
}

// classify prefers why this program ended a request to what the transport says of it.
func (b *watched) classify(err error) error {
	if cause := context.Cause(b.ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
