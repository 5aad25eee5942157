// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

const (
	softhsmModule = "/usr/lib/softhsm/libsofthsm2.so"
	tokenKey      = "pkcs11:token=release;object=2026?module-path=" + softhsmModule
)

// token makes a SoftHSM token called release in the check's folder.
func (b *bench) token() error {
	if err := os.Mkdir(b.path("tokens"), 0o700); err != nil {
		return err
	}
	if err := b.write("softhsm2.conf", []byte("directories.tokendir = "+b.path("tokens")+"\nobjectstore.backend = file\nlog.level = ERROR\n")); err != nil {
		return err
	}
	b.env = append(b.env, "SOFTHSM2_CONF="+b.path("softhsm2.conf"))
	return b.accepts("softhsm2-util --init-token --free --label release --so-pin " + passphrase + " --pin " + passphrase)
}

func checkToken(b *bench) error {
	if err := b.token(); err != nil {
		return err
	}
	if err := b.write("wrong-pin", []byte("87654321\n")); err != nil {
		return err
	}
	key := " --key " + tokenKey
	const ending = " --until 2036-01-01T00:00:00Z"
	if err := b.refuses(
		"sign release --payload payload --out dist"+key+b.secret(),                                                        // no such key yet
		"sign key make --ring bad.json"+key+ending+" --secret file:wrong-pin",                                             // wrong PIN
		"sign key make --ring bad.json --key pkcs11:token=other;object=2026?module-path="+softhsmModule+ending+b.secret(), // no such token
	); err != nil {
		return err
	}
	if err := b.accepts("sign key make --ring keys.json"+key+ending+b.secret(),
		"sign csr --out r.pem --common-name gosqlite --uri https://example.org/gosqlite"+key+b.secret(),
		"openssl req -in r.pem -noout -verify",
		"openssl req -in r.pem -noout -pubkey -out public.pem",
		"sign dev-ca --out ca"+key+b.secret(),
		"sign release --payload payload --out dist"+key+b.secret(),
		"sign release --payload payload --out certified --chain ca/release.DEVELOPMENT.chain.pem"+key+b.secret()); err != nil {
		return err
	}
	if err := b.refuses("sign key make --ring more.json" + key + ending + b.secret()); err != nil { // there already
		return err
	}
	for _, name := range []string{"manifest.json", signtest.Linux} {
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
	return b.checkSealed()
}

// checkSealed asks another PKCS #11 client what the token says of the private key, and looks for the PIN.
func (b *bench) checkSealed() error {
	out, err := b.output("pkcs11-tool", "--module", softhsmModule, "--token-label", "release", "--login", "--pin", passphrase, "--list-objects", "--type", "privkey")
	if err != nil {
		return err
	}
	for _, want := range []string{"2026", "sensitive", "never extractable"} {
		if !strings.Contains(out, want) {
			return fmt.Errorf("the token does not say of the private key that it is %q: %s", want, out)
		}
	}
	return filepath.WalkDir(b.dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, b.path("tokens")) {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(text), passphrase) {
			err = fmt.Errorf("%s holds the PIN", name)
		}
		return err
	})
}
