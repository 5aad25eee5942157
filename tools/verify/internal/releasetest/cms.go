// SPDX-License-Identifier: MIT

package releasetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA         = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidIndirectData  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 4}
	oidPEImage       = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 15}
)

type algorithm struct{ Algorithm asn1.ObjectIdentifier }

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

func marshal(v any) []byte {
	der, err := asn1.Marshal(v)
	must(err)
	return der
}

func raw(der []byte) asn1.RawValue { return asn1.RawValue{FullBytes: der} }

// tagged wraps DER into a context-specific constructed value.
func tagged(tag int, contents []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: contents}
}

// cmsOptions are what of signed data a test changes.
type cmsOptions struct {
	kind    asn1.ObjectIdentifier
	content []byte // in DER; nil for detached
	digest  []byte // what the content's digest is over
	signer  *Cert
	named   *Cert // in the attribute that binds the certificate; nil for no such attribute
	certs   []*Cert
	beside  []Beside
}

// A Beside is an unsigned attribute of a signature, in DER.
type Beside func(signature []byte) []byte

// Attribute is one with a value in DER.
func Attribute(kind asn1.ObjectIdentifier, value []byte) Beside {
	return func([]byte) []byte { return marshal(attribute{kind, []asn1.RawValue{raw(value)}}) }
}

// Attributes that hold timestamps, in programs for Windows and for macOS.
var (
	MicrosoftStamp = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 3, 3, 1}
	AppleStamp     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

// Beside is the timestamp as an attribute.
func (s Stamp) Beside(kind asn1.ObjectIdentifier) Beside {
	return func(signature []byte) []byte { return Attribute(kind, s.token(signature))(signature) }
}

// signedData makes a ContentInfo with signed data by one signer.
func signedData(o cmsOptions) []byte {
	sum := sha256.Sum256(o.digest)
	attrs := [][]byte{
		marshal(attribute{oidContentType, []asn1.RawValue{raw(marshal(o.kind))}}),
		marshal(attribute{oidMessageDigest, []asn1.RawValue{raw(marshal(sum[:]))}}),
	}
	if o.named != nil {
		id := sha256.Sum256(o.named.DER)
		attrs = append(attrs, marshal(attribute{oidSigningCertV2, []asn1.RawValue{raw(marshal(struct {
			IDs []struct{ Hash []byte }
		}{[]struct{ Hash []byte }{{id[:]}}}))}}))
	}
	slices.SortFunc(attrs, bytes.Compare)
	joined := bytes.Join(attrs, nil)
	set := marshal(asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true, Bytes: joined})
	var certs []byte
	for _, c := range o.certs {
		certs = append(certs, c.DER...)
	}
	type signer struct {
		Version   int
		ID        struct{ Issuer, Serial asn1.RawValue }
		Digest    algorithm
		Signed    asn1.RawValue
		Algorithm algorithm
		Signature []byte
		Unsigned  asn1.RawValue `asn1:"optional"`
	}
	s := signer{Version: 1, Digest: algorithm{oidSHA256}, Signed: tagged(0, joined), Algorithm: algorithm{oidECDSA}, Signature: Sign(o.signer.Key, set)}
	s.ID.Issuer, s.ID.Serial = raw(o.signer.parsed.RawIssuer), raw(marshal(o.signer.parsed.SerialNumber))
	var beside []byte
	for _, b := range o.beside {
		beside = append(beside, b(s.Signature)...)
	}
	if beside != nil {
		s.Unsigned = tagged(1, beside)
	}
	inner := []asn1.RawValue{raw(marshal(o.kind))}
	if o.content != nil {
		inner = append(inner, tagged(0, o.content))
	}
	body := []asn1.RawValue{
		raw(marshal(3)),
		raw(marshal(asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true, Bytes: marshal(algorithm{oidSHA256})})),
		raw(marshal(inner)),
	}
	if certs != nil {
		body = append(body, tagged(0, certs))
	}
	body = append(body, asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true, Bytes: marshal(s)})
	return marshal([]asn1.RawValue{raw(marshal(oidSignedData)), tagged(0, marshal(body))})
}

// A Stamp is how a timestamp is made.
type Stamp struct {
	Signer *Cert     // whose key signs
	Named  *Cert     // bound by the signed attributes; nil for none
	Certs  []*Cert   // sent along
	Over   []byte    // what is stamped; nil for the signature
	Time   time.Time // genTime
	Status int       // of the response
}

// NewStamp is a good timestamp by an authority.
func NewStamp(signer *Cert) Stamp {
	return Stamp{Signer: signer, Named: signer, Certs: []*Cert{signer}, Time: Now}
}

// Response is the TimeStampResp over signature.
func (s Stamp) Response(signature []byte) []byte {
	return marshal([]asn1.RawValue{raw(marshal([]int{s.Status})), raw(s.token(signature))})
}

// token is the TimeStampToken over signature.
func (s Stamp) token(signature []byte) []byte {
	over := signature
	if s.Over != nil {
		over = s.Over
	}
	imprint := sha256.Sum256(over)
	info := marshal(struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Algorithm algorithm
			Digest    []byte
		}
		Serial *big.Int
		Time   time.Time `asn1:"generalized"`
	}{1, asn1.ObjectIdentifier{1, 2, 3, 4}, struct {
		Algorithm algorithm
		Digest    []byte
	}{algorithm{oidSHA256}, imprint[:]}, big.NewInt(1), s.Time})
	return signedData(cmsOptions{kind: oidTSTInfo, content: marshal(info), digest: info, signer: s.Signer, named: s.Named, certs: s.Certs})
}

// peImageData is SpcPeImageData without flags and with an empty file name.
var peImageData = []byte{0x30, 9, 3, 1, 0, 0xa0, 4, 0xa2, 2, 0x80, 0}

// authenticode is a PKCS #7 over a program with this digest.
func authenticode(digest []byte, signer *Cert, beside []Beside) []byte {
	content := marshal([]asn1.RawValue{
		raw(marshal([]asn1.RawValue{raw(marshal(oidPEImage)), raw(peImageData)})),
		raw(marshal(struct {
			Algorithm algorithm
			Digest    []byte
		}{algorithm{oidSHA256}, digest})),
	})
	var value asn1.RawValue
	_, err := asn1.Unmarshal(content, &value)
	must(err)
	return signedData(cmsOptions{kind: oidIndirectData, content: content, digest: value.Bytes, signer: signer, certs: []*Cert{signer}, beside: beside})
}
