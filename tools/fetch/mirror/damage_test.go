// SPDX-License-Identifier: MIT

//go:build darwin || freebsd || linux || netbsd

package mirror

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A nothing is a repository of which nothing was seen yet.
type nothing struct {
	Repository
	state string
}

func (n nothing) Seen() (map[string]int64, error) { return nil, nil }
func (n nothing) State() string                   { return n.state }
func (n nothing) Seed(map[string][]byte) error    { return nil }

// TestDamage: only a folder that lost something, or has other bytes, is refused as damaged; the cause is kept. What can't be read, here
// because a folder is in its place, says nothing about the mirror.
func TestDamage(t *testing.T) {
	const name = metadataFolder + "1.root.json"
	instead := func(name string) error { return errors.Join(os.Remove(name), os.Mkdir(name, 0o755)) }
	for _, test := range []struct {
		what, file string
		spoil      func(name string) error
		damaged    bool
	}{
		{"an index that is gone", tree.IndexName, os.Remove, true},
		{"an index that can't be read", tree.IndexName, instead, false},
		{"metadata that is gone", name, os.Remove, true},
		{"metadata that can't be read", name, instead, false},
	} {
		t.Run(test.what, func(t *testing.T) {
			store := &tree.Store{Dir: filepath.Join(t.TempDir(), "mirror")}
			base, generation, err := store.Current()
			if err != nil {
				t.Fatal(err)
			}
			change, err := tree.Update(base, generation, []tree.Item{tree.Bytes(name, []byte("{}"), true)})
			if err == nil {
				err = store.Commit(t.Context(), change)
			}
			if err == nil {
				err = test.spoil(store.Place(change.Next, test.file))
			}
			if err != nil {
				t.Fatal(err)
			}
			if test.file == tree.IndexName {
				_, err = Verify(t.Context(), store.Dir, nil, time.Time{})
			} else {
				err = (&copying{store: store}).seed(nothing{state: filepath.Join(t.TempDir(), "state")})
			}
			var refused *source.RefusedError
			is := errors.As(err, &refused) && refused.Class == source.Damaged
			if err == nil || is != test.damaged || errors.Is(err, fs.ErrNotExist) != test.damaged || (action.Code(err) == action.Rejected) != test.damaged {
				t.Errorf("%v with exit code %d; refused as damaged: %v", err, action.Code(err), is)
			}
		})
	}
}
