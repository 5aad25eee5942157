// SPDX-License-Identifier: MIT

package main

import "testing"

func TestParseURI(t *testing.T) {
	got, err := parseURI("pkcs11:token=my%20token;object=2026;id=%01%02;type=private?module-path=/lib/p11.so")
	if err != nil || got.token != "my token" || got.object != "2026" || got.id != "\x01\x02" || got.module != "/lib/p11.so" {
		t.Errorf("parseURI = %+v, %v", got, err)
	}
	for _, text := range []string{
		"", "file:x", "pkcs11:", "pkcs11:token=a?module-path=/x", "pkcs11:object=a", "pkcs11:object=a?module-path=x",
		"pkcs11:object=a;object=b?module-path=/x", "pkcs11:object=a;slot=1?module-path=/x", "pkcs11:object=%zz?module-path=/x",
		"pkcs11:object=a?module-path=/x&pin-value=1234", "pkcs11:object=a?module-path=/x&pin-source=file:/p",
		"pkcs11:object=a;pin-value=1234?module-path=/x", "pkcs11:object=?module-path=/x",
	} {
		if got, err := parseURI(text); err == nil {
			t.Errorf("parseURI(%q) = %+v", text, got)
		}
	}
}
