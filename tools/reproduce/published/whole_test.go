// SPDX-License-Identifier: MIT

package published_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/published"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

const releaseURI = "https://example.org/release"

func clock() time.Time { return signtest.Now }

func hexSum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// certified is an identity by a certificate for signing code, of a root of its own that is no development authority.
func certified(t *testing.T) *identity.Identity {
	t.Helper()
	rootKey, key := signtest.Key(t), signtest.Key(t)
	uri, err := url.Parse(releaseURI)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: signtest.Now.Add(-time.Hour), NotAfter: signtest.Now.Add(time.Hour),
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test Release"}, URIs: []*url.URL{uri}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
	}
	id := &identity.Identity{Key: key}
	for _, c := range []struct {
		template *x509.Certificate
		public   any
	}{{leaf, &key.PublicKey}, {root, &rootKey.PublicKey}} {
		der, err := x509.CreateCertificate(rand.Reader, c.template, root, c.public, rootKey)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		id.Chain = append(id.Chain, parsed)
	}
	return id
}

func rootPEM(id *identity.Identity) string { return certificatePEM(id.Chain[len(id.Chain)-1]) }

func certificatePEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// stamps starts a timestamp authority.
func stamps(t *testing.T) (bundle.Timestamper, policy.Stamps) {
	t.Helper()
	ca, key := signtest.CA(t), signtest.Key(t)
	chain, err := ca.TimestampSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(&timestamp.Server{Key: key, Chain: chain, Random: rand.Reader, Now: clock})
	t.Cleanup(s.Close)
	return &timestamp.Authority{
		URL: s.URL, Roots: []*x509.Certificate{ca.Root}, Client: http.DefaultClient, Random: rand.Reader, Now: clock, Skew: time.Minute,
	}, policy.Stamps{Certificates: []string{certificatePEM(ca.Root)}}
}

// repository holds the sources of the payload as one commit, a release commit of it, and the tag of that.
type repository struct{}

// sourceCommit is the id of the commit.
var sourceCommit = strings.Repeat("1", 40)

func (repository) Commit(context.Context, string) (string, error) { return sourceCommit, nil }

// object is what git keeps, under the id that it has.
func object(kind, content string) source.Object {
	return source.Object{ID: fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content))), Kind: kind, Content: []byte(content)}
}

func (repository) Object(_ context.Context, name string) (source.Object, error) {
	who := fmt.Sprintf(" A <a@example.invalid> %d +0000\n", signtest.ReleaseTime.Unix())
	release := object("commit", "tree "+strings.Repeat("2", 40)+"\nparent "+sourceCommit+"\nauthor"+who+"committer"+who+"\ngosqlite\n")
	if name == release.ID {
		return release, nil
	}
	return object("tag", "object "+release.ID+"\ntype commit\ntag v"+signtest.Version+"\ntagger"+who+"\ngosqlite\n"), nil
}

func (repository) Added(context.Context, string, string) ([]string, error) {
	return []string{"internal/capi/sqlite3.c", "internal/capi/sqlite3.h", "internal/capi/sqlite3_options.h"}, nil
}

func (repository) Files(_ context.Context, _ string, names []string) (sums [][32]byte, err error) {
	for _, name := range names {
		sums = append(sums, sha256.Sum256([]byte(signtest.Source[name])))
	}
	return sums, nil
}

// everything makes a release with all evidence there is, as a release is made, and the policy that demands it all.
func everything(t *testing.T, id *identity.Identity) (string, *policy.File) {
	t.Helper()
	code := certified(t)
	o := sign.Options{
		Payload: signtest.WholePayload(t), Out: filepath.Join(t.TempDir(), "release"), Release: id, Authenticode: code, Apple: code, Now: clock,
		Source: &source.Claim{Repository: repository{}, Commit: "HEAD", Tag: "v" + signtest.Version},
	}
	f := &policy.File{
		Schema: policy.Schema, Builder: provenance.BuilderID,
		Authorities: []policy.Authority{{Name: "code", Certificates: []string{rootPEM(code)}, Roles: []trust.Role{trust.Code}}},
		Require: policy.Require{MinimumVersion: signtest.Version, Timestamps: 2, Reproduced: 2, Evidence: []policy.Evidence{
			policy.SBOM, policy.Debug, policy.Commit, policy.Ledger, policy.SignedSBOM, policy.SignedArchives, policy.Module,
		}},
	}
	for i := range 2 {
		authority, trusted := stamps(t)
		trusted.Name = fmt.Sprintf("stamps %d", i+1)
		o.Timestamps, f.Timestamps = append(o.Timestamps, authority), append(f.Timestamps, trusted)
	}
	if len(id.Chain) == 0 {
		f.Keys = append(f.Keys, public(t, "release", id, trust.Release))
	} else {
		f.Authorities = append(f.Authorities, policy.Authority{Name: "release", Certificates: []string{rootPEM(id)}, Roles: []trust.Role{trust.Release}, Identities: []string{releaseURI}})
	}
	if err := sign.Release(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	attest(t, o, f)
	return o.Out, f
}

// attest adds what is stated after the signing: the ledger of the build, and two reproductions.
func attest(t *testing.T, o sign.Options, f *policy.File) {
	t.Helper()
	built, err := compare.Tree(o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	log, err := execlog.Read(bytes.NewReader(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "1"}})))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.New(built, []*execlog.Log{log}, ledger.Side{CPU: "one"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := published.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	files, err := r.Compare(built)
	if err != nil {
		t.Fatal(err)
	}
	state := func(name string, text []byte, err error, id *identity.Identity) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(o.Out, name)
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := sign.Statement(t.Context(), file, &bundle.Writer{Identity: id, Timestamps: o.Timestamps}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := l.Statement(r.Manifest)
	state(ledger.StatementName, text, err, o.Release)
	for i := range 2 {
		id := &identity.Identity{Key: signtest.Key(t)}
		f.Keys = append(f.Keys, public(t, fmt.Sprintf("reproducer %d", i+1), id, trust.Reproducer))
		text, err := r.Statement(reproduction(), files)
		state(fmt.Sprintf("reproduced-%d.intoto.json", i+1), text, err, id)
	}
}

func verified(t *testing.T, dir string, f *policy.File) *verify.Report {
	t.Helper()
	p, err := f.Policy()
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(t.Context(), verify.Options{Dir: dir, Policy: p, Now: signtest.Now, Version: signtest.Version})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestVerifierAcceptsWhatTheSignerMakes: a whole release, signed by key and by certificate, with everything in it that can
// be signed and stated, has not one fault for the verifier, and nothing in it goes unjudged.
func TestVerifierAcceptsWhatTheSignerMakes(t *testing.T) {
	for name, id := range map[string]*identity.Identity{"by key": {Key: signtest.Key(t)}, "by certificate": certified(t)} {
		dir, f := everything(t, id)
		if r := verified(t, dir, f); !r.OK || len(r.Faults) > 0 || len(r.Notes) > 0 || r.Objects.Recomputed == 0 {
			t.Errorf("%s: faults %+v, notes %q, objects %+v", name, r.Faults, r.Notes, r.Objects)
		}
	}
}

// TestVerifierRefusesWhatTheSignerDidNotMake plants a defect in each part of that release.
func TestVerifierRefusesWhatTheSignerDidNotMake(t *testing.T) {
	dir, f := everything(t, &identity.Identity{Key: signtest.Key(t)})
	stem := "gosqlite_" + signtest.Version + "_"
	windows, darwin := stem+"windows_amd64", stem+"darwin_arm64"
	flip := func(text []byte) []byte { text[len(text)/2] ^= 1; return text }
	to := func(from, to string) func([]byte) []byte {
		return func(text []byte) []byte { return bytes.Replace(text, []byte(from), []byte(to), 1) }
	}
	for _, c := range []struct {
		class, file string
		change      func(text []byte) []byte // nil takes the file away
		policy      func(f *policy.File)
	}{
		{"digest-mismatch", windows + ".zip", flip, nil},
		{"missing-bundle", windows + ".zip.sigstore.json", nil, nil},
		{"malformed-manifest", "manifest.json", to(`"notes"`, `"note"`), nil},
		{"digest-mismatch", "notes.md", func(text []byte) []byte { return append(text, "more\n"...) }, nil},
		{"notes-mismatch", "notes.md", to(signtest.Version, "1.2.4"), nil},
		{"vex-product", "vex.openvex.json", to(`"purl":"pkg:generic/gosqlite@1.2.3#lib/`, `"purl":"pkg:generic/gosqlite@1.2.3#bin/`), nil},
		{"sums-mismatch", "SHA256SUMS", to("notes.md", "notes.mx"), nil},
		{"payload-mismatch", "provenance.intoto.json", to("release_all", "release_few"), nil},
		{"build-parameters", "provenance.intoto.json", to(`"version":"1.2.3"`, `"version":"1.2.4"`), nil},
		{"commit-source", "commit.intoto.json", to(`"sha256":"`, `"sha512":"`), nil},
		{"evidence-missing", "commit.intoto.json", nil, nil},
		{"ledger-mismatch", "ledger.intoto.json", to(hexSum("# gosqlite v1.2.3\n"), hexSum("")), nil},
		{"reproduced-threshold", "reproduced-2.intoto.json", to(`"identical":true`, `"identical":false`), nil},
		{"signed-sbom-mismatch", darwin + ".cdx.json.signed.json", to(`"version":1`, `"version":2`), nil},
		{"signed-digest-mismatch", darwin + "_signed.tar.gz", flip, nil},
		{"signed-digest-mismatch", "embedded/" + windows + ".zip/" + windows + "/bin/gosqlite.exe.authenticode", flip, nil},
		{"signed-missing", "embedded/" + darwin + ".tar.gz/" + darwin + "/bin/gosqlite.macho", nil, nil},
		{"unknown-key", "", nil, func(f *policy.File) {
			f.Keys[0] = public(t, "other", &identity.Identity{Key: signtest.Key(t)}, trust.Release)
		}},
		{"timestamp-untrusted", "", nil, func(f *policy.File) {
			_, other := stamps(t)
			other.Name = "other"
			f.Timestamps = []policy.Stamps{f.Timestamps[0], other}
		}},
		{"embedded-untrusted", "", nil, func(f *policy.File) { f.Authorities[0].Certificates = []string{rootPEM(certified(t))} }},
		{"provenance-builder", "", nil, func(f *policy.File) { f.Builder = "https://example.org/another" }},
		{"version-too-old", "", nil, func(f *policy.File) { f.Require.MinimumVersion = "1.2.4" }},
	} {
		spoilt, demands := filepath.Join(t.TempDir(), "release"), *f
		demands.Keys, demands.Authorities = slices.Clone(f.Keys), slices.Clone(f.Authorities)
		if err := os.CopyFS(spoilt, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if c.policy != nil {
			c.policy(&demands)
		} else {
			spoil(t, filepath.Join(spoilt, c.file), c.change)
		}
		if r := verified(t, spoilt, &demands); r.OK || !slices.Contains(r.Classes(), c.class) {
			t.Errorf("%s %s: ok %v, faults %+v", c.file, c.class, r.OK, r.Faults)
		}
	}
}

func spoil(t *testing.T, file string, change func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if change == nil {
		err = os.Remove(file)
	} else if changed := change(bytes.Clone(text)); bytes.Equal(changed, text) {
		t.Fatalf("%s: nothing is planted", file)
	} else {
		err = os.WriteFile(file, changed, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
