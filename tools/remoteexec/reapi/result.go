// SPDX-License-Identifier: MIT

package reapi

import (
	"bytes"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of ActionResult and OutputFile.
const (
	resultFiles = 2
	fileDigest  = 2
)

// ErrNotInResult says that no file of a result has the digest.
var ErrNotInResult = errors.New("no file of the result has this digest")

// Replace returns an ActionResult in which the files with the digest old have the other one, and nothing else differs.
// It fails with ErrNotInResult when there is none.
func Replace(result []byte, old, other Digest) ([]byte, error) {
	return replaceFields(result, func(n protowire.Number, file []byte) ([]byte, error) {
		if n != resultFiles {
			return nil, ErrNotInResult
		}
		return replaceFields(file, func(n protowire.Number, digest []byte) ([]byte, error) {
			if n != fileDigest || !bytes.Equal(digest, old.message()) {
				return nil, ErrNotInResult
			}
			return other.message(), nil
		})
	})
}

// replaceFields copies a message; f gives what is to stand in a field's place, or ErrNotInResult to leave it.
func replaceFields(b []byte, f func(n protowire.Number, v []byte) ([]byte, error)) ([]byte, error) {
	var out message
	replaced := false
	for len(b) > 0 {
		n, typ, size := protowire.ConsumeField(b)
		if size < 0 {
			return nil, fmt.Errorf("read message: %w", protowire.ParseError(size))
		}
		whole := b[:size]
		b = b[size:]
		if typ == protowire.BytesType {
			_, _, tag := protowire.ConsumeTag(whole)
			v, _ := protowire.ConsumeBytes(whole[tag:])
			switch other, err := f(n, v); {
			case err == nil:
				out, replaced = out.bytes(n, other), true
				continue
			case !errors.Is(err, ErrNotInResult):
				return nil, err
			}
		}
		out = append(out, whole...)
	}
	if !replaced {
		return nil, ErrNotInResult
	}
	return out, nil
}
