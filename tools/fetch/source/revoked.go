// SPDX-License-Identifier: MIT

package source

import (
	"context"
	"slices"
	"strings"
	"unicode"
)

// A Revoker is a source that knows which versions nobody should use any more. Nothing vouches for that, as little as for its
// list: a source can hide it, so that a policy's minimum version is what a user has against a version that is known to be bad.
type Revoker interface {
	// Revoked gives the reason, or "" if the version was not revoked.
	Revoked(ctx context.Context, version string) (reason string, err error)
}

// maxReason bounds what is shown of a reason, in bytes.
const maxReason = 500

// Revoked asks a source, if it knows. A reason is one printable line.
func Revoked(ctx context.Context, s Source, version string) (string, error) {
	r, ok := s.(Revoker)
	if !ok {
		return "", nil
	}
	reason, err := r.Revoked(ctx, version)
	if err != nil || reason == "" {
		return "", err
	}
	reason = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, reason[:min(len(reason), maxReason)])
	return reason, nil
}

// Choose is Pick among versions that were not revoked. One that was revoked is refused by its name, too, unless revoked
// versions are admitted.
func Choose(ctx context.Context, s Source, versions []string, asked string, c Channel, admit bool) (string, error) {
	var last string
	for versions = slices.Clone(versions); ; {
		version, err := Pick(versions, asked, c)
		if err != nil && last != "" {
			return "", Refuse(RevokedVersion, "every version of the channel %s was revoked, %s", c, last)
		}
		if err != nil || admit {
			return version, err
		}
		reason, err := Revoked(ctx, s, version)
		switch {
		case err != nil:
			return "", err
		case reason == "":
			return version, nil
		case asked != "":
			return "", Refuse(RevokedVersion, "%s was revoked: %s; take another version; --allow-revoked takes it all the same", version, reason)
		}
		last = version + ": " + reason
		versions = slices.DeleteFunc(versions, func(v string) bool { return v == version })
	}
}
