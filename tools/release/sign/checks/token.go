// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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

// checkSealed asks another PKCS #11 client what the token says of the private key, and looks for the PIN. The plants are a
// key that can be taken out, and a file that holds the PIN.
func (b *bench) checkSealed() error {
	client := func(args ...string) (string, error) {
		return b.output("pkcs11-tool", append([]string{"--module", softhsmModule, "--token-label", "release", "--login", "--pin", passphrase}, args...)...)
	}
	if _, err := client("--keypairgen", "--key-type", "EC:prime256v1", "--label", "open", "--extractable"); err != nil {
		return err
	}
	said, err := client("--list-objects", "--type", "privkey")
	if err != nil {
		return err
	}
	if err := sealed(said, "2026"); err != nil {
		return err
	}
	if sealed(said, "open") == nil || sealed(said, "none") == nil {
		return fmt.Errorf("a key that can be taken out, or one that is not there, passes for sealed: %s", said)
	}
	if err := holds(b.dir, b.path("tokens"), passphrase); err != nil {
		return err
	}
	if err := b.write("note", []byte("the PIN is "+passphrase+"\n")); err != nil {
		return err
	}
	if holds(b.dir, b.path("tokens"), passphrase) == nil {
		return errors.New("a file with the PIN is not seen")
	}
	return os.Remove(b.path("note"))
}

// sealed wants the token to say of the private key called label that nobody can take it out; said is its list of keys.
func sealed(said, label string) error {
	for _, object := range strings.Split(said, "Private Key Object")[1:] {
		if !slices.Contains(strings.Fields(object), label) {
			continue
		}
		for _, want := range []string{"sensitive", "never extractable"} {
			if !strings.Contains(object, want) {
				return fmt.Errorf("the token does not say of the private key that it is %q: %s", want, object)
			}
		}
		return nil
	}
	return fmt.Errorf("the token lists no private key called %s: %s", label, said)
}

// holds looks for a secret in the files of a folder but those below one of its folders.
func holds(dir, but, secret string) error {
	return filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, but) {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(text), secret) {
			err = fmt.Errorf("%s holds the secret", name)
		}
		return err
	})
}
