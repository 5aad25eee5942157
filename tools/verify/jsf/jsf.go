// SPDX-License-Identifier: MIT

// Package jsf reads the signature inside of a JSON document: JSON Signature Format 0.82 with ES256, over the canonical
// form of RFC 8785. https://cyberphone.github.io/doc/security/jsf.html
package jsf

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// A Signed is a document with a signature.
type Signed struct {
	Content     [sha256.Size]byte // digest of the canonical form of the document without the signature
	Message     [sha256.Size]byte // digest of the canonical form of what was signed
	Key         *pki.Key
	Certificate []byte // leaf in DER, when there is no key
	Signature   []byte // ECDSA in DER
}

type signature struct {
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"keyId"`
	PublicKey *struct {
		Type  string `json:"kty"`
		Curve string `json:"crv"`
		X     string `json:"x"`
		Y     string `json:"y"`
	} `json:"publicKey"`
	Path  []string `json:"certificatePath"`
	Value string   `json:"value"`
}

// Parse reads a signed document. Faults are the liberties of package strictjson.
func Parse(data []byte) (s *Signed, faults []string, err error) {
	var value json.RawMessage
	if faults, err = strictjson.Read(data, &value); err != nil {
		return nil, nil, fmt.Errorf("JSF: %w", err)
	}
	document, err := numbers(value)
	if err != nil {
		return nil, nil, fmt.Errorf("JSF: %w", err)
	}
	if s, err = parse(document); err != nil {
		return nil, nil, fmt.Errorf("JSF: %w", err)
	}
	return s, faults, nil
}

// numbers decodes a document whose numbers keep their text.
func numbers(data []byte) (map[string]any, error) {
	var document map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err := dec.Decode(&document)
	return document, err
}

func parse(document map[string]any) (*Signed, error) {
	object, ok := document["signature"].(map[string]any)
	if !ok {
		return nil, errors.New("no signature")
	}
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var sig signature
	if err := strictjson.Strict(text, &sig); err != nil {
		return nil, err
	}
	if sig.Algorithm != "ES256" {
		return nil, fmt.Errorf("algorithm %.40q; ES256 is read", sig.Algorithm)
	}
	s := &Signed{}
	delete(object, "value")
	s.Message = sha256.Sum256(Canonical(document))
	delete(document, "signature")
	s.Content = sha256.Sum256(Canonical(document))
	if s.Signature, err = toDER(sig.Value); err != nil {
		return nil, err
	}
	return s, s.signer(&sig)
}

func (s *Signed) signer(sig *signature) error {
	switch {
	case (sig.PublicKey == nil) == (len(sig.Path) == 0):
		return errors.New("one of public key and certificate path is needed")
	case sig.PublicKey == nil:
		leaf, err := base64.RawURLEncoding.Strict().DecodeString(sig.Path[0])
		s.Certificate = leaf
		return err
	case sig.PublicKey.Type != "EC" || sig.PublicKey.Curve != "P-256":
		return errors.New("a key of EC on P-256 is needed")
	}
	point := []byte{4}
	for _, c := range []string{sig.PublicKey.X, sig.PublicKey.Y} {
		b, err := base64.RawURLEncoding.Strict().DecodeString(c)
		if err != nil || len(b) != 32 {
			return errors.New("malformed public key")
		}
		point = append(point, b...)
	}
	der, err := asn1.Marshal(struct {
		Algorithm struct{ Algorithm, Curve asn1.ObjectIdentifier }
		Key       asn1.BitString
	}{
		struct{ Algorithm, Curve asn1.ObjectIdentifier }{
			asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7},
		},
		asn1.BitString{Bytes: point, BitLength: 8 * len(point)},
	})
	if err != nil {
		return err
	}
	s.Key, err = pki.ParseKey(der)
	return err
}

// toDER turns the two numbers of a JWS signature (RFC 7518 section 3.4) into the form of ECDSA elsewhere.
func toDER(value string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil || len(raw) != 64 {
		return nil, errors.New("the signature is not 64 bytes in base64url")
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])})
}

// Content is the canonical form of a document without a signature.
func Content(data []byte) ([]byte, error) {
	document, err := numbers(data)
	if err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	return Canonical(document), nil
}

// Canonical is the form of RFC 8785, for values that encoding/json decoded with UseNumber. Numbers keep their text:
// documents here hold whole numbers, which have one.
func Canonical(v any) []byte {
	var b bytes.Buffer
	write(&b, v)
	return b.Bytes()
}

func write(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, k := range sortedKeys(v) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(b, k)
			b.WriteByte(':')
			write(b, v[k])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, e)
		}
		b.WriteByte(']')
	case string:
		writeString(b, v)
	case json.Number:
		b.WriteString(v.String())
	case bool:
		fmt.Fprint(b, v)
	default:
		b.WriteString("null")
	}
}

var escapes = strings.NewReplacer("\\", `\\`, `"`, `\"`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func writeString(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range escapes.Replace(s) {
		if r < ' ' {
			fmt.Fprintf(b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
