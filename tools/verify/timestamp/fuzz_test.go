// SPDX-License-Identifier: MIT

package timestamp_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
)

// FuzzParse: nothing but the authority's own bytes is a good timestamp.
func FuzzParse(f *testing.F) {
	keys := releasetest.NewKeys()
	root, err := pki.ParseCertificate(keys.TSARoot[0].DER)
	if err != nil {
		f.Fatal(err)
	}
	authorities := []timestamp.Authority{{Name: "TSA", Certificates: []*pki.Certificate{root}}}
	signature := []byte("signature")
	good := releasetest.NewStamp(keys.TSA[0]).Response(signature)
	f.Add(good)
	f.Fuzz(func(t *testing.T, der []byte) {
		token, err := timestamp.Parse(der)
		if err != nil {
			return
		}
		if _, reasons := token.Verify([]byte("another"), authorities); len(reasons) == 0 {
			t.Error("a timestamp over nothing that was stamped")
		}
		if _, reasons := token.Verify(signature, authorities); len(reasons) == 0 && !token.Time.Equal(releasetest.Now) {
			t.Errorf("a timestamp of %v", token.Time)
		}
	})
}

func TestGood(t *testing.T) {
	keys := releasetest.NewKeys()
	root, err := pki.ParseCertificate(keys.TSARoot[0].DER)
	if err != nil {
		t.Fatal(err)
	}
	token, err := timestamp.Parse(releasetest.NewStamp(keys.TSA[0]).Response([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	name, reasons := token.Verify([]byte("x"), []timestamp.Authority{{Name: "TSA", Certificates: []*pki.Certificate{root}}})
	if name != "TSA" || len(reasons) > 0 || !token.Time.Equal(releasetest.Now) {
		t.Errorf("%s: %v, %v", name, reasons, token.Time)
	}
}
