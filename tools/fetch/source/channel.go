// SPDX-License-Identifier: MIT

package source

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/semver"
)

// A Channel is which versions a user follows.
type Channel string

// The channels.
const (
	Stable    Channel = "stable"    // releases alone
	Candidate Channel = "candidate" // what comes before a release, such as v1.0.0-rc.1, as well
)

// ParseChannel reads a channel's name.
func ParseChannel(name string) (Channel, error) {
	if c := Channel(name); c == Stable || c == Candidate {
		return c, nil
	}
	return "", fmt.Errorf("channel %.40q is neither %s nor %s", name, Stable, Candidate)
}

// Has reports whether a version is in the channel.
func (c Channel) Has(version string) bool { return c == Candidate || semver.Prerelease(version) == "" }

// Latest is the highest of versions that is in the channel; "" for none.
func (c Channel) Latest(versions []string) string {
	latest := ""
	for _, v := range versions {
		if c.Has(v) && (latest == "" || semver.Compare(v, latest) > 0) {
			latest = v
		}
	}
	return latest
}

// Pick is the version to get: the one that was asked for, or else the latest of the channel.
func Pick(versions []string, asked string, c Channel) (string, error) {
	switch latest := c.Latest(versions); {
	case asked != "" && !slices.Contains(versions, asked):
		return "", Refuse(Unlisted, "the source does not have %s; it has %s", asked, some(versions))
	case asked != "":
		return asked, nil
	case latest == "":
		return "", Refuse(Unlisted, "the source has no version of the channel %s; it has %s", c, some(versions))
	default:
		return latest, nil
	}
}

// maxRevoked bounds how many revoked versions are passed over.
const maxRevoked = 100

// Choose is Pick among the versions that are not revoked. One that was asked for by its name is refused if it is.
func Choose(ctx context.Context, s Source, versions []string, asked string, c Channel) (string, error) {
	left := slices.Clone(versions)
	for range maxRevoked {
		v, err := Pick(left, asked, c)
		if err != nil {
			return "", err
		}
		reason, err := Revoked(ctx, s, v)
		switch {
		case err != nil || reason == "":
			return v, err
		case asked != "":
			return "", Refuse(Withdrawn, "%s is revoked: %s; --allow-revoked takes it all the same", v, reason)
		}
		left = slices.DeleteFunc(left, func(other string) bool { return other == v })
	}
	return "", Refuse(Unlisted, "the latest %d versions of the channel %s are all revoked; name one by --version", maxRevoked, c)
}

// some is the last few versions.
func some(versions []string) string {
	if len(versions) == 0 {
		return "none"
	}
	return fmt.Sprint(versions[max(0, len(versions)-5):])
}
