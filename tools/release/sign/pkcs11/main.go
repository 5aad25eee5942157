// SPDX-License-Identifier: MIT

// Gosqlite-sign-pkcs11 is the plug-in of sign for keys in PKCS #11 tokens: hardware modules, smart cards, SoftHSM. Package
// plugin specifies how the two speak. It is a module of its own, because it loads the vendor's library by cgo, which the
// build's tools do without:
//
//	cd tools/release/sign/pkcs11 && GOWORK=off go build -o ~/bin/gosqlite-sign-pkcs11 .
//
// Keys are named by PKCS #11 URIs (RFC 7512). A token is found by any of its attributes, and exactly one has to match; a key
// by object, id, or both:
//
//	pkcs11:token=release;object=2026?module-path=/usr/lib/softhsm/libsofthsm2.so
//
// The module is that of module-path; the URI names it, so that neither search paths nor the environment choose a library.
// The PIN comes by the plug-in's protocol; pin-value and pin-source are refused. A key that is made can't be taken out of
// the token and is sensitive; it is an ECDSA key on P-256 for signing alone.
//
// Exit code 0 means that the conversation ended, 1 that it could not go on.
package main

import (
	"fmt"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/sign/plugin"
)

func main() {
	s := &store{}
	err := plugin.Serve(os.Stdin, os.Stdout, s)
	s.close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gosqlite-sign-pkcs11:", err)
		os.Exit(1)
	}
}
