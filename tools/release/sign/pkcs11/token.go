// SPDX-License-Identifier: MIT

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/miekg/pkcs11"
)

// A store is the token of the one key that a conversation is about.
type store struct {
	module  *pkcs11.Ctx
	session pkcs11.SessionHandle
}

// A tokenKey signs inside the token.
type tokenKey struct {
	store  *store
	handle pkcs11.ObjectHandle
	public crypto.PublicKey
}

// oidP256 is the curve in the attribute CKA_EC_PARAMS.
var oidP256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}

// sha256Prefix is the DER before a SHA-256 digest in RSASSA-PKCS1-v1_5, RFC 8017 section 9.2.
var sha256Prefix = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

// Open logs into the token and finds the key.
func (s *store) Open(name string, pin []byte) (crypto.Signer, error) {
	u, err := s.login(name, pin)
	if err != nil {
		return nil, err
	}
	private, err := s.find(pkcs11.CKO_PRIVATE_KEY, u)
	if err != nil {
		return nil, err
	}
	if len(private) != 1 {
		return nil, fmt.Errorf("%d private keys in the token have this name; one is needed", len(private))
	}
	public, err := s.find(pkcs11.CKO_PUBLIC_KEY, u)
	if err != nil {
		return nil, err
	}
	if len(public) != 1 {
		return nil, fmt.Errorf("%d public keys in the token have this name; one is needed, beside the private one", len(public))
	}
	key, err := s.publicKey(public[0])
	return &tokenKey{s, private[0], key}, err
}

// Make logs into the token and makes the key.
func (s *store) Make(name string, pin []byte) (crypto.Signer, error) {
	u, err := s.login(name, pin)
	if err != nil {
		return nil, err
	}
	if u.object == "" {
		return nil, errors.New("a new key needs an object, which is its label")
	}
	for _, class := range []uint{pkcs11.CKO_PRIVATE_KEY, pkcs11.CKO_PUBLIC_KEY} {
		if found, err := s.find(class, u); err != nil || len(found) > 0 {
			return nil, errors.Join(errors.New("the token has a key of this name already"), err)
		}
	}
	curve, err := asn1.Marshal(oidP256)
	if err != nil {
		return nil, err
	}
	named := u.template()
	public, private, err := s.module.GenerateKeyPair(s.session,
		[]*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_EC_KEY_PAIR_GEN, nil)},
		append([]*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
			pkcs11.NewAttribute(pkcs11.CKA_VERIFY, true),
			pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, curve),
		}, named...),
		append([]*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
			pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
			pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
			pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
			pkcs11.NewAttribute(pkcs11.CKA_SIGN, true),
		}, named...))
	if err != nil {
		return nil, fmt.Errorf("make key in the token: %w", err)
	}
	key, err := s.publicKey(public)
	return &tokenKey{s, private, key}, err
}

// login loads the module and opens a session with the one token that matches.
func (s *store) login(name string, pin []byte) (*keyURI, error) {
	u, err := parseURI(name)
	if err != nil {
		return nil, err
	}
	s.close() // of a request that failed
	if s.module = pkcs11.New(u.module); s.module == nil {
		return nil, fmt.Errorf("load %s: it is no PKCS #11 module", u.module)
	}
	if err := s.module.Initialize(); err != nil {
		return nil, fmt.Errorf("initialize %s: %w", u.module, err)
	}
	slots, err := s.module.GetSlotList(true)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	var matching []uint
	for _, slot := range slots {
		info, err := s.module.GetTokenInfo(slot)
		if err != nil {
			return nil, fmt.Errorf("read token: %w", err)
		}
		match := func(want, have string) bool { return want == "" || want == have }
		if info.Flags&pkcs11.CKF_TOKEN_INITIALIZED != 0 && match(u.token, info.Label) && match(u.manufacturer, info.ManufacturerID) &&
			match(u.serial, info.SerialNumber) && match(u.model, info.Model) {
			matching = append(matching, slot)
		}
	}
	if len(matching) != 1 {
		return nil, fmt.Errorf("%d tokens match the URI; one is needed", len(matching))
	}
	if s.session, err = s.module.OpenSession(matching[0], pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION); err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	if err := s.module.Login(s.session, pkcs11.CKU_USER, string(pin)); err != nil {
		return nil, fmt.Errorf("log into the token: %w", err)
	}
	return u, nil
}

// close ends sessions and unloads the module.
func (s *store) close() {
	if s.module == nil {
		return
	}
	s.module.Logout(s.session)
	s.module.CloseSession(s.session)
	s.module.Finalize()
	s.module.Destroy()
	s.module = nil
}

// template are the attributes by which the URI names a key.
func (u *keyURI) template() []*pkcs11.Attribute {
	var out []*pkcs11.Attribute
	if u.object != "" {
		out = append(out, pkcs11.NewAttribute(pkcs11.CKA_LABEL, u.object))
	}
	if u.id != "" {
		out = append(out, pkcs11.NewAttribute(pkcs11.CKA_ID, []byte(u.id)))
	}
	return out
}

// find lists the objects of a class that the URI names; two are as many as matter.
func (s *store) find(class uint, u *keyURI) ([]pkcs11.ObjectHandle, error) {
	if err := s.module.FindObjectsInit(s.session, append(u.template(), pkcs11.NewAttribute(pkcs11.CKA_CLASS, class))); err != nil {
		return nil, fmt.Errorf("find key: %w", err)
	}
	found, _, err := s.module.FindObjects(s.session, 2)
	if err := errors.Join(err, s.module.FindObjectsFinal(s.session)); err != nil {
		return nil, fmt.Errorf("find key: %w", err)
	}
	return found, nil
}

// publicKey reads an ECDSA key on P-256 or an RSA key.
func (s *store) publicKey(object pkcs11.ObjectHandle) (crypto.PublicKey, error) {
	get := func(types ...uint) ([][]byte, error) {
		var template []*pkcs11.Attribute
		for _, t := range types {
			template = append(template, pkcs11.NewAttribute(t, nil))
		}
		attributes, err := s.module.GetAttributeValue(s.session, object, template)
		if err != nil || len(attributes) != len(types) {
			return nil, errors.New("the token does not tell the public key")
		}
		var values [][]byte
		for _, a := range attributes {
			values = append(values, a.Value)
		}
		return values, nil
	}
	if rsaParts, err := get(pkcs11.CKA_MODULUS, pkcs11.CKA_PUBLIC_EXPONENT); err == nil && len(rsaParts[0]) > 0 {
		e := new(big.Int).SetBytes(rsaParts[1])
		if !e.IsInt64() || e.Int64() > 1<<31-1 {
			return nil, errors.New("the RSA key has an exponent that is too large")
		}
		return &rsa.PublicKey{N: new(big.Int).SetBytes(rsaParts[0]), E: int(e.Int64())}, nil
	}
	parts, err := get(pkcs11.CKA_EC_PARAMS, pkcs11.CKA_EC_POINT)
	if err != nil {
		return nil, err
	}
	var curve asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(parts[0], &curve); err != nil || len(rest) > 0 || !curve.Equal(oidP256) {
		return nil, errors.New("the key is neither RSA nor on the curve P-256")
	}
	var point []byte // PKCS #11 2.40 section 2.3.3: an OCTET STRING around the point
	if rest, err := asn1.Unmarshal(parts[1], &point); err != nil || len(rest) > 0 {
		return nil, errors.New("the key's point is not as PKCS #11 has it")
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}

// Public is the public key.
func (k *tokenKey) Public() crypto.PublicKey { return k.public }

// Sign signs a SHA-256 digest in the token, whose randomness it is.
func (k *tokenKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	mechanism, message := uint(pkcs11.CKM_ECDSA), digest
	_, isRSA := k.public.(*rsa.PublicKey)
	if isRSA {
		mechanism, message = pkcs11.CKM_RSA_PKCS, append(append([]byte{}, sha256Prefix...), digest...)
	}
	if err := k.store.module.SignInit(k.store.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, k.handle); err != nil {
		return nil, fmt.Errorf("sign in the token: %w", err)
	}
	signature, err := k.store.module.Sign(k.store.session, message)
	if err != nil {
		return nil, fmt.Errorf("sign in the token: %w", err)
	}
	if isRSA {
		return signature, nil
	}
	if len(signature) != 64 {
		return nil, fmt.Errorf("sign in the token: a signature of %d bytes", len(signature))
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	return asn1.Marshal(struct{ R, S *big.Int }{r, s})
}
