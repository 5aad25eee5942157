// SPDX-License-Identifier: MIT

package onehost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ErrNotFound says that a server has no such thing.
var ErrNotFound = errors.New("the server does not have it")

// Get reads what an address has from the byte number from on. It tells where the body begins: there, or at 0 where the
// server reads no ranges. The caller bounds the body.
func Get(ctx context.Context, do func(*http.Request) (*http.Response, error), address string, from int64) (body io.ReadCloser, at int64, err error) {
	r, err := http.NewRequestWithContext(Unbounded(ctx), http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	// A body that the transport unpacks would have other bytes than a range of it.
	r.Header.Set("Accept-Encoding", "identity")
	if from > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	answer, err := do(r)
	if err != nil {
		return nil, 0, err
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return answer.Body, 0, nil
	case http.StatusPartialContent:
		if from > 0 && strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)) {
			return answer.Body, from, nil
		}
		err = fmt.Errorf("bytes from %d on were asked for, and %.80q came", from, answer.Header.Get("Content-Range"))
	case http.StatusRequestedRangeNotSatisfiable:
		answer.Body.Close()
		if from > 0 {
			return Get(ctx, do, address, 0)
		}
		err = errors.New(answer.Status)
	case http.StatusNotFound, http.StatusGone:
		err = ErrNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		err = fmt.Errorf("%s: name a user who may read it with --credentials", answer.Status)
	default:
		err = errors.New(answer.Status)
	}
	answer.Body.Close()
	return nil, 0, fmt.Errorf("get %s: %w", r.URL.Path, err)
}
