// SPDX-License-Identifier: MIT

package identity_test

import (
	"bytes"
	"encoding/pem"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// FuzzParseChain: a chain that is read has every certificate of the file, whatever else stands there.
func FuzzParseChain(f *testing.F) {
	id := signtest.Certified(f, signtest.CA(f))
	var whole []byte
	for _, c := range id.Chain {
		whole = append(whole, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	f.Add(whole)
	f.Add(bytes.Repeat(whole, 9))
	f.Add(append(bytes.Clone(whole), "and more"...))
	f.Add(append([]byte("before it\n"), whole...))
	f.Add(bytes.ReplaceAll(whole, []byte("CERTIFICATE"), []byte("PRIVATE KEY")))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add(append([]byte("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), whole...))
	f.Fuzz(func(t *testing.T, text []byte) {
		chain, err := identity.ParseChain(text)
		if err != nil {
			return
		}
		if n := bytes.Count(text, []byte("-----BEGIN CERTIFICATE-----")); len(chain) == 0 || len(chain) != n {
			t.Errorf("%d certificates of %d", len(chain), n)
		}
		var again []byte
		for _, c := range chain {
			again = append(again, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
		}
		if other, err := identity.ParseChain(again); err != nil || len(other) != len(chain) {
			t.Errorf("written again, the chain is another: %v", err)
		}
	})
}
