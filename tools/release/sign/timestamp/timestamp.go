// SPDX-License-Identifier: MIT

// Package timestamp gets RFC 3161 timestamps of signatures from an authority, and checks each answer before it is used:
// status, imprint, nonce, signature, the authority's certificate with its purpose, and its chain at the time stamped.
//
// A timestamp proves that a signature existed while its key was good; it is what lets a release be verified after the
// certificate has expired. The authority sees the SHA-256 of the signature and nothing else.
package timestamp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
)

// maxResponse bounds an authority's answer, in bytes.
const maxResponse = 256 << 10

// oidTSTInfo is the content type of a token.
var oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// An Authority is a configured timestamp server.
type Authority struct {
	URL   string
	Roots []*x509.Certificate // the anchors of its chain
	Chain []*x509.Certificate // what it may leave out of its answers
	// Client does the requests, Random gives nonces, Now is the clock.
	Client *http.Client
	Random io.Reader
	Now    func() time.Time
	Skew   time.Duration // how far the authority's clock may be from ours
}

type messageImprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

type request struct {
	Version int
	Imprint messageImprint
	Nonce   *big.Int
	CertReq bool
}

type response struct {
	Status struct {
		Status  int
		Text    []asn1.RawValue `asn1:"optional"`
		Failure asn1.BitString  `asn1:"optional"`
	}
	Token asn1.RawValue `asn1:"optional"`
}

type accuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

type tstInfo struct {
	Version  int
	Policy   asn1.ObjectIdentifier
	Imprint  messageImprint
	Serial   *big.Int
	Time     time.Time     `asn1:"generalized"`
	Accuracy accuracy      `asn1:"optional"`
	Ordering bool          `asn1:"optional"`
	Nonce    *big.Int      `asn1:"optional"`
	TSA      asn1.RawValue `asn1:"optional,tag:0"`
	More     asn1.RawValue `asn1:"optional,tag:1"`
}

// Timestamp returns the authority's answer for message: a TimeStampResp in DER.
func (a *Authority) Timestamp(ctx context.Context, message []byte) ([]byte, error) {
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(a.Random, nonce); err != nil {
		return nil, fmt.Errorf("get timestamp: %w", err)
	}
	n := new(big.Int).SetBytes(nonce)
	sum := sha256.Sum256(message)
	der, err := asn1.Marshal(request{1, messageImprint{pkix.AlgorithmIdentifier{Algorithm: cms.OIDSHA256, Parameters: asn1.NullRawValue}, sum[:]}, n, true})
	if err != nil {
		return nil, fmt.Errorf("get timestamp: %w", err)
	}
	answer, err := a.post(ctx, der)
	if err != nil {
		return nil, fmt.Errorf("get timestamp from %s: %w", a.URL, err)
	}
	if err := a.check(answer, sum[:], n); err != nil {
		return nil, fmt.Errorf("timestamp from %s: %w", a.URL, err)
	}
	return answer, nil
}

func (a *Authority) post(ctx context.Context, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	answer, err := a.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	// RFC 3161 section 3.4 says 200 and nothing else; servers exist that say 201.
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("the server says %s", answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxResponse+1))
	if err == nil && len(data) > maxResponse {
		err = fmt.Errorf("an answer larger than %d bytes", maxResponse)
	}
	return data, err
}

// Token is the signed message in a TimeStampResp, as Authenticode embeds it.
func Token(answer []byte) ([]byte, error) {
	var r response
	if err := cms.Unmarshal(answer, &r); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if r.Status.Status > 1 { // granted, or granted with modifications
		return nil, fmt.Errorf("the authority refused, with status %d", r.Status.Status)
	}
	if len(r.Token.FullBytes) == 0 {
		return nil, errors.New("the answer has no token")
	}
	return r.Token.FullBytes, nil
}

func (a *Authority) check(answer, digest []byte, nonce *big.Int) error {
	token, err := Token(answer)
	if err != nil {
		return err
	}
	signed, err := cms.Parse(token)
	if err != nil {
		return err
	}
	var content []byte
	if err := cms.Unmarshal(signed.Content, &content); err != nil || !signed.ContentType.Equal(oidTSTInfo) {
		return errors.New("the token holds no timestamp")
	}
	var info tstInfo
	if err := cms.Unmarshal(content, &info); err != nil {
		return fmt.Errorf("read timestamp: %w", err)
	}
	switch {
	case !info.Imprint.Algorithm.Algorithm.Equal(cms.OIDSHA256) || !bytes.Equal(info.Imprint.Digest, digest):
		return errors.New("it is of another message")
	case info.Nonce == nil || info.Nonce.Cmp(nonce) != 0:
		return errors.New("it answers another request: the nonce differs")
	case info.Time.Sub(a.Now()).Abs() > a.Skew:
		return fmt.Errorf("it says %v, more than %v from this machine's clock", info.Time, a.Skew)
	}
	leaf, err := signed.Verify(content, a.Chain)
	if err != nil {
		return err
	}
	return a.checkCertificate(leaf, signed.Certificates, info.Time)
}

// checkCertificate holds the signer's certificate against RFC 3161 section 2.3 and the configured roots.
func (a *Authority) checkCertificate(leaf *x509.Certificate, more []*x509.Certificate, at time.Time) error {
	if len(leaf.ExtKeyUsage) != 1 || leaf.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(leaf.UnknownExtKeyUsage) > 0 {
		return errors.New("the authority's certificate is not for timestamps alone")
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range a.Roots {
		roots.AddCert(c)
	}
	for _, c := range append(append([]*x509.Certificate{}, a.Chain...), more...) {
		intermediates.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	return err
}
