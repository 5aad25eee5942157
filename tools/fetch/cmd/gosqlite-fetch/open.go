// SPDX-License-Identifier: MIT

package main

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/fetch/registry"
	"github.com/gosqlite/gosqlite/tools/fetch/repository"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tree"
	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// maxAccess bounds a file of credentials or certificates, in bytes.
const maxAccess = 1 << 20

// access is how a source is asked.
type access struct {
	user, password string
	roots          *x509.CertPool
	repository     repository.Options // for a signed source alone
}

// A kind of source is told by how its name begins.
type kind struct {
	prefix string
	open   func(name string, a access) (source.Source, error)
}

// kinds are all.
var kinds = []kind{
	{"oci://", func(name string, a access) (source.Source, error) {
		return registry.Open(oci.Options{Reference: strings.TrimPrefix(name, "oci://"), User: a.user, Password: a.password, Roots: a.roots})
	}},
	{"https://", server},
	{"http://", server},
	{"file:", func(name string, _ access) (source.Source, error) {
		return tree.Folder(strings.TrimPrefix(name, "file:"))
	}},
	{tufPrefix + "https://", signedServer},
	{tufPrefix + "http://", signedServer},
	{tufPrefix + "file:", func(name string, a access) (source.Source, error) {
		return repository.Folder(strings.TrimPrefix(name, tufPrefix+"file:"), a.repository)
	}},
}

// tufPrefix begins the name of a repository of The Update Framework.
const tufPrefix = "tuf+"

func server(name string, a access) (source.Source, error) {
	return tree.Server(name, tree.Options{User: a.user, Password: a.password, Roots: a.roots})
}

func signedServer(name string, a access) (source.Source, error) {
	return repository.Server(strings.TrimPrefix(name, tufPrefix), repository.Access{User: a.user, Password: a.password, Roots: a.roots}, a.repository)
}

// source opens what --from names. The name that is remembered does not depend on where the program runs. metadata is the
// folder where a signed source keeps what it showed last, and wants says which of its roles are asked for.
func (o *options) source(w world, metadata string, wants func(source.Channel, string) bool) (source.Source, string, error) {
	if o.from == "" {
		return nil, "", action.UsageError("--from is needed")
	}
	a, err := o.access()
	if err != nil {
		return nil, "", err
	}
	for _, k := range kinds {
		dir, ok := strings.CutPrefix(o.from, k.prefix)
		if !ok || dir == "" {
			continue
		}
		name := o.from
		if strings.HasSuffix(k.prefix, "file:") {
			abs, err := filepath.Abs(dir)
			if err != nil {
				return nil, "", err
			}
			name = k.prefix + abs
		}
		if strings.HasPrefix(k.prefix, tufPrefix) {
			a.repository = repository.Options{State: metadata, Now: w.now, Stall: w.stall, Wants: wants}
			if a.repository.Pin, err = o.pin(w, metadata); err != nil {
				return nil, "", err
			}
		} else if o.root != "" {
			return nil, "", action.UsageError("--tuf-root goes with a source that begins with %s", tufPrefix)
		}
		s, err := k.open(name, a)
		if err != nil && !strings.HasSuffix(k.prefix, "file:") {
			err = action.UsageError("--from: %w", err)
		}
		return s, name, err
	}
	return nil, "", action.UsageError("--from %s: a source is oci://HOST/REPOSITORY, https://HOST/PATH or file:FOLDER, or a TUF repository, tuf+https://HOST/PATH or tuf+file:FOLDER", o.from)
}

// pin reads the first root of a repository: from a file or a digest that are named, or from the user's configuration. Who
// made the repository, or what was fetched from it, could have made a root that lies there.
func (o *options) pin(w world, metadata string) (repository.Pin, error) {
	name := o.root
	if strings.HasPrefix(name, "sha256:") {
		p, err := repository.ParseDigest(name)
		if err != nil {
			return p, action.UsageError("--tuf-root: %w", err)
		}
		return p, nil
	}
	if name == "" {
		if w.config == "" {
			return repository.Pin{}, action.UsageError("no root: there is no folder for your configuration; name a file with --tuf-root")
		}
		name = filepath.Join(w.config, "gosqlite", "root.json")
	}
	text, err := action.ReadFile(name, repository.MaxRoot)
	if errors.Is(err, fs.ErrNotExist) && o.root == "" {
		return repository.Pin{}, action.UsageError("no root: %s is not there. Get the repository's first root, or its SHA-256, from a place that you trust, and name it with --tuf-root", name)
	}
	if err != nil {
		return repository.Pin{}, action.UsageError("read root: %w", err)
	}
	for _, folder := range []string{o.folderOf(), metadata, o.to, o.folder} {
		if folder != "" && inside(name, folder) {
			return repository.Pin{}, action.UsageError("root %s lies in %s: whoever made that folder could have made it", name, folder)
		}
	}
	return repository.Pin{Root: text}, nil
}

// folderOf is the folder that --from names; another source's name is none.
func (o *options) folderOf() string {
	return strings.TrimPrefix(strings.TrimPrefix(o.from, tufPrefix), "file:")
}

// asks is which roles of a repository a channel, and a version that was asked for, need.
func asks(c source.Channel, version string) func(source.Channel, string) bool {
	return func(channel source.Channel, major string) bool {
		of := source.Stable
		if semver.Prerelease(version) != "" {
			of = source.Candidate
		}
		return channel == source.Stable || c == source.Candidate || channel == of && major == semver.Major(version)
	}
}

// access reads the files that say how to ask.
func (o *options) access() (a access, err error) {
	if o.login != "" {
		if a.user, a.password, err = credentials(o.login); err != nil {
			return a, err
		}
	}
	if o.ca != "" {
		text, err := action.ReadFile(o.ca, maxAccess)
		if err != nil {
			return a, fmt.Errorf("read --ca: %w", err)
		}
		a.roots = x509.NewCertPool()
		if !a.roots.AppendCertsFromPEM(text) {
			return a, action.UsageError("--ca %s: it holds no certificate", o.ca)
		}
	}
	return a, nil
}

// credentials reads who asks, from a file that nobody else may read.
func credentials(name string) (user, password string, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", "", fmt.Errorf("read --credentials: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", "", action.UsageError("--credentials %s: others can read it; chmod 600 it", name)
	}
	text, err := action.ReadFile(name, maxAccess)
	if err != nil {
		return "", "", fmt.Errorf("read --credentials: %w", err)
	}
	var login struct{ User, Password string }
	if json.Unmarshal(text, &login) != nil || login.User == "" || login.Password == "" {
		// What is in it is no business of a message.
		return "", "", action.UsageError(`--credentials %s: it has to be {"user": "...", "password": "..."}`, name)
	}
	return login.User, login.Password, nil
}
