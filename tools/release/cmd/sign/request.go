// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

const requestUsage = `usage: sign csr --key KEY --out FILE --common-name NAME (--uri URI | --email ADDRESS) [FLAGS]

  --out FILE           the request to write: PKCS #10 in PEM, for code signing
  --common-name NAME   whom the certificate is for
  --organization NAME  the organisation
  --country CODE       its country, two letters
  --uri URI            the subject alternative name that verifiers hold against their policy
  --email ADDRESS      the same, as an address
` + keyUsage

func runRequest(ctx context.Context, w *world, args []string) (err error) {
	var s signer
	var out string
	var name identity.Name
	flags := newFlags("csr")
	s.keyFlags(flags, "")
	flags.StringVar(&out, "out", "", "")
	flags.StringVar(&name.CommonName, "common-name", "", "")
	flags.StringVar(&name.Organization, "organization", "", "")
	flags.StringVar(&name.Country, "country", "", "")
	flags.StringVar(&name.URI, "uri", "", "")
	flags.StringVar(&name.Email, "email", "", "")
	if err := parse(w, flags, requestUsage, args); err != nil {
		return err
	}
	if out == "" {
		return action.UsageError("--out is needed")
	}
	if err := name.Check(); err != nil {
		return action.UsageError("%v", err)
	}
	if err := s.check(); err != nil {
		return err
	}
	id, k, err := s.open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	text, err := identity.Request(id.Key, name)
	if err != nil {
		return err
	}
	return writeText(out, text)
}
