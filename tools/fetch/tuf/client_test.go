// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf/tuftest"
)

var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

const (
	program = "stable/v1/v1.2.0/gosqlite.tar.gz"
	later   = "stable/v1/v1.3.0/gosqlite.tar.gz"
)

var payload = bytes.Repeat([]byte("gosqlite\n"), 30_000)

// A desk is a user of a repository, and its server.
type desk struct {
	*testing.T
	r      *tuftest.Repository
	s      *tuftest.Server
	state  string
	now    time.Time
	pinned []byte
	limits Limits
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	r := tuftest.New(t, day)
	r.Put(tuftest.StableRole, program, payload)
	r.Update()
	return &desk{T: t, r: r, s: r.Serve(), state: filepath.Join(t.TempDir(), "state"), now: day, pinned: r.Text("root")}
}

// open is a program that starts.
func (d *desk) open() *Client {
	d.Helper()
	c, err := Open(d.options())
	if err != nil {
		d.Fatal(err)
	}
	return c
}

func (d *desk) options() Options {
	return Options{Root: d.pinned, MetadataURL: d.s.URL + "/metadata", TargetsURL: d.s.URL + "/targets/", State: d.state,
		HTTP: d.s.Client(), Now: func() time.Time { return d.now }, Limits: d.limits}
}

// use is what a program does: it lists, and downloads.
func (d *desk) use(name string) error {
	d.Helper()
	c, err := Open(d.options())
	if err != nil {
		return err
	}
	if _, err := c.Targets(d.Context(), "stable", "v1"); err != nil {
		return err
	}
	return c.Download(d.Context(), name, filepath.Join(d.TempDir(), "file"), nil)
}

// good is a control.
func (d *desk) good(name string) {
	d.Helper()
	if err := d.use(name); err != nil {
		d.Fatalf("control: %v", err)
	}
}

// bad expects one class of error and no other.
func (d *desk) bad(err error, want error) {
	d.Helper()
	for _, class := range classes {
		if is := errors.Is(err, class); is != (class == want) {
			d.Errorf("the error is %v; want %v", err, want)
			return
		}
	}
}

func TestListAndDownload(t *testing.T) {
	d := newDesk(t)
	c := d.open()
	if !c.Fresh() {
		t.Error("a new state is not fresh")
	}
	list, err := c.Targets(t.Context(), "stable", "v1")
	if err != nil || len(list) != 1 || list[0].Name != program || list[0].Version != "v1.2.0" || list[0].File != "gosqlite.tar.gz" || list[0].Size != int64(len(payload)) || len(list[0].SHA256) != 64 {
		t.Fatalf("list %+v, %v", list, err)
	}
	found, err := c.Find(t.Context(), program)
	if err != nil || found != list[0] {
		t.Errorf("found %+v, %v", found, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	last := int64(0)
	for range 2 {
		if err := c.Download(t.Context(), program, file, func(done, all int64) { last = done }); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if !bytes.Equal(text, payload) || last != int64(len(payload)) || err != nil {
		t.Errorf("%d bytes, progress to %d, %v", len(text), last, err)
	}
	if asked := d.s.Asked(tuftest.TargetPath(program, payload)); len(asked) != 1 {
		t.Errorf("a file that was there was asked for again: %d requests", len(asked))
	}
	if list, err := c.Targets(t.Context(), "candidate", "v1"); err != nil || len(list) != 0 {
		t.Errorf("list of no releases %+v, %v", list, err)
	}
	if d.open().Fresh() {
		t.Error("a state that was used is fresh")
	}
	_, err = c.Targets(t.Context(), "stable", "v2")
	d.bad(err, ErrNotFound)
	d.bad(c.Download(t.Context(), later, file, nil), ErrNotFound)
	_, err = c.Targets(t.Context(), "../stable", "v1")
	d.bad(err, ErrName)
}

// TestUpdate sees what is published after the first look.
func TestUpdate(t *testing.T) {
	d := newDesk(t)
	c := d.open()
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.r.Put(tuftest.StableRole, later, []byte("later"))
	d.r.Update()
	_, err := c.Find(t.Context(), later)
	d.bad(err, ErrNotFound) // the client works on the state that it refreshed to
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(t.Context(), later); err != nil {
		t.Error(err)
	}
	d.good(later)
}

func TestFolder(t *testing.T) {
	d := newDesk(t)
	dir := t.TempDir()
	for name, text := range d.r.Files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := d.options()
	o.MetadataURL, o.TargetsURL, o.HTTP = "file:///metadata", "file:///targets", &http.Client{Transport: Folder(dir)}
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file+partial, payload[:1000], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Download(t.Context(), program, file, nil); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(file); !bytes.Equal(text, payload) {
		t.Error("other bytes came out of a folder")
	}
	d.bad(c.Download(t.Context(), "stable/v1/v1.2.0/../../../etc/passwd", file, nil), ErrName)
}

func TestOpenRefuses(t *testing.T) {
	d := newDesk(t)
	for name, change := range map[string]func(o *Options){
		"no state":            func(o *Options) { o.State = "" },
		"no client":           func(o *Options) { o.HTTP = nil },
		"no clock":            func(o *Options) { o.Now = nil },
		"no address":          func(o *Options) { o.MetadataURL = "" },
		"an address with ?":   func(o *Options) { o.MetadataURL += "?x" },
		"targets with #":      func(o *Options) { o.TargetsURL += "#x" },
		"no root":             func(o *Options) { o.Root = nil },
		"a root that is none": func(o *Options) { o.Root = []byte("{}") },
		"unsigned root":       func(o *Options) { o.Root = bytes.Replace(o.Root, []byte(`"version":1`), []byte(`"version":2`), 1) },
	} {
		o := d.options()
		change(&o)
		if _, err := Open(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	d.good(program)
}
