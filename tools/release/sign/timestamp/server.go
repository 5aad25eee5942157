// SPDX-License-Identifier: MIT

package timestamp

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
)

// maxRequest bounds a request, in bytes.
const maxRequest = 4 << 10

// A Server is an authority to try things out with: it stamps whatever it is asked to, over HTTP. Its certificate comes
// from a development CA. It numbers its timestamps with random serials.
type Server struct {
	Key    crypto.Signer
	Chain  []*x509.Certificate // its certificate first
	Random io.Reader
	Now    func() time.Time
}

// policy is under the arc for examples, since a trial has no policy.
var policy = asn1.ObjectIdentifier{2, 999, 1}

var oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}

// ServeHTTP answers a timestamp query.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "send a timestamp query by POST", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := s.Answer(r.Context(), body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	w.Write(answer)
}

// Answer is the TimeStampResp for a TimeStampReq.
func (s *Server) Answer(_ context.Context, query []byte) ([]byte, error) {
	var q struct {
		Version int
		Imprint messageImprint
		Policy  asn1.ObjectIdentifier `asn1:"optional"`
		Nonce   *big.Int              `asn1:"optional"`
		CertReq bool                  `asn1:"optional"`
	}
	if err := cms.Unmarshal(query, &q); err != nil {
		return nil, err
	}
	if !q.Imprint.Algorithm.Algorithm.Equal(cms.OIDSHA256) || len(q.Imprint.Digest) != sha256.Size {
		return nil, errors.New("only SHA-256 is stamped")
	}
	serial := make([]byte, 8)
	if _, err := io.ReadFull(s.Random, serial); err != nil {
		return nil, err
	}
	info := [][]byte{
		cms.Must(1), cms.Must(policy),
		cms.Sequence(cms.Sequence(cms.Must(cms.OIDSHA256), asn1.NullBytes), cms.Must(q.Imprint.Digest)),
		cms.Must(new(big.Int).SetBytes(serial)),
		generalized(s.Now()),
	}
	if q.Nonce != nil {
		info = append(info, cms.Must(q.Nonce))
	}
	content := cms.Sequence(info...)
	certificate := sha256.Sum256(s.Chain[0].Raw)
	token, err := cms.Sign(s.Key, s.Chain, cms.Message{
		Version: 3, ContentType: oidTSTInfo, Content: cms.Must(content), Digested: content,
		// RFC 5816: the certificate is part of what is signed.
		Signed: []cms.Attribute{{Type: oidSigningCertificateV2, Value: cms.Sequence(cms.Sequence(cms.Sequence(cms.Must(certificate[:]))))}},
	})
	if err != nil {
		return nil, err
	}
	return cms.Sequence(cms.Sequence(cms.Must(0)), token), nil
}

// generalized is a GeneralizedTime in whole seconds; encoding/asn1 would choose UTCTime.
func generalized(t time.Time) []byte {
	der, err := asn1.MarshalWithParams(t.UTC().Truncate(time.Second), "generalized")
	if err != nil {
		panic("timestamp: a time has no encoding: " + err.Error())
	}
	return der
}
