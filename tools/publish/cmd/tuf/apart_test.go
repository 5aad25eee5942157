// SPDX-License-Identifier: MIT

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// TestApart gives the channel's role a release key, which users trust by itself or by its certificate.
func TestApart(t *testing.T) {
	s := newSession(t)
	s.begin()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	s.write("release.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if der, err = x509.MarshalPKIXPublicKey(k.Public()); err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	s.write("release.pub", public)
	text, err := specimen.NewKeys().Write("dist", specimen.Spoil{Version: "1.2.0", Policy: func(p *policy.File) {
		p.Keys = append(p.Keys, policy.Key{Name: "mine", PEM: string(public), Roles: []trust.Role{trust.Release}})
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.write("policy.json", text)
	first := []string{"init", "--key", "root=a.pub", "--key", "root=b.pub", "--key", "targets=c.pub", "--key", "snapshot=d.pub", "--key", "timestamp=e.pub", "--out", "x"}
	rotate := []string{"rotate", "--folder", "site", "--out", "x", "--add", "stable-v1=release.pub"}
	for _, args := range [][]string{append(first, "--key", "stable-v1=release.pub"), rotate} {
		s.want(3, "is one of release.crt as well", append(args, "--not", "release.crt")...)
		s.want(3, "is one of the policy's key mine as well", append(args, "--policy", "policy.json")...)
		s.want(2, "policy", append(args, "--policy", "release.crt")...)
		s.want(1, "find plug-in", append(args, "--not", "none:token=release")...)
		s.want(2, "pin-value", append(args, "--not", "none:token=release;pin-value=1")...)
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("something was staged")
	}
	s.want(0, "to be signed", append(first, "--key", "stable-v1=f.pub", "--not", "release.crt", "--policy", "policy.json")...)
	// Whoever did not say so at the ceremony is told when a release is to be listed.
	s.want(0, "to be signed", append(rotate[:4:4], "next", "--add", "stable-v1=release.pub")...)
	s.want(0, "1 of 1", "sign", "--metadata", "next/2.targets.json", "--by", "staged/1.root.json", "--key", "c.pem")
	s.want(0, "2.targets.json", "snapshot", "--folder", "site", "--staged", "next", "--online", "online.json")
	s.want(3, "is one of the policy's key mine as well", "add", "--folder", "site", "--release", "dist", "--policy", "policy.json", "--out", "added")
	if _, err := os.Stat("added"); err == nil {
		t.Error("something was staged")
	}
}
