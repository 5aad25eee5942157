// SPDX-License-Identifier: MIT

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// signPrograms signs the payload into dist, programs included, by a development CA.
func (b *bench) signPrograms() error {
	signer := `{"key":"ca/release.DEVELOPMENT.key.pem","chain":"ca/release.DEVELOPMENT.chain.pem","secret":"file:` + b.passFile + `"}`
	config := `{"schema":"gosqlite-signing/1","release":` + signer + `,"authenticode":` + signer + `,"apple":` + signer + `}`
	if err := b.write("signing.json", []byte(config)); err != nil {
		return err
	}
	return b.accepts("sign dev-ca --out ca"+b.secret(), "sign release --payload payload --out dist --config signing.json")
}

func checkAuthenticode(b *bench) error {
	if err := b.signPrograms(); err != nil {
		return err
	}
	signed, err := zipProgram(b.path("dist/gosqlite_1.2.3_windows_amd64_signed.zip"))
	if err != nil {
		return err
	}
	stored := "dist/embedded/" + signtest.Windows + "/gosqlite_1.2.3/bin/gosqlite.exe.authenticode"
	if err := errors.Join(b.write("good.exe", signed), b.write("unsigned.exe", signtest.PE("windows"))); err != nil {
		return err
	}
	bad := bytes.Clone(signed)
	bad[0x210] ^= 1 // in the section
	if err := b.write("bad.exe", bad); err != nil {
		return err
	}
	const verify = "osslsigncode verify -CAfile ca/root.DEVELOPMENT.pem "
	if err := b.accepts(verify+"good.exe",
		"osslsigncode remove-signature -in good.exe -out stripped.exe",
		"osslsigncode extract-signature -in good.exe -out extracted.der"); err != nil {
		return err
	}
	if err := b.refuses(verify+"bad.exe", verify+"unsigned.exe"); err != nil {
		return err
	}
	if err := b.same("stripped.exe", "unsigned.exe", 64+24+64); err != nil {
		return err
	}
	// What it extracts is a whole entry of the certificate table, padded.
	extracted, err := os.ReadFile(b.path("extracted.der"))
	if err != nil {
		return err
	}
	signature, err := os.ReadFile(b.path(stored))
	if err != nil {
		return err
	}
	if !bytes.Contains(extracted, signature) {
		return errors.New("the signature that osslsigncode extracts is not the stored one")
	}
	return nil
}

// same compares two files but for the PE checksum, which osslsigncode computes even where there was none.
func (b *bench) same(one, other string, checksum int) error {
	a, err := os.ReadFile(b.path(one))
	if err != nil {
		return err
	}
	c, err := os.ReadFile(b.path(other))
	if err != nil {
		return err
	}
	if len(a) == len(c) {
		copy(a[checksum:checksum+4], c[checksum:])
	}
	if !bytes.Equal(a, c) {
		return fmt.Errorf("%s is not %s", one, other)
	}
	return nil
}

func checkMachO(b *bench) error {
	if err := b.signPrograms(); err != nil {
		return err
	}
	signed, err := tarProgram(b.path("dist/gosqlite_1.2.3_darwin_arm64_signed.tar.gz"))
	if err != nil {
		return err
	}
	at := bytes.LastIndex(signed, []byte{0xfa, 0xde, 0x0c, 0xc0})
	if at < 0 {
		return errors.New("there is no super blob")
	}
	be := binary.BigEndian
	blob := signed[at:]
	part := func(i int) []byte {
		offset := be.Uint32(blob[16+8*i:])
		return blob[offset : offset+be.Uint32(blob[offset+4:])]
	}
	if err := errors.Join(b.write("directory", part(0)), b.write("message", part(2)[8:]), b.tamper("directory", "bad")); err != nil {
		return err
	}
	const verify = "openssl cms -verify -binary -inform DER -in message -CAfile ca/root.DEVELOPMENT.pem -purpose any -out out -content "
	if err := b.accepts(verify + "directory"); err != nil {
		return err
	}
	return b.refuses(verify + "bad")
}

func zipProgram(name string) ([]byte, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".exe") {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			defer r.Close()
			return io.ReadAll(io.LimitReader(r, 1<<30))
		}
	}
	return nil, fmt.Errorf("%s holds no program", name)
}

func tarProgram(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if err != nil {
			return nil, fmt.Errorf("%s holds no program: %w", name, err)
		}
		if path.Base(path.Dir(h.Name)) == "bin" {
			return io.ReadAll(io.LimitReader(t, 1<<30))
		}
	}
}
