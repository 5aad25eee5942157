// SPDX-License-Identifier: MIT

package pki

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

// MaxChain bounds the certificates between a leaf and a root, both included.
const MaxChain = 8

// ErrUntrusted reports a certificate that no trusted root stands behind.
var ErrUntrusted = errors.New("no trusted root stands behind the certificate")

// Chain finds the way from leaf to one of the roots by way of intermediates, and returns it from leaf to root. Issuers
// are certification authorities by basic constraints and key usage, none is limited to other purposes than the leaf's or by
// name or policy constraints, path lengths hold, and every signature below the root verifies. It says nothing about times.
func Chain(leaf *Certificate, intermediates, roots []*Certificate) ([]*Certificate, error) {
	for _, r := range roots {
		if bytes.Equal(r.Raw, leaf.Raw) {
			return []*Certificate{leaf}, nil
		}
	}
	search := &search{intermediates: intermediates, roots: roots, budget: 64}
	if chain := search.from([]*Certificate{leaf}); chain != nil {
		return chain, nil
	}
	return nil, fmt.Errorf("%s: %w", leaf.CommonName, ErrUntrusted)
}

// A search tries issuers depth first. The budget bounds the signatures that it checks.
type search struct {
	intermediates, roots []*Certificate
	budget               int
}

func (s *search) from(path []*Certificate) []*Certificate {
	if len(path) >= MaxChain {
		return nil
	}
	for _, r := range s.roots {
		if s.issued(r, path) {
			return append(path[:len(path):len(path)], r)
		}
	}
	for _, c := range s.intermediates {
		if !onPath(path, c) && s.issued(c, path) {
			if chain := s.from(append(path[:len(path):len(path)], c)); chain != nil {
				return chain
			}
		}
	}
	return nil
}

func onPath(path []*Certificate, c *Certificate) bool {
	for _, p := range path {
		if bytes.Equal(p.Raw, c.Raw) {
			return true
		}
	}
	return false
}

// allows reports whether an authority that is limited to purposes may vouch for the leaf's; RFC 5280 says it of leaves
// only, and everybody holds authorities to it.
func (c *Certificate) allows(leaf *Certificate) bool {
	may := func(purpose asn1.ObjectIdentifier) bool {
		return slices.ContainsFunc(c.Purposes, func(p asn1.ObjectIdentifier) bool { return p.Equal(purpose) || p.Equal(purposeAny) })
	}
	return len(c.Purposes) == 0 || len(leaf.Purposes) > 0 && !slices.ContainsFunc(leaf.Purposes, func(p asn1.ObjectIdentifier) bool { return !may(p) })
}

// issued reports whether issuer signed the last certificate of path and may have done so.
func (s *search) issued(issuer *Certificate, path []*Certificate) bool {
	last := path[len(path)-1]
	between := len(path) - 1 // intermediates below issuer
	if !bytes.Equal(issuer.Subject, last.Issuer) || !issuer.IsCA || !issuer.May(UsageCertSign) ||
		issuer.Constrained || !issuer.allows(path[0]) || issuer.MaxPath >= 0 && between > issuer.MaxPath || s.budget == 0 {
		return false
	}
	s.budget--
	return issuer.Verify(last.algorithm, last.tbs, last.signature) == nil
}
