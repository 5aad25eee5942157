// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"io"
)

// cancelReader reads from a source that may block for ever, such as a pipe,
// and returns the context's error as soon as the context ends.
type cancelReader struct {
	ctx    context.Context
	chunks chan []byte
	err    error // why chunks was closed; set before the close
	rest   []byte
}

// chunkSize is the most that is read ahead, in bytes.
const chunkSize = 64 << 10

func newCancelReader(ctx context.Context, r io.Reader) *cancelReader {
	c := &cancelReader{ctx: ctx, chunks: make(chan []byte)}
	go func() {
		defer close(c.chunks)
		for {
			buf := make([]byte, chunkSize)
			n, err := r.Read(buf)
			if n > 0 {
				select {
				case c.chunks <- buf[:n]:
				case <-ctx.Done():
					c.err = ctx.Err()
					return
				}
			}
			if err != nil {
				c.err = err
				return
			}
		}
	}()
	return c
}

func (c *cancelReader) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if err := c.ctx.Err(); err != nil {
			return 0, err
		}
		select {
		case <-c.ctx.Done():
			return 0, c.ctx.Err()
		case chunk, ok := <-c.chunks:
			if !ok {
				return 0, c.err
			}
			c.rest = chunk
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
