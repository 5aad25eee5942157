// SPDX-License-Identifier: MIT

package repository

import (
	"errors"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
)

// refusals are the classes of what a client refuses. What is none of them, such as a server that is slow or away, is a
// failure, and says nothing against the repository.
var refusals = []struct {
	err   error
	class string
}{
	{tuf.ErrState, source.LostState},
	{tuf.ErrRollback, source.Rollback},
	{tuf.ErrExpired, source.Expired},
	{tuf.ErrUnsigned, source.Unsigned},
	{tuf.ErrMismatch, source.BadDigest},
	{tuf.ErrTooLarge, source.TooLarge},
	{tuf.ErrMalformed, source.BadList},
	{tuf.ErrName, source.BadList},
	{tuf.ErrOutside, source.BadList},
	{tuf.ErrNotFound, source.Unlisted},
}

// refusal gives an error of the client its class.
func refusal(err error) error {
	var refused *source.RefusedError
	if err == nil || errors.As(err, &refused) || errors.Is(err, onehost.ErrOtherHost) {
		return err
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return source.Refuse(r.class, "%v", err)
		}
	}
	return err
}
