// SPDX-License-Identifier: MIT

// Package sign makes the second layer of a release: detached signatures of what the build made, which stays as it is.
//
// Its input is the payload, exactly: the files of the manifest, manifest.json, SHA256SUMS and the provenance. Each byte is
// held against the manifest while it is copied, and the copy is what is signed. A payload that does not agree with its
// manifest is refused (exit code 3). The output is a new folder, the closure, which appears whole or not at all:
//
//	the payload
//	FILE.sigstore.json                    a bundle of manifest.json, of the provenance and of each archive and debug twin
//	commit.intoto.json, and its bundle    source commit, release commit and tag (package source); with a repository only
//	SBOM.signed.json                      a copy of each CycloneDX SBOM with a JSF signature in it (package jsf)
//	embedded/ARCHIVE/PATH.authenticode    detached signatures of programs, by certificates for Windows and macOS;
//	embedded/ARCHIVE/PATH.macho             packages authenticode and codesign
//	NAME_signed.zip, NAME_signed.tar.gz   the archives with these attached (package attach)
//	manifest_signed.json, and its bundle  the list of the signed archives and of what they were
//
// Where a certificate of a development CA signs, bundles are called FILE.DEVELOPMENT.sigstore.json.
//
// Signing by a software key without timestamps is deterministic: the same payload, key and certificates make the same
// folder again.
package sign

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/release/sign/attach"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

// Options say who signs a release, and how.
type Options struct {
	Payload string // the folder to sign
	Out     string // the folder to make, which does not exist

	Release      *identity.Identity // signs bundles and SBOMs
	Authenticode *identity.Identity // signs Windows programs; nil leaves them unsigned
	Apple        *identity.Identity // signs macOS programs; nil leaves them unsigned
	Timestamps   []bundle.Timestamper
	Logs         []bundle.Log
	Source       *source.Claim // the commit that the payload was made from; nil makes no statement of it

	Now func() time.Time // the clock, for the validity of certificates
}

// Release signs a payload. Every identity is checked before anything is read.
func Release(ctx context.Context, o Options) error {
	writer, err := o.NewWriter()
	if err != nil {
		return err
	}
	return wholeFolder(o.Out, func(dir string) error {
		p, err := copyPayload(o.Payload, dir)
		if err != nil {
			return err
		}
		r := &run{Options: o, payload: p, dir: dir, writer: writer}
		return r.sign(ctx)
	})
}

func (o *Options) check() error {
	if err := errors.Join(identity.CheckP256(o.Release.Key.Public()), o.Release.CheckName()); err != nil {
		return err
	}
	for _, id := range []*identity.Identity{o.Release, o.Authenticode, o.Apple} {
		if id == nil {
			continue
		}
		if err := id.Check(o.Now()); err != nil {
			return err
		}
		if id != o.Release && len(id.Chain) == 0 {
			return errors.New("programs for Windows and macOS are signed by certificates: a chain is needed")
		}
		if id != o.Release && id.Development() && !o.Release.Development() {
			return errors.New("a development certificate for programs, but none for the release: the release would not be called so")
		}
	}
	return nil
}

// A run signs one payload into one folder.
type run struct {
	Options
	payload *payload
	dir     string
	writer  *bundle.Writer
}

// sign makes everything that can fail by what the release is before the bundles: a log keeps for ever what it was told for them.
func (r *run) sign(ctx context.Context) error {
	commit, err := r.commit(ctx)
	if err != nil {
		return err
	}
	if err := r.documents(); err != nil {
		return err
	}
	archives, err := r.programs(ctx)
	if err != nil {
		return err
	}
	jobs := []func(context.Context) error{
		func(ctx context.Context) error { return r.message(ctx, manifest.FileName, r.payload.digest) },
		func(ctx context.Context) error { return r.statement(ctx, provenance.FileName, r.payload.provenance) },
	}
	if commit != nil {
		jobs = append(jobs, func(ctx context.Context) error { return r.statement(ctx, source.FileName, commit) })
	}
	for _, f := range r.payload.manifest.Files {
		if f.Kind == manifest.Archive || f.Kind == manifest.Debug {
			jobs = append(jobs, func(ctx context.Context) error { return r.message(ctx, f.Name, f.SHA256) })
		}
	}
	if archives != nil {
		jobs = append(jobs, func(ctx context.Context) error { return r.message(ctx, attach.ListName, sha256.Sum256(archives)) })
	}
	return together(ctx, jobs)
}

// maxTogether bounds how many bundles are in the making. A log answers after seconds, when it has published its tree, and
// asks for entries side by side.
const maxTogether = 16

// together runs jobs side by side. After the first error, which is returned, no other begins; those that run come to their end,
// since what a log was asked for is recorded there.
func together(ctx context.Context, jobs []func(context.Context) error) error {
	begin, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var running sync.WaitGroup
	free := make(chan struct{}, maxTogether)
	for _, job := range jobs {
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			if begin.Err() != nil {
				return
			}
			if err := job(ctx); err != nil {
				stop(err)
			}
		})
	}
	running.Wait()
	return context.Cause(begin)
}

// commit states which commit the source is; nil without a repository.
func (r *run) commit(ctx context.Context) ([]byte, error) {
	if r.Source == nil {
		return nil, nil
	}
	p := r.payload
	text, err := r.Source.Statement(ctx, p.manifest.Version, p.digest, p.source, sha256.Sum256(p.source))
	if err != nil {
		return nil, err
	}
	return text, writeText(filepath.Join(r.dir, source.FileName), text)
}

// BundleName is the name of the bundle of a file.
func BundleName(file string, id *identity.Identity) string {
	if id.Development() {
		file += "." + identity.DevelopmentMark
	}
	return file + bundle.Extension
}

func (r *run) message(ctx context.Context, name string, digest [32]byte) error {
	text, err := r.writer.Message(ctx, digest)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeText(filepath.Join(r.dir, BundleName(name, r.Release)), text)
}

func (r *run) statement(ctx context.Context, name string, statement []byte) error {
	text, err := r.writer.Statement(ctx, statement)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeText(filepath.Join(r.dir, BundleName(name, r.Release)), text)
}

// wholeFolder makes a folder by fill, which gets a temporary one beside it. It is renamed when everything is on the disk,
// and removed when anything failed.
func wholeFolder(name string, fill func(dir string) error) (err error) {
	name = filepath.Clean(name) // the folder of dist/ is dist
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return action.UsageError("%s exists: sign into a new folder", name)
	}
	dir, err := os.MkdirTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	if err := fill(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	if err := syncFolders(dir); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	if err := os.Rename(dir, name); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	return action.SyncFolder(filepath.Dir(name))
}

// syncFolders syncs a folder and those below it; files were synced when they were written.
func syncFolders(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return action.SyncFolder(name)
	})
}
