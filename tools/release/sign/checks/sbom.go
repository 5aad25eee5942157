// SPDX-License-Identifier: MIT

package main

import (
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// checkSBOM verifies the signature in an SBOM by hand: jq sorts keys and takes out the value, which in a document of plain
// letters and small numbers is all that RFC 8785 asks for.
func checkSBOM(b *bench) error {
	if err := b.key(); err != nil {
		return err
	}
	if err := b.accepts("sign release --payload payload --out dist --key key.pem" + b.secret()); err != nil {
		return err
	}
	name := "dist/" + signtest.SBOM + ".signed.json"
	text, err := os.ReadFile(b.path(name))
	if err != nil {
		return err
	}
	var s struct{ Signature struct{ Value string } }
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	raw, err := base64.RawURLEncoding.DecodeString(s.Signature.Value)
	if err != nil || len(raw) != 64 {
		return fmt.Errorf("a value of %d bytes: %w", len(raw), err)
	}
	der, err := asn1.Marshal([]*big.Int{new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])})
	if err != nil {
		return err
	}
	signed, err := b.output("jq", "-cSj", "del(.signature.value)", name)
	if err != nil {
		return err
	}
	if err := errors.Join(b.write("signed", []byte(signed)), b.write("sig", der), b.tamper("signed", "bad")); err != nil {
		return err
	}
	if err := b.accepts("openssl dgst -sha256 -verify public.pem -signature sig signed"); err != nil {
		return err
	}
	return b.refuses("openssl dgst -sha256 -verify public.pem -signature sig bad")
}
