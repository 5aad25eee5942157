// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A Target is a file that the repository lists.
type Target struct {
	Name    string // CHANNEL/MAJOR/VERSION/FILE, with slashes
	Version string // with a leading v
	File    string // its name in the release, with slashes
	Size    int64  // in bytes
	SHA256  string // in hexadecimal
}

var (
	channels = regexp.MustCompile(`^[a-z][a-z0-9]{0,31}$`)
	majors   = regexp.MustCompile(`^v(0|[1-9][0-9]{0,8})$`)
)

// Targets lists the files of the releases of a channel (stable or candidate) and a major version (as v1), ordered by name.
func (c *Client) Targets(ctx context.Context, channel, major string) ([]Target, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what := "list " + channel + " " + major
	if !channels.MatchString(channel) || !majors.MatchString(major) {
		return nil, fmt.Errorf("list targets: %w: channel %.40q, major version %.40q", ErrName, channel, major)
	}
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	// Asking for a name that nothing has makes the updater load the role that could have it.
	_, err := c.find(ctx, channel+"/"+major+"/-/-")
	role := channel + "-" + major
	m := c.updater.GetTrustedMetadataSet().Targets[role]
	if m == nil {
		if err == nil {
			err = ErrNotFound
		}
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	list := []Target{}
	for _, name := range slices.Sorted(maps.Keys(m.Signed.Targets)) {
		version, file, ok := strings.Cut(strings.TrimPrefix(name, channel+"/"+major+"/"), "/")
		if err := checkName(name); err != nil || !ok || !strings.HasPrefix(name, channel+"/"+major+"/") {
			return nil, fmt.Errorf("%s: %w: %s lists %.100q", what, ErrOutside, role, name)
		}
		t := m.Signed.Targets[name]
		list = append(list, Target{name, version, file, t.Length, hex.EncodeToString(t.Hashes["sha256"])})
	}
	return list, nil
}

// Find is what the repository lists under a name.
func (c *Client) Find(ctx context.Context, name string) (Target, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.lookUp(ctx, name)
	if err != nil {
		return Target{}, fmt.Errorf("find %.200q: %w", name, err)
	}
	out := Target{Name: name, Size: t.Length, SHA256: hex.EncodeToString(t.Hashes["sha256"])}
	if parts := strings.SplitN(name, "/", 4); len(parts) == 4 {
		out.Version, out.File = parts[2], parts[3]
	}
	return out, nil
}

func (c *Client) lookUp(ctx context.Context, name string) (*metadata.TargetFiles, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	t, err := c.find(ctx, name)
	if err != nil {
		return nil, err
	}
	if t.Length < 0 || t.Length > c.o.Limits.Target {
		return nil, fmt.Errorf("%w: it has %d, at most %d", ErrTooLarge, t.Length, c.o.Limits.Target)
	}
	return t, nil
}

// find asks the updater, which fetches the metadata of delegated roles as it needs it.
func (c *Client) find(ctx context.Context, name string) (t *metadata.TargetFiles, err error) {
	defer c.within(ctx)()
	err = guarded(func() (err error) {
		t, err = c.updater.GetTargetInfo(name)
		if err != nil && err.Error() == fmt.Sprintf("target %s not found", name) {
			return ErrNotFound
		}
		return err
	})
	if err == nil && t == nil {
		err = ErrMalformed
	}
	return t, err
}

// checkName admits plain relative paths, which mean the same to servers and file systems.
func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." || len(name) > 512 || path.Clean(name) != name || strings.ContainsRune(name, '\\') ||
		strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("%w: %.200q", ErrName, name)
	}
	return nil
}
