// SPDX-License-Identifier: MIT

package rekor

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
)

// FuzzAnswer: no answer of a log that signed nothing passes, whatever it holds.
func FuzzAnswer(f *testing.F) {
	public, private, err := ed25519.GenerateKey(bytes.NewReader(make([]byte, 64)))
	if err != nil {
		f.Fatal(err)
	}
	good, err := json.Marshal((&tree{key: private, entries: [][]byte{[]byte(`{"apiVersion":"0.0.2"}`), []byte("x")}}).answer(0))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	log := &Log{Key: public}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := log.check(data, bundle.Entry{}); err == nil {
			t.Error("an answer about nothing passes")
		}
	})
}

// FuzzCheckpoint: what is read of a note stands in it.
func FuzzCheckpoint(f *testing.F) {
	public, private, err := ed25519.GenerateKey(bytes.NewReader(make([]byte, 64)))
	if err != nil {
		f.Fatal(err)
	}
	root := base64.StdEncoding.EncodeToString(make([]byte, 32))
	text := "log.example.org\n3\n" + root + "\n"
	signature := base64.StdEncoding.EncodeToString(append([]byte("hash"), ed25519.Sign(private, []byte(text))...))
	f.Add(text + "\n— log.example.org " + signature + "\n")
	f.Add(text)
	log := &Log{Key: public}
	f.Fuzz(func(t *testing.T, note string) {
		if c, err := log.checkpoint(note); err == nil && !bytes.HasPrefix([]byte(note), []byte(text)) {
			t.Errorf("a checkpoint that the log did not sign: %+v", c)
		}
	})
}

// FuzzRoot: a proof that leads from an entry to a root leads there from no other.
func FuzzRoot(f *testing.F) {
	entries := [][]byte{[]byte("a"), []byte("b"), []byte("c"), []byte("d"), []byte("e")}
	for i := range entries {
		f.Add(uint64(i), uint64(len(entries)), slices.Concat(pathOf(i, entries)...))
	}
	f.Fuzz(func(t *testing.T, index, size uint64, hashes []byte) {
		var proof [][]byte
		for part := range slices.Chunk(hashes, 32) {
			proof = append(proof, part)
		}
		root, err := rootOf(leafHash([]byte("a")), index, size, proof)
		if other, _ := rootOf(leafHash([]byte("z")), index, size, proof); err == nil && other == root {
			t.Error("two entries by one proof")
		}
	})
}
