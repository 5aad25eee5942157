// SPDX-License-Identifier: MIT

package main

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/registry"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tree"
	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// maxAccess bounds a file of credentials or certificates, in bytes.
const maxAccess = 1 << 20

// access is how a host is asked.
type access struct {
	user, password string
	roots          *x509.CertPool
}

// A kind of source is told by how its name begins.
type kind struct {
	prefix string
	open   func(name string, a access) (source.Source, error)
}

// kinds are all. One that checks its lists itself, such as a TUF repository, is a source.Bringer as well.
var kinds = []kind{
	{"oci://", func(name string, a access) (source.Source, error) {
		return registry.Open(oci.Options{Reference: strings.TrimPrefix(name, "oci://"), User: a.user, Password: a.password, Roots: a.roots})
	}},
	{"https://", server},
	{"http://", server},
	{"file:", func(name string, _ access) (source.Source, error) {
		return tree.Folder(strings.TrimPrefix(name, "file:"))
	}},
}

func server(name string, a access) (source.Source, error) {
	return tree.Server(name, tree.Options{User: a.user, Password: a.password, Roots: a.roots})
}

// source opens what --from names. The name that is remembered does not depend on where the program runs.
func (o *options) source() (source.Source, string, error) {
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
		if k.prefix == "file:" {
			abs, err := filepath.Abs(dir)
			if err != nil {
				return nil, "", err
			}
			name = "file:" + abs
		}
		s, err := k.open(name, a)
		if err != nil && k.prefix != "file:" {
			err = action.UsageError("--from: %w", err)
		}
		return s, name, err
	}
	return nil, "", action.UsageError("--from %s: a source is oci://HOST/REPOSITORY, https://HOST/PATH or file:FOLDER", o.from)
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
