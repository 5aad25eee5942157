// SPDX-License-Identifier: MIT

package gosum

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/container"
)

// TestHash follows the words of https://go.dev/ref/mod#go-sum-files by hand.
func TestHash(t *testing.T) {
	entries := []container.Entry{{Name: "b", SHA256: sha256.Sum256([]byte("2"))}, {Name: "a", SHA256: sha256.Sum256([]byte("1"))}}
	// sha256sum of files that hold 1 and 2, ordered by name.
	listing := "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b  a\n" +
		"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35  b\n"
	sum := sha256.Sum256([]byte(listing))
	if got, want := Hash(entries), "h1:"+base64.StdEncoding.EncodeToString(sum[:]); got != want {
		t.Errorf("Hash = %s, want %s", got, want)
	}
}

func TestLookup(t *testing.T) {
	const text = "example.org/m v1.0.0 h1:a=\nexample.org/m v1.0.0/go.mod h1:b=\n\nexample.org/mm v1.0.0 h1:c=\n"
	if got, err := Lookup([]byte(text), "example.org/m", "v1.0.0"); err != nil || !slices.Equal(got, []string{"h1:a="}) {
		t.Errorf("Lookup = %v, %v", got, err)
	}
	if _, err := Lookup([]byte("a b\n"), "a", "b"); err == nil {
		t.Error("a line of two fields is accepted")
	}
}

func FuzzLookup(f *testing.F) {
	f.Add([]byte("example.org/m v1.0.0 h1:a=\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if found, err := Lookup(text, "example.org/m", "v1.0.0"); err != nil && found != nil {
			t.Error("lines in spite of an error")
		}
	})
}
