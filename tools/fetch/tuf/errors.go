// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// What went wrong, for errors.Is. Every error of a Client is one of them, or the context's.
var (
	ErrRollback    = errors.New("the repository shows an older state than was seen before")
	ErrExpired     = errors.New("metadata ended: the repository is not looked after, or somebody keeps back what is new")
	ErrUnsigned    = errors.New("not signed by enough of the keys that have to")
	ErrMismatch    = errors.New("the bytes are not those that were signed for")
	ErrTooLarge    = errors.New("more bytes than there may be")
	ErrSlow        = errors.New("the server is too slow")
	ErrMalformed   = errors.New("malformed metadata")
	ErrName        = errors.New("not the name of a target")
	ErrOutside     = errors.New("a role lists what it may not")
	ErrNotFound    = errors.New("the repository does not list it")
	ErrState       = errors.New("the state is damaged or another repository's")
	ErrUnreachable = errors.New("the server does not answer as it should")
	ErrDisk        = errors.New("this machine's disk does not take it")
)

var classes = []error{ErrRollback, ErrExpired, ErrUnsigned, ErrMismatch, ErrTooLarge, ErrSlow, ErrMalformed, ErrName, ErrOutside,
	ErrNotFound, ErrState, ErrUnreachable, ErrDisk, context.Canceled, context.DeadlineExceeded}

// classify gives an error of the updater its class. The library's text follows: it names role and versions.
func classify(err error) error {
	if err == nil {
		return nil
	}
	for _, class := range classes {
		if errors.Is(err, class) {
			return err
		}
	}
	class := ErrMalformed
	var file *fs.PathError
	var names *os.LinkError
	switch text := err.Error(); {
	case errors.As(err, &file), errors.As(err, &names):
		class = ErrDisk
	case errors.Is(err, &metadata.ErrExpiredMetadata{}):
		class = ErrExpired
	case errors.Is(err, &metadata.ErrBadVersionNumber{}), strings.Contains(text, "new snapshot is missing info for"):
		class = ErrRollback
	case errors.Is(err, &metadata.ErrUnsignedMetadata{}), strings.Contains(text, "insufficient threshold"), strings.Contains(text, "no delegation found"):
		class = ErrUnsigned
	case errors.Is(err, &metadata.ErrLengthOrHashMismatch{}):
		class = ErrMismatch
	case errors.Is(err, &metadata.ErrDownloadLengthMismatch{}):
		class = ErrTooLarge
	case errors.Is(err, &metadata.ErrDownloadHTTP{}):
		class = ErrUnreachable
	case strings.HasPrefix(text, "role ") && strings.HasSuffix(text, " not found in snapshot"):
		class = ErrNotFound
	}
	return fmt.Errorf("%w: %w", class, err)
}

// guarded calls the library, which follows a null in metadata before it has looked at signatures.
func guarded(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrMalformed, p)
		}
	}()
	return classify(call())
}
