// SPDX-License-Identifier: MIT

package identity

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A Name is what a certificate says of its owner.
type Name struct {
	CommonName   string
	Organization string
	Country      string // two letters
	URI, Email   string // the subject alternative name that verifiers ask for: one of the two
}

var (
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidCodeSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 3}
)

// Check reports a name that no certificate for signing releases can have.
func (n Name) Check() error {
	_, _, err := n.alternatives()
	return err
}

// Request is a PKCS #10 certificate request for a key, in PEM: for code signing, with the name. The CA decides what
// becomes of it.
func Request(key crypto.Signer, name Name) ([]byte, error) {
	uris, emails, err := name.alternatives()
	if err != nil {
		return nil, err
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidCodeSigning})
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(nil, &x509.CertificateRequest{
		Subject: name.subject(), URIs: uris, EmailAddresses: emails,
		ExtraExtensions: []pkix.Extension{{Id: oidExtKeyUsage, Value: usage}},
	}, key)
	if err != nil {
		return nil, fmt.Errorf("make certificate request: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

func (n Name) subject() pkix.Name {
	s := pkix.Name{CommonName: n.CommonName}
	if n.Organization != "" {
		s.Organization = []string{n.Organization}
	}
	if n.Country != "" {
		s.Country = []string{n.Country}
	}
	return s
}

func (n Name) alternatives() ([]*url.URL, []string, error) {
	switch {
	case n.CommonName == "":
		return nil, nil, errors.New("name: a common name is needed")
	case n.Country != "" && len(n.Country) != 2:
		return nil, nil, fmt.Errorf("name: country %q is not two letters", n.Country)
	case (n.URI == "") == (n.Email == ""):
		return nil, nil, errors.New("name: a URI or an e-mail address is needed, and not both: verifiers hold one of them against their policy")
	case n.Email != "":
		if local, domain, ok := strings.Cut(n.Email, "@"); !ok || local == "" || domain == "" {
			return nil, nil, fmt.Errorf("name: %q is no e-mail address", n.Email)
		}
		return nil, []string{n.Email}, nil
	}
	u, err := url.Parse(n.URI)
	if err != nil || !u.IsAbs() {
		return nil, nil, fmt.Errorf("name: %q is no absolute URI", n.URI)
	}
	return []*url.URL{u}, nil, nil
}
