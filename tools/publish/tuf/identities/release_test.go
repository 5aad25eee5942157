// SPDX-License-Identifier: MIT

package identities

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A release is a signed folder, and the policy of somebody who trusts two keys more: that of another release key and of
// another reproducer, which are here.
type release struct {
	dir                 string
	policy              *policy.Policy
	release, reproducer []crypto.Signer
}

func newRelease(t *testing.T) *release {
	t.Helper()
	r := &release{dir: filepath.Join(t.TempDir(), "release"), release: []crypto.Signer{newKey(t)}, reproducer: []crypto.Signer{newKey(t)}}
	text, err := specimen.NewKeys().Write(r.dir, specimen.Spoil{Policy: func(p *policy.File) {
		// A signature that is made anew has no timestamp.
		p.Timestamps, p.Require.Timestamps = nil, 0
		p.Keys = append(p.Keys, policy.Key{Name: "mine", PEM: publicPEM(t, r.release[0]), Roles: []trust.Role{trust.Release}},
			policy.Key{Name: "rebuilder", PEM: publicPEM(t, r.reproducer[0]), Roles: []trust.Role{trust.Reproducer}})
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r.policy, err = policy.Parse(text); err != nil {
		t.Fatal(err)
	}
	return r
}

func newKey(t *testing.T) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func spki(t *testing.T, k crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func publicPEM(t *testing.T, k crypto.Signer) string {
	t.Helper()
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(t, k)}))
}

// hint is what a bundle calls a key by.
func hint(t *testing.T, k crypto.Signer) string {
	t.Helper()
	sum := sha256.Sum256(spki(t, k))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// jobs are the files that are signed for a release, and the statement that it was reproduced.
func (r *release) jobs() []job {
	var jobs []job
	// Not commit.intoto.json, which holds a tag that the same key has to have signed.
	for _, name := range []string{"manifest.json", "provenance.intoto.json", "manifest_signed.json", "gosqlite_1.2.0_linux_amd64.tar.gz"} {
		jobs = append(jobs, job{"sign " + name, "release key", func(t *testing.T, keys []crypto.Signer) error { return r.signed(t, name, keys[0], r.release[0]) }})
	}
	return append(jobs, job{"say that it was reproduced", "reproducer", func(t *testing.T, keys []crypto.Signer) error {
		return r.signed(t, "reproduced-1.intoto.json", keys[0], r.reproducer[0])
	}})
}

// signed verifies the release with the bundle of one file made anew by a key: under its own name, and under the name of the
// key that it should be. It succeeds when either passes.
func (r *release) signed(t *testing.T, name string, k, rightful crypto.Signer) error {
	t.Helper()
	var refused error
	for _, as := range []crypto.Signer{k, rightful} {
		dir := filepath.Join(t.TempDir(), "release")
		if err := os.CopyFS(dir, os.DirFS(r.dir)); err != nil {
			t.Fatal(err)
		}
		resign(t, dir, name, k, hint(t, as))
		report, err := verify.Run(t.Context(), verify.Options{Dir: dir, Policy: r.policy, Now: specimen.Now})
		if err != nil {
			t.Fatal(err)
		}
		if report.OK {
			return nil
		}
		refused = fmt.Errorf("refused: %s", strings.Join(report.Classes(), ", "))
	}
	return refused
}

// resign makes the bundle of a file anew.
func resign(t *testing.T, dir, name string, k crypto.Signer, hint string) {
	t.Helper()
	path := filepath.Join(dir, name+".sigstore.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	doc["verificationMaterial"].(map[string]any)["publicKey"].(map[string]any)["hint"] = hint
	if message, ok := doc["messageSignature"].(map[string]any); ok {
		message["signature"] = base64.StdEncoding.EncodeToString(sign(t, k, file))
	} else {
		envelope := doc["dsseEnvelope"].(map[string]any)
		kind := envelope["payloadType"].(string)
		message := fmt.Sprintf("DSSEv1 %d %s %d %s", len(kind), kind, len(file), file)
		envelope["signatures"].([]any)[0].(map[string]any)["sig"] = base64.StdEncoding.EncodeToString(sign(t, k, []byte(message)))
	}
	if text, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func sign(t *testing.T, k crypto.Signer, message []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(message)
	sig, err := k.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}
