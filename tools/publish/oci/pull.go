// SPDX-License-Identifier: MIT

package oci

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/gosqlite/gosqlite/tools/publish/onehost"
)

// maxFiles bounds the files of a published release.
const maxFiles = 20_000

// A ForeignError says that a tag leads to something that is no release as this package publishes it.
type ForeignError struct{ Version, Why string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("read %s: it is no release of gosqlite: %s", e.Version, e.Why)
}

// Files lists a published release by its tag, in the order of names, and tells the digest that the tag leads to. Everything
// is held against that digest; whose release it is, only the release's own signatures say. Sizes are unknown, and -1.
func (r *Registry) Files(ctx context.Context, version string) (files []File, root string, err error) {
	d, body, err := r.repository.FetchReference(ctx, version)
	if errors.Is(err, errdef.ErrNotFound) {
		return nil, "", fmt.Errorf("read %s: %w", version, onehost.ErrNotFound)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", version, advised(err))
	}
	var index v1.Index
	if err := document(body, d, &index); err != nil {
		return nil, "", fmt.Errorf("read %s: %w", version, err)
	}
	list := digest.Digest("sha256:" + index.Annotations[AnnotationClosure])
	switch {
	case index.ArtifactType != TypeRelease:
		return nil, "", &ForeignError{version, fmt.Sprintf("its type is %.80q", index.ArtifactType)}
	case "v"+index.Annotations[v1.AnnotationVersion] != version:
		return nil, "", &ForeignError{version, fmt.Sprintf("it says that it is %.80q", index.Annotations[v1.AnnotationVersion])}
	case list.Validate() != nil:
		return nil, "", &ForeignError{version, "its annotation " + AnnotationClosure + " is no digest"}
	}
	text, err := r.text(ctx, list)
	if err == nil {
		files, err = parseClosure(text)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read list of files of %s: %w", version, err)
	}
	return files, d.Digest.String(), nil
}

// document reads a manifest or index, which has to be what its descriptor says.
func document(body io.ReadCloser, d v1.Descriptor, to any) error {
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, maxDocument+1))
	switch {
	case err != nil:
		return err
	case len(text) > maxDocument:
		return fmt.Errorf("more than %d bytes", maxDocument)
	case digest.FromBytes(text) != d.Digest:
		return fmt.Errorf("it has not the digest %s that the registry tells", d.Digest)
	}
	return json.Unmarshal(text, to)
}

// text reads a small blob.
func (r *Registry) text(ctx context.Context, sum digest.Digest) ([]byte, error) {
	body, _, err := r.Blob(ctx, sum.Encoded(), 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, maxDocument+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxDocument:
		return nil, fmt.Errorf("more than %d bytes", maxDocument)
	case digest.FromBytes(text) != sum:
		return nil, fmt.Errorf("the registry has other bytes than %s", sum)
	}
	return text, nil
}

// parseClosure reads what sha256sum prints.
func parseClosure(text []byte) ([]File, error) {
	lines := strings.SplitAfterN(string(text), "\n", maxFiles+2)
	if len(lines) > maxFiles+1 {
		return nil, fmt.Errorf("more than %d files", maxFiles)
	}
	if len(lines) < 2 || lines[len(lines)-1] != "" {
		return nil, errors.New("it does not end with a whole line")
	}
	var files []File
	before := ""
	for _, line := range lines[:len(lines)-1] {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		raw, err := hex.DecodeString(sum)
		if !ok || err != nil || len(raw) != 32 || strings.ToLower(sum) != sum || name <= before {
			return nil, fmt.Errorf("line %.200q is no digest and name, or not in order", line)
		}
		files, before = append(files, File{name, -1, sum}), name
	}
	return files, nil
}

// Blob reads a blob from a byte on. It tells where the body begins: there, or at 0 where the registry reads no ranges. The
// caller bounds the body and holds it against its digest.
func (r *Registry) Blob(ctx context.Context, sum string, from int64) (body io.ReadCloser, at int64, err error) {
	where := r.repository.Reference
	ctx = auth.AppendRepositoryScope(ctx, where, auth.ActionPull)
	address := fmt.Sprintf("https://%s/v2/%s/blobs/sha256:%s", where.Host(), where.Repository, sum)
	return onehost.Get(ctx, func(q *http.Request) (*http.Response, error) { return r.repository.Client.Do(q) }, address, from)
}
