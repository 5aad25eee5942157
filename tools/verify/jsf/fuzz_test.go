// SPDX-License-Identifier: MIT

package jsf_test

import (
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/jsf"
)

func FuzzParse(f *testing.F) {
	for name, data := range releasetest.Build(releasetest.NewKeys(), releasetest.Hooks{}).Files {
		if strings.HasSuffix(name, releasetest.SignedSBOM) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _, err := jsf.Parse(data)
		if err == nil && (s.Key == nil) == (len(s.Certificate) == 0) {
			t.Error("a signature of nobody, or of two")
		}
	})
}

// TestCanonical holds the writer to examples of RFC 8785.
func TestCanonical(t *testing.T) {
	got, err := jsf.Content([]byte("{\"\\u20ac\": 1, \"\\r\": [true, null], \"1\": \"a\\u0007\\\"\\\\/<\\u2028\", \"\\ud83d\\ude00\": {}, \"\\ufb33\": 2}"))
	want := "{\"\\r\":[true,null],\"1\":\"a\\u0007\\\"\\\\/<\u2028\",\"\u20ac\":1,\"\U0001f600\":{},\"\ufb33\":2}"
	if err != nil || string(got) != want {
		t.Errorf("got  %q, %v\nwant %q", got, err, want)
	}
}
