// SPDX-License-Identifier: MIT

package onehost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrSlow says that a server began an answer and did not go on with it.
var ErrSlow = errors.New("the server is too slow")

// A Pace is what an answer has to keep: at least so many bytes for each window of waiting. Time that the reader takes does
// not count.
type Pace struct {
	Window time.Duration
	Bytes  int64
}

// leastPace is about 1 KB/s. A server that stands still, or sends a byte now and then, would hold a program for ever.
var leastPace = Pace{time.Minute, 64 << 10}

// paced ends a body that does not keep the pace.
type paced struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	pace   Pace
	left   time.Duration // of this window
	got    int64         // bytes in it
}

func (p *paced) Read(b []byte) (int, error) {
	slow := fmt.Errorf("%w: less than %d bytes came in %s", ErrSlow, p.pace.Bytes, p.pace.Window)
	timer := time.AfterFunc(p.left, func() { p.cancel(slow) })
	start := time.Now()
	n, err := p.ReadCloser.Read(b)
	timer.Stop()
	p.left -= time.Since(start)
	if p.got += int64(n); p.got >= p.pace.Bytes {
		p.left, p.got = p.pace.Window, 0
	}
	if err == nil && p.left <= 0 {
		p.cancel(slow)
		err = slow
	}
	if err != nil && err != io.EOF && context.Cause(p.ctx) != nil {
		err = context.Cause(p.ctx)
	}
	return n, err
}

// Close ends the request as well.
func (p *paced) Close() error {
	p.cancel(nil)
	return p.ReadCloser.Close()
}
