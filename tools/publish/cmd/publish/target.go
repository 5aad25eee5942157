// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/gate"
	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/publish/plan"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A target is where a release goes.
type target interface {
	// versions are those that are published, with a leading v.
	versions(ctx context.Context) ([]string, error)
	// change enters into the plan what will be different. A version that is published with other bytes is the plan's refusal.
	change(ctx context.Context, o *options, r *gate.Release, p *plan.Plan) error
	// commit does what the last change said.
	commit(ctx context.Context) error
}

// open finds the target that --to names.
func (o *options) open(w world) (target, error) {
	if (o.staged != "" || o.online != "" || o.seen != "") && !o.intoRepository() {
		return nil, action.UsageError("--tuf-staged, --tuf-online and --tuf-seen go with --to tuf:FOLDER")
	}
	if dir, ok := strings.CutPrefix(o.to, "file:"); ok && dir != "" && !strings.HasPrefix(dir, "//") {
		return &folder{store: &tree.Store{Dir: dir, Step: w.step}}, nil
	}
	if dir, ok := strings.CutPrefix(o.to, "tuf:"); ok && dir != "" && !strings.HasPrefix(dir, "//") {
		return o.openRepository(&tree.Store{Dir: dir, Step: w.step}, w)
	}
	reference, ok := strings.CutPrefix(o.to, "oci://")
	if !ok || reference == "" {
		return nil, action.UsageError("--to %s: a target is file:FOLDER, tuf:FOLDER or oci://HOST/REPOSITORY", o.to)
	}
	if (o.advisories != "" || o.site != "") && !o.intoFolder() {
		return nil, action.UsageError("--advisories and --site go into a folder, not into a registry")
	}
	if o.database.name != "" && !o.intoFolder() {
		return nil, action.UsageError("--sumdb goes into a folder, not into a registry")
	}
	access := oci.Options{Reference: reference}
	if err := o.credentials(&access); err != nil {
		return nil, err
	}
	if o.ca != "" {
		text, err := read("ca", o.ca)
		if err != nil {
			return nil, err
		}
		access.Roots = x509.NewCertPool()
		if !access.Roots.AppendCertsFromPEM(text) {
			return nil, action.UsageError("--ca %s: it holds no certificate", o.ca)
		}
	}
	r, err := oci.Open(access)
	if err != nil {
		return nil, action.UsageError("--to %s: %w", o.to, err)
	}
	return &registry{r: r}, nil
}

// credentials reads who pushes, from a file that nobody else may read.
func (o *options) credentials(access *oci.Options) error {
	if o.login == "" {
		return nil
	}
	info, err := os.Stat(o.login)
	if err != nil {
		return fmt.Errorf("read --credentials: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return action.UsageError("--credentials %s: others can read it; chmod 600 it", o.login)
	}
	text, err := read("credentials", o.login)
	if err != nil {
		return err
	}
	var login struct{ User, Password string }
	if json.Unmarshal(text, &login) != nil || login.User == "" || login.Password == "" {
		// What is in it is no business of a message.
		return action.UsageError(`--credentials %s: it has to be {"user": "...", "password": "..."}`, o.login)
	}
	access.User, access.Password = login.User, login.Password
	return nil
}

// folder is a folder of plain files.
type folder struct {
	store      *tree.Store
	base       *tree.Index
	generation string
	next       *tree.Change
}

func (f *folder) versions(context.Context) (names []string, err error) {
	if f.base, f.generation, err = f.store.Current(); err != nil {
		return nil, err
	}
	return f.base.Names(), nil
}

func (f *folder) change(ctx context.Context, o *options, r *gate.Release, p *plan.Plan) (err error) {
	f.next, err = o.layOut(ctx, r, f.base, f.generation, nil)
	return f.enter(p, err)
}

// enter puts the change that was planned, with this error, into the plan.
func (f *folder) enter(p *plan.Plan, err error) error {
	var reuse *tree.ReuseError
	switch {
	case errors.As(err, &reuse):
		p.Refused = err.Error()
		return nil
	case err != nil:
		return err
	}
	p.Base, p.Next = f.next.Base, f.next.Next
	for _, d := range f.next.Files {
		p.Files = append(p.Files, plan.File{Path: d.Path, Size: d.Size, SHA256: d.SHA256, Change: d.Change})
	}
	return nil
}

func (f *folder) commit(ctx context.Context) error { return f.store.Commit(ctx, f.next) }

// registry is a repository of an OCI registry.
type registry struct {
	r     *oci.Registry
	graph *oci.Graph
}

func (x *registry) versions(ctx context.Context) ([]string, error) { return x.r.Versions(ctx) }

func (x *registry) change(ctx context.Context, o *options, r *gate.Release, p *plan.Plan) (err error) {
	var files []oci.File
	for _, f := range r.Files {
		files = append(files, oci.File{Name: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	if x.graph, err = oci.NewGraph(o.release, r.Manifest, files); err != nil {
		return err
	}
	there, err := x.r.Published(ctx, x.graph)
	var moved *oci.MovedError
	switch {
	case errors.As(err, &moved):
		p.Refused = err.Error()
		return nil
	case err != nil:
		return err
	}
	p.Next = x.graph.Root.Digest.String()
	change := tree.New
	if there {
		p.Base, change = p.Next, tree.Same
	}
	for _, f := range r.Files {
		p.Files = append(p.Files, plan.File{Path: f.Name, Size: f.Size, SHA256: f.SHA256, Change: change})
	}
	return nil
}

func (x *registry) commit(ctx context.Context) error { return x.r.Push(ctx, x.graph) }
