// SPDX-License-Identifier: MIT

package identities

import (
	"context"
	"crypto"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	client "github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

// A feed is a repository of updates as the publisher makes it, with the keys of all its roles.
type feed struct {
	*owner.Owner
	store  *tree.Store // published
	staged tuf.Staged
}

func newFeed(t *testing.T) *feed {
	t.Helper()
	f := &feed{Owner: owner.New(t, day), store: &tree.Store{Dir: filepath.Join(t.TempDir(), "tree")}}
	var err error
	if f.staged, err = tuf.ReadStaged(f.Staged); err != nil {
		t.Fatal(err)
	}
	f.Begin(f.store, day)
	// What the key of a channel signs, not yet signed.
	r, _, _, err := tuf.Load(f.store)
	if err != nil {
		t.Fatal(err)
	}
	staged, err := r.Add("v1.2.0", []tree.File{{Path: "manifest.json", Size: 1, SHA256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"}}, nil, day)
	if err != nil {
		t.Fatal(err)
	}
	f.Stage(staged)
	return f
}

type memory struct{ crypto.Signer }

func (memory) Close() error { return nil }

func (f *feed) jobs() []job {
	ceremony := func(name, by string) func(*testing.T, []crypto.Signer) error {
		return func(_ *testing.T, keys []crypto.Signer) error {
			_, err := f.Try(name, by, keys[0])
			return err
		}
	}
	online := func(role string) func(*testing.T, []crypto.Signer) error {
		return func(t *testing.T, keys []crypto.Signer) error {
			empty := &tree.Store{Dir: filepath.Join(t.TempDir(), "tree")}
			r, index, _, err := tuf.Load(empty)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = r.Next(t.Context(), tuf.Step{Staged: f.staged, Index: index, Now: day}, &tuf.Online{Open: func(_ context.Context, asked string) (key.Key, error) {
				if asked == role {
					return memory{keys[0]}, nil
				}
				return memory{f.Keys[asked][0]}, nil
			}})
			return err
		}
	}
	jobs := []job{
		{"sign the root of the feed", "feed: root", ceremony("1.root.json", "")},
		{"sign targets of the feed", "feed: targets", ceremony("1.targets.json", "1.root.json")},
		{"list a release in a channel", "feed: stable-v1", ceremony("1.stable-v1.json", "1.targets.json")},
		{"sign a snapshot of the feed", "feed: snapshot", online("snapshot")},
		{"sign a timestamp of the feed", "feed: timestamp", online("timestamp")},
	}
	return append(jobs, f.userJobs()...)
}

// userJobs are jobs that a user judges: metadata that a server hands out, right but for who signed it.
func (f *feed) userJobs() []job {
	return []job{
		{"give a user the next root", "feed: root", func(t *testing.T, keys []crypto.Signer) error {
			return serve(t, f, "2.root.json", forge(t, metadata.Root(), f.published("1.root.json"), keys, func(r *metadata.RootType) ([]string, map[string]*metadata.Key) {
				r.Version++
				return r.Roles[metadata.ROOT].KeyIDs, r.Keys
			}))
		}},
		{"give a user the next timestamp", "feed: timestamp", func(t *testing.T, keys []crypto.Signer) error {
			root, err := metadata.Root().FromBytes(f.published("1.root.json"))
			if err != nil {
				t.Fatal(err)
			}
			return serve(t, f, "timestamp.json", forge(t, metadata.Timestamp(), f.published("timestamp.json"), keys, func(s *metadata.TimestampType) ([]string, map[string]*metadata.Key) {
				s.Version++
				return root.Signed.Roles[metadata.TIMESTAMP].KeyIDs, root.Signed.Keys
			}))
		}},
	}
}

// published is metadata that the feed has.
func (f *feed) published(name string) []byte {
	return f.Read(filepath.Join(f.store.Dir, "current", "tuf", "metadata", name))
}

// forge changes metadata and signs it by keys: each under its own identifier, and under every identifier that counts.
func forge[T metadata.Roles](t *testing.T, m *metadata.Metadata[T], text []byte, keys []crypto.Signer, change func(*T) ([]string, map[string]*metadata.Key)) []byte {
	t.Helper()
	m, err := m.FromBytes(text)
	if err != nil {
		t.Fatal(err)
	}
	ids, known := change(&m.Signed)
	canonical, err := cjson.EncodeCanonical(m.Signed)
	if err != nil {
		t.Fatal(err)
	}
	m.ClearSignatures()
	signed := map[string]bool{}
	add := func(id string, k crypto.Signer) {
		if !signed[id] {
			m.Signatures = append(m.Signatures, metadata.Signature{KeyID: id, Signature: sign(t, k, canonical)})
		}
		signed[id] = true
	}
	for _, k := range keys {
		public, err := tuf.NewKey(k.Public())
		if err != nil {
			t.Fatal(err)
		}
		add(public.ID, k)
	}
	for _, id := range ids {
		if known[id] == nil {
			t.Fatalf("the root does not know key %s", id)
		}
		add(id, keys[0])
	}
	if text, err = m.ToBytes(false); err != nil {
		t.Fatal(err)
	}
	return text
}

// serve gives a user who trusts the first root the feed with one file changed.
func serve(t *testing.T, f *feed, name string, text []byte) error {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(f.store.Dir, "current"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tuf", "metadata", name), text, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := client.Open(client.Options{Root: f.published("1.root.json"), MetadataURL: "file:///tuf/metadata", TargetsURL: "file:///tuf/targets", State: t.TempDir(),
		HTTP: &http.Client{Transport: client.Folder(dir)}, Now: func() time.Time { return day }})
	if err != nil {
		t.Fatal(err)
	}
	return c.Refresh(t.Context())
}
