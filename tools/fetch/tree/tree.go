// SPDX-License-Identifier: MIT

// Package tree reads releases from plain files, as package publish/tree lays them out: from a web server, or from a folder.
package tree

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// A reader has files by their paths.
type reader func(ctx context.Context, path string, from int64) (body io.ReadCloser, at int64, err error)

// A Tree is a source. Its index is read once, so that all of it is of one moment; files of a release never change.
type Tree struct {
	read  reader
	index *tree.Index
}

// Folder is a tree in a folder: that which is published into, or one of its generations.
func Folder(dir string) (*Tree, error) {
	root, err := tree.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Tree{read: func(_ context.Context, path string, from int64) (io.ReadCloser, int64, error) {
		f, err := root.Open(path)
		if err != nil {
			return nil, 0, err
		}
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, 0, errors.Join(fmt.Errorf("read %s: it is no regular file", path), err, f.Close())
		}
		if _, err := f.Seek(from, io.SeekStart); err != nil {
			return nil, 0, errors.Join(err, f.Close())
		}
		return f, from, nil
	}}, nil
}

// Options say how to reach a web server.
type Options struct {
	User     string // empty for nobody
	Password string
	Roots    *x509.CertPool // of its certificate; nil for the system's
}

// Server is a tree that a web server has below an address. Nothing is asked yet.
func Server(address string, o Options) (*Tree, error) {
	base, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open source: %w", err)
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("open source %s: an address is such as https://HOST/PATH", base.Redacted())
	case o.User != "" && base.Scheme != "https":
		return nil, errors.New("open source: credentials go to an https:// address alone")
	}
	client := &http.Client{Transport: onehost.New(base.Scheme, base.Host, o.Roots, tree.MaxIndex)}
	do := func(r *http.Request) (*http.Response, error) {
		if o.User != "" {
			r.SetBasicAuth(o.User, o.Password)
		}
		return client.Do(r)
	}
	return &Tree{read: func(ctx context.Context, path string, from int64) (io.ReadCloser, int64, error) {
		u := *base
		u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+"/"+path, ""
		return onehost.Get(ctx, do, u.String(), from)
	}}, nil
}

// Index is the list of all that is published.
func (t *Tree) Index(ctx context.Context) (*tree.Index, error) {
	if t.index != nil {
		return t.index, nil
	}
	body, _, err := t.read(ctx, tree.IndexName, 0)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", tree.IndexName, err)
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, tree.MaxIndex+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", tree.IndexName, err)
	}
	index, err := tree.ParseIndex(text)
	if err != nil {
		return nil, source.Refuse(source.BadList, "%v", err)
	}
	t.index = index
	return index, nil
}

// Versions are those of the index.
func (t *Tree) Versions(ctx context.Context) ([]string, error) {
	index, err := t.Index(ctx)
	if err != nil {
		return nil, err
	}
	return index.Names(), nil
}

// Revoked is what the index says.
func (t *Tree) Revoked(ctx context.Context, version string) (string, error) {
	index, err := t.Index(ctx)
	if err != nil {
		return "", err
	}
	r, _ := index.Revocation(version)
	return r.Reason, nil
}

// Release lists the files of a version.
func (t *Tree) Release(ctx context.Context, version string) ([]source.File, error) {
	index, err := t.Index(ctx)
	if err != nil {
		return nil, err
	}
	var files []source.File
	for _, f := range index.Files {
		if name, ok := strings.CutPrefix(f.Path, tree.ReleaseFolder(version)+"/"); ok {
			files = append(files, source.File{Name: name, Size: f.Size, SHA256: f.SHA256})
		}
	}
	return files, nil
}

// Open reads a file of a version.
func (t *Tree) Open(ctx context.Context, version string, f source.File, from int64) (io.ReadCloser, int64, error) {
	return t.read(ctx, tree.ReleaseFolder(version)+"/"+f.Name, from)
}

// OpenPath reads a file of the index, of a release or not.
func (t *Tree) OpenPath(ctx context.Context, path string, from int64) (io.ReadCloser, int64, error) {
	return t.read(ctx, path, from)
}
