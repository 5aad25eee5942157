// SPDX-License-Identifier: MIT

package tuf_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
)

// certificate is one of a key, in DER.
func (d *desk) certificate(k crypto.Signer) []byte {
	d.t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "release"}, NotBefore: day, NotAfter: day.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	d.must(err)
	return der
}

// signature is a bundle whose signer is told by a certificate, or by the digest of the key.
func (d *desk) signature(material string, value any) []byte {
	d.t.Helper()
	text, err := json.Marshal(map[string]any{
		"mediaType":            "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{material: value},
		"messageSignature": map[string]any{"messageDigest": map[string]string{"algorithm": "SHA2_256", "digest": base64.StdEncoding.EncodeToString(make([]byte, 32))},
			"signature": "AAAA"},
	})
	d.must(err)
	return text
}

func (d *desk) hint(k crypto.Signer) string {
	d.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	d.must(err)
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// TestApart gives a role of the repository the key that signed a release: it shows by the certificate and by the digest of the key
// alone, in a release that is published and in one that is not.
func TestApart(t *testing.T) {
	for _, role := range []string{"root", "targets", "stable-v1", "snapshot", "timestamp"} {
		t.Run(role, func(t *testing.T) {
			d := newDesk(t)
			k := d.Keys[role][0]
			other := d.NewKey()
			for name, test := range map[string]struct {
				text   []byte
				shared bool
			}{
				"certificate":          {d.signature("certificate", map[string][]byte{"rawBytes": d.certificate(k)}), true},
				"digest":               {d.signature("publicKey", map[string]string{"hint": d.hint(k)}), true},
				"another certificate":  {d.signature("certificate", map[string][]byte{"rawBytes": d.certificate(other)}), false},
				"another key's digest": {d.signature("publicKey", map[string]string{"hint": d.hint(other)}), false},
			} {
				d.store = &tree.Store{Dir: filepath.Join(t.TempDir(), "tree")}
				d.must(os.RemoveAll(d.Seen().Name))
				base, generation, err := d.store.Current()
				d.must(err)
				change, err := tree.Update(base, generation, []tree.Item{tree.Bytes("releases/v1.2.0/manifest.json.sigstore.json", test.text, true)})
				d.must(err)
				d.must(d.store.Commit(t.Context(), change))
				err = d.take()
				var shared *tuf.SharedKeyError
				if errors.As(err, &shared) != test.shared || !test.shared && err != nil {
					t.Errorf("%s, published: %v", name, err)
				}
				dir := t.TempDir()
				d.must(os.WriteFile(filepath.Join(dir, "x.sigstore.json"), test.text, 0o644))
				signers, err := tuf.SignersOf(dir, []tree.File{{Path: "x"}, {Path: "x.sigstore.json"}})
				d.must(err)
				if _, err = tuf.Begin(d.Groups(), signers, nil, day); errors.As(err, &shared) != test.shared || !test.shared && err != nil {
					t.Errorf("%s, not published: %v", name, err)
				}
			}
		})
	}
}

// TestStrangers reads what people name, and what it can't tell is an error.
func TestStrangers(t *testing.T) {
	d := newDesk(t)
	k, other := d.Keys["targets"][0], d.NewKey()
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	chain := append(block("CERTIFICATE", d.certificate(other)), block("CERTIFICATE", d.certificate(k))...)
	all, err := tuf.ParseStrangers("the release key", chain)
	d.must(err)
	_, err = tuf.Begin(d.Groups(), all, nil, day)
	d.refused(err, "of targets is one of the release key as well")
	_, err = tuf.Begin(d.Groups(), all[:1], nil, day)
	d.must(err)
	large, err := rsa.GenerateKey(rand.Reader, 2048) // of a kind that no role can have
	d.must(err)
	der, err := x509.MarshalPKIXPublicKey(large.Public())
	d.must(err)
	if _, err := tuf.ParseStrangers("a code-signing key", block("PUBLIC KEY", der)); err != nil {
		t.Error(err)
	}
	single := block("CERTIFICATE", d.certificate(k))
	for name, text := range map[string][]byte{
		"text before":             append([]byte("the key of releases:\n"), chain...),
		"text between":            slices.Concat(single, []byte("\nand\n"), chain),
		"a broken begin":          append(bytes.Replace(single, []byte("-----BEGIN"), []byte("----BEGIN"), 1), chain...),
		"a broken first block":    append(bytes.Replace(single, []byte("\nM"), []byte("\n!"), 1), chain...),
		"a first block cut off":   append(bytes.Clone(single[:len(single)-40]), append([]byte("\n"), chain...)...),
		"a block without its end": append(bytes.Replace(single, []byte("-----END CERTIFICATE-----\n"), nil, 1), chain...),
		"a broken block between":  slices.Concat(single, bytes.Replace(single, []byte("\nM"), []byte("\n!"), 1), chain),
		"a broken last block":     append(bytes.Clone(chain), bytes.Replace(single, []byte("\nM"), []byte("\n!"), 1)...),
	} {
		if all, err := tuf.ParseStrangers("the release key", text); err == nil {
			t.Errorf("%s: %d keys were read, and one was not", name, len(all))
		}
	}
	if all, err := tuf.ParseStrangers("the release key", slices.Concat([]byte("\n"), single, []byte("\r\n\n"), chain, []byte("\n"))); err != nil || len(all) != 3 {
		t.Errorf("blocks with empty lines between: %d, %v", len(all), err)
	}
	for words, text := range map[string][]byte{"is empty": nil, "PEM blocks alone": append(chain, "x"...), "neither a public key": block("PRIVATE KEY", der), "asn1": block("PUBLIC KEY", []byte("x"))} {
		_, err := tuf.ParseStrangers("somebody", text)
		d.refused(err, words)
	}
	dir := t.TempDir()
	for words, text := range map[string][]byte{"is no digest of a key": d.signature("publicKey", map[string]string{"hint": "x"}), "bundle": []byte("{}"),
		"x509": d.signature("certificate", map[string][]byte{"rawBytes": []byte("x")})} {
		d.must(os.WriteFile(filepath.Join(dir, "x.sigstore.json"), text, 0o644))
		_, err := tuf.SignersOf(dir, []tree.File{{Path: "x.sigstore.json"}})
		d.refused(err, words)
	}
}
