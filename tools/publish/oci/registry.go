// SPDX-License-Identifier: MIT

// Package oci publishes a release into a repository of an OCI registry.
//
//	VERSION (tag)            an index of artifact type TypeRelease
//	  a manifest per platform  archive and debug twin
//	  a common manifest        manifest.json, SHA256SUMS, and all that belongs to no platform
//	referrers                bills of materials and signatures of the platform that they are about; provenance, other
//	                         statements and their signatures of the whole release
//
// Blobs and manifests are pushed by digest and are nobody's until the last step, the tag: before it, each is held against
// what was pushed. A tag that is there is never moved. The registry has to refuse that as well, because two publishers can
// both find a tag missing; afterwards the tag is read again, and another digest there is an error.
//
// Credentials are for one host and TLS. A request to any other host, by a redirect, an upload address or a token service,
// is not made.
package oci

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/mod/semver"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/gosqlite/gosqlite/tools/publish/onehost"
)

// Limits of what a registry may answer.
const (
	maxDocument = 4 << 20 // bytes of a manifest, and of any other body
	maxTags     = 100_000
)

// A Registry is a repository that is published into.
type Registry struct {
	repository *remote.Repository
}

// Options say how to reach a registry.
type Options struct {
	Reference string // HOST[:PORT]/REPOSITORY
	User      string // empty for nobody
	Password  string
	Roots     *x509.CertPool // of its certificate; nil for the system's
}

// Open prepares access; nothing is asked yet.
func Open(o Options) (*Registry, error) {
	r, err := remote.NewRepository(o.Reference)
	if err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	if r.Reference.Reference != "" {
		return nil, fmt.Errorf("open registry: %s names a tag or digest; the release has its own", o.Reference)
	}
	host := r.Reference.Host()
	client := &auth.Client{Client: &http.Client{Transport: onehost.New("https", host, o.Roots, maxDocument)}}
	if o.User != "" {
		client.Credential = auth.StaticCredential(host, auth.Credential{Username: o.User, Password: o.Password})
	}
	r.Client = client
	r.MaxMetadataBytes = maxDocument
	// A registry without the list of referrers has it as a tag, whose earlier states stay: nobody may delete.
	r.SkipReferrersGC = true
	return &Registry{r}, nil
}

// advised says what to do where the registry wants a password and there is none. It is for what is asked first: oras-go knows
// its own client only, so none can stand around that.
func advised(err error) error {
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return fmt.Errorf("%w: the registry wants a user and a password; name their file by --credentials", err)
	}
	return err
}

// Versions are the versions that are published, with a leading v.
func (r *Registry) Versions(ctx context.Context) ([]string, error) {
	var versions []string
	count, pages := 0, 0
	err := r.repository.Tags(ctx, "", func(tags []string) error {
		pages++
		if count += len(tags); count > maxTags {
			return fmt.Errorf("more than %d tags", maxTags)
		}
		for _, tag := range tags {
			if semver.IsValid(tag) && semver.Canonical(tag) == tag {
				versions = append(versions, tag)
			}
		}
		return nil
	})
	// A repository begins with its first push. Any other 404, as of a proxy or a wrong address, says nothing about versions.
	var answer *errcode.ErrorResponse
	if pages == 0 && errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound && unknownName(answer.Errors) {
		return nil, nil
	}
	if pages == 0 && answer != nil && answer.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("list versions: %w: check the address; a repository that is not there yet has to be created first, where the registry does not answer %s", err, errcode.ErrorCodeNameUnknown)
	}
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", advised(err))
	}
	return versions, nil
}

// unknownName says whether the registry has no such repository, by the code that the distribution specification gives that.
func unknownName(errs errcode.Errors) bool {
	return len(errs) > 0 && !slices.ContainsFunc(errs, func(e errcode.Error) bool { return e.Code != errcode.ErrorCodeNameUnknown })
}

// A MovedError says that a version's tag leads to something else than this release.
type MovedError struct{ Version, Have string }

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s is published already as %s, with other bytes: a version is never used twice; choose the next one", e.Version, e.Have)
}

// Published says whether the release is there already. That its version leads to something else is a *MovedError.
func (r *Registry) Published(ctx context.Context, g *Graph) (bool, error) {
	d, err := r.repository.Resolve(ctx, g.Version)
	switch {
	case errors.Is(err, errdef.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for %s: %w", g.Version, err)
	case d.Digest != g.Root.Digest:
		return false, &MovedError{g.Version, d.Digest.String()}
	}
	return true, nil
}

// Push publishes a release. What is there already is not sent again; the tag comes last.
func (r *Registry) Push(ctx context.Context, g *Graph) error {
	if there, err := r.Published(ctx, g); there || err != nil {
		return err
	}
	if err := r.pushBlobs(ctx, g.blobs); err != nil {
		return err
	}
	for _, n := range g.manifests {
		if err := r.pushManifest(ctx, n); err != nil {
			return fmt.Errorf("push %s: %w", n.title, err)
		}
	}
	// Somebody may have been faster.
	if there, err := r.Published(ctx, g); there || err != nil {
		return err
	}
	if err := r.repository.Tag(ctx, g.Root, g.Version); err != nil {
		return fmt.Errorf("tag %s: %w", g.Version, err)
	}
	there, err := r.Published(ctx, g)
	if err == nil && !there {
		err = fmt.Errorf("tag %s: the registry took it and does not have it", g.Version)
	}
	return err
}

// pushing is how many blobs are on their way at once: while the registry writes one down, another is sent.
const pushing = 4

// pushBlobs sends blobs in no order. After the first error none is begun.
func (r *Registry) pushBlobs(ctx context.Context, blobs []node) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var begun atomic.Int64
	var all sync.WaitGroup
	for range pushing {
		all.Go(func() {
			for ctx.Err() == nil {
				i := begun.Add(1) - 1
				if i >= int64(len(blobs)) {
					return
				}
				if err := r.pushBlob(ctx, blobs[i]); err != nil {
					stop(fmt.Errorf("push %s: %w", blobs[i].title, err))
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

func (r *Registry) pushBlob(ctx context.Context, n node) error {
	store := r.repository.Blobs()
	there, err := r.has(ctx, store, n.Descriptor)
	if there || err != nil {
		return err
	}
	f, err := n.open()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := store.Push(ctx, n.Descriptor, &exact{f, n.Descriptor.Digest.Verifier(), n.Size, n.Descriptor}); err != nil {
		return err
	}
	if there, err = r.has(ctx, store, n.Descriptor); err == nil && !there {
		err = errors.New("the registry took it and does not have it")
	}
	return err
}

// has asks for a blob, and holds the size that the registry tells against the real one.
func (r *Registry) has(ctx context.Context, store interface {
	Resolve(ctx context.Context, reference string) (v1.Descriptor, error)
}, d v1.Descriptor) (bool, error) {
	have, err := store.Resolve(ctx, d.Digest.String())
	switch {
	case errors.Is(err, errdef.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case have.Size != d.Size || have.Digest != d.Digest:
		return false, fmt.Errorf("the registry has %d bytes of %s, and it has %d", have.Size, d.Digest, d.Size)
	}
	return true, nil
}

// pushManifest sends a manifest and reads it back: a registry that keeps other bytes is found out before the tag.
func (r *Registry) pushManifest(ctx context.Context, n node) error {
	f, err := n.open()
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	store := r.repository.Manifests()
	there, err := r.has(ctx, store, n.Descriptor)
	if err != nil {
		return err
	}
	// Where a registry leaves the lists of referrers to its clients, a push that stopped may have written a referrer and not
	// its list: to send it once more writes that.
	if !there || n.refers {
		if err := store.Push(ctx, n.Descriptor, bytes.NewReader(text)); err != nil {
			return err
		}
	}
	back, err := store.Fetch(ctx, n.Descriptor)
	if err != nil {
		return err
	}
	defer back.Close()
	have, err := io.ReadAll(io.LimitReader(back, maxDocument))
	if err == nil && !bytes.Equal(have, text) {
		err = errors.New("the registry keeps other bytes than were sent")
	}
	return err
}
