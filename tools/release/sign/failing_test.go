// SPDX-License-Identifier: MIT

package sign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

var errToken = errors.New("the token was pulled out")

// failing is a key that signs left times.
type failing struct {
	*ecdsa.PrivateKey
	left int
}

func (f *failing) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if f.left--; f.left < 0 {
		return nil, errToken
	}
	return f.PrivateKey.Sign(r, digest, opts)
}

// slowAuthority counts how many wait for it at once.
type slowAuthority struct {
	waiting, most atomic.Int32
	err           error
}

func (s *slowAuthority) Timestamp(context.Context, []byte) ([]byte, error) {
	n := s.waiting.Add(1)
	defer s.waiting.Add(-1)
	for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
	}
	time.Sleep(20 * time.Millisecond)
	return []byte("stamp"), s.err
}

// counting is a log that counts what it was told for ever.
type counting struct{ entries atomic.Int32 }

func (c *counting) Record(context.Context, bundle.Entry) (json.RawMessage, error) {
	c.entries.Add(1)
	return json.RawMessage("{}"), nil
}

// noCommits is a repository without any.
type noCommits struct{ source.Repository }

func (noCommits) Commit(context.Context, string) (string, error) {
	return "", errors.New("git knows none")
}

// TestNothingIsLoggedBeforeAllIsChecked: what makes a release fail is found before a log has an entry.
func TestNothingIsLoggedBeforeAllIsChecked(t *testing.T) {
	certified := signtest.Certified(t, signtest.CA(t))
	for name, change := range map[string]func(*Options){
		"no such commit": func(o *Options) { o.Source = &source.Claim{Commit: "HEAD", Repository: noCommits{}} },
		"a token for macOS that is gone": func(o *Options) {
			o.Apple = &identity.Identity{Key: &failing{PrivateKey: certified.Key.(*ecdsa.PrivateKey)}, Chain: certified.Chain}
		},
	} {
		log := &counting{}
		o := options(t, certified)
		o.Logs = []bundle.Log{log}
		change(&o)
		if err := Release(context.Background(), o); err == nil || log.entries.Load() > 0 {
			t.Errorf("%s: %v, and %d entries", name, err, log.entries.Load())
		}
	}
	log := &counting{}
	o := options(t, certified)
	o.Logs, o.Authenticode = []bundle.Log{log}, certified
	if err := Release(context.Background(), o); err != nil || log.entries.Load() != 7 {
		t.Errorf("%v, and %d entries, want 7", err, log.entries.Load())
	}
	if _, err := os.Stat(filepath.Join(o.Out, "manifest_signed.json.DEVELOPMENT.sigstore.json")); err != nil {
		t.Error(err)
	}
}

// TestOutEndsWithSlash: the name of a folder may end as shells complete it.
func TestOutEndsWithSlash(t *testing.T) {
	o := options(t, &identity.Identity{Key: signtest.Key(t)})
	o.Out += "/"
	if err := Release(context.Background(), o); err != nil {
		t.Error(err)
	}
}
