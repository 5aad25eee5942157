// SPDX-License-Identifier: MIT

package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/sign/ring"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// secret is the flag that every command with a key gets.
func (b *bench) secret() string { return " --secret file:" + b.passFile }

// A parsedBundle is what a client reads in a bundle.
type parsedBundle struct {
	VerificationMaterial struct {
		TimestampVerificationData struct {
			Rfc3161Timestamps []struct{ SignedTimestamp []byte }
		}
	}
	MessageSignature struct{ Signature []byte }
	DsseEnvelope     struct {
		Payload    []byte
		Signatures []struct{ Sig []byte }
	}
}

func (b *bench) bundle(name string) (*parsedBundle, error) {
	text, err := os.ReadFile(b.path(name))
	if err != nil {
		return nil, err
	}
	p := &parsedBundle{}
	return p, json.Unmarshal(text, p)
}

// key makes a key with its ring and writes the public key as it is published.
func (b *bench) key() error {
	if err := b.accepts("sign key make --ring keys.json --key key.pem --until 2036-01-01T00:00:00Z" + b.secret()); err != nil {
		return err
	}
	text, err := os.ReadFile(b.path("keys.json"))
	if err != nil {
		return err
	}
	r, err := ring.Parse(text)
	if err != nil {
		return err
	}
	return b.write("public.pem", []byte(r.Keys[0].PublicKey))
}

func checkBundles(b *bench) error {
	if err := b.key(); err != nil {
		return err
	}
	if err := b.accepts("sign release --payload payload --out dist --key key.pem" + b.secret()); err != nil {
		return err
	}
	for _, name := range []string{"manifest.json", signtest.Linux, signtest.Debug, signtest.Windows, signtest.Darwin} {
		p, err := b.bundle("dist/" + name + ".sigstore.json")
		if err != nil {
			return err
		}
		if err := errors.Join(b.write("sig", p.MessageSignature.Signature), b.tamper("dist/"+name, "bad")); err != nil {
			return err
		}
		if err := b.accepts("openssl dgst -sha256 -verify public.pem -signature sig dist/" + name); err != nil {
			return err
		}
		if err := b.refuses("openssl dgst -sha256 -verify public.pem -signature sig bad"); err != nil {
			return err
		}
	}
	return b.checkEnvelope()
}

// checkEnvelope makes what DSSE signs from the statement's file, as its specification says.
func (b *bench) checkEnvelope() error {
	const name = "dist/provenance.intoto.json"
	p, err := b.bundle(name + ".sigstore.json")
	if err != nil {
		return err
	}
	statement, err := os.ReadFile(b.path(name))
	if err != nil {
		return err
	}
	signed := fmt.Appendf(nil, "DSSEv1 28 application/vnd.in-toto+json %d %s", len(statement), statement)
	if err := errors.Join(b.write("pae", signed), b.tamper("pae", "bad"), b.write("sig", p.DsseEnvelope.Signatures[0].Sig)); err != nil {
		return err
	}
	if err := b.accepts("openssl dgst -sha256 -verify public.pem -signature sig pae"); err != nil {
		return err
	}
	return b.refuses("openssl dgst -sha256 -verify public.pem -signature sig bad")
}

func checkChain(b *bench) error {
	if err := b.accepts("sign dev-ca --out ca"+b.secret(), "sign dev-ca --out other"+b.secret()); err != nil {
		return err
	}
	const root, leaf, stamps = "ca/root.DEVELOPMENT.pem", "ca/release.DEVELOPMENT.chain.pem", "ca/timestamps.DEVELOPMENT.chain.pem"
	if err := b.accepts(
		"openssl verify -x509_strict -CAfile "+root+" "+leaf,
		"openssl verify -x509_strict -purpose timestampsign -CAfile "+root+" "+stamps); err != nil {
		return err
	}
	return b.refuses(
		"openssl verify -CAfile other/root.DEVELOPMENT.pem "+leaf,
		"openssl verify -purpose timestampsign -CAfile "+root+" "+leaf,
		"openssl verify -purpose sslserver -CAfile "+root+" "+leaf)
}

func checkKeys(b *bench) error {
	if err := b.key(); err != nil {
		return err
	}
	if err := b.accepts("openssl pkey -in key.pem -passin file:" + b.passFile + " -noout"); err != nil {
		return err
	}
	if err := b.refuses("openssl pkey -in key.pem -passin pass:wrong -noout"); err != nil {
		return err
	}
	if err := b.accepts("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.pem"); err != nil {
		return err
	}
	for i, options := range []string{"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA512 -iter 100000", "-scrypt"} {
		encrypt := fmt.Sprintf("openssl pkcs8 -topk8 %s -passout file:%s -in plain.pem -out %d.pem", options, b.passFile, i)
		sign := fmt.Sprintf("sign release --payload payload --out dist%d --key %d.pem", i, i)
		if err := b.accepts(encrypt, sign+b.secret()); err != nil {
			return err
		}
	}
	return errors.Join(
		b.accepts("openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout file:"+b.passFile+" -in plain.pem -out old.pem"),
		b.refuses("sign release --payload payload --out weak --key old.pem"+b.secret(), "sign release --payload payload --out weak --key plain.pem"+b.secret()))
}

func checkRequest(b *bench) error {
	if err := b.key(); err != nil {
		return err
	}
	if err := b.accepts("sign csr --out r.pem --common-name gosqlite --uri https://example.org/gosqlite --key key.pem"+b.secret(),
		"openssl req -in r.pem -noout -verify"); err != nil {
		return err
	}
	text, err := b.output("openssl", "req", "-in", "r.pem", "-noout", "-text")
	if err != nil {
		return err
	}
	for _, want := range []string{"CN = gosqlite", "URI:https://example.org/gosqlite", "Code Signing"} {
		if !strings.Contains(text, want) {
			return fmt.Errorf("the request does not say %q: %s", want, text)
		}
	}
	// A bit of the signature, which ends the request.
	pemText, err := os.ReadFile(b.path("r.pem"))
	if err != nil {
		return err
	}
	block, _ := pem.Decode(pemText)
	if _, err := x509.ParseCertificateRequest(block.Bytes); err != nil {
		return err
	}
	block.Bytes[len(block.Bytes)-1] ^= 1
	if err := b.write("bad.pem", pem.EncodeToMemory(block)); err != nil {
		return err
	}
	out, _ := b.output("openssl", "req", "-in", "bad.pem", "-noout", "-verify") // some versions exit with 0
	if !strings.Contains(strings.ToLower(out), "fail") {
		return fmt.Errorf("openssl accepted a planted defect: %s", out)
	}
	return nil
}
