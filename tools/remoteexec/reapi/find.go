// SPDX-License-Identifier: MIT

package reapi

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoAction says that no action has such an output.
var ErrNoAction = errors.New("no result names this file: was it made by an action, and is the result stored?")

// FindAction looks among blobs, any of which may be an action, for the one whose result has a file with the digest out.
// It returns the action and its result.
func (c *Client) FindAction(ctx context.Context, blobs []Digest, out Digest) (Digest, []byte, error) {
	for _, blob := range blobs {
		result, err := c.GetActionResult(ctx, blob)
		if CodeOf(err) == NotFound {
			continue
		}
		if err != nil {
			return Digest{}, nil, err
		}
		switch _, err := Replace(result, out, out); {
		case err == nil:
			return blob, result, nil
		case !errors.Is(err, ErrNotInResult):
			return Digest{}, nil, fmt.Errorf("read result of %s: %w", blob.Hash, err)
		}
	}
	return Digest{}, nil, ErrNoAction
}
