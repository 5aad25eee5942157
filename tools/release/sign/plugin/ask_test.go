// SPDX-License-Identifier: MIT

package plugin

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

type sink struct{ io.Writer }

func (sink) Close() error { return nil }

// answering is a key behind a plug-in that says data whatever it is asked.
func answering(data []byte, public crypto.PublicKey) *Key {
	return &Key{name: "plug-in", in: sink{io.Discard}, out: bufio.NewReaderSize(bytes.NewReader(data), MaxLine), public: public}
}

func line(t testing.TB, a Answer) []byte {
	t.Helper()
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// FuzzAsk: whatever a plug-in answers, nothing is taken for a signature that does not verify, and errors are printable, of
// a bounded length and tell no secret.
func FuzzAsk(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	digest, other := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	signature, err := ecdsa.SignASN1(rand.Reader, key, other)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line(f, Answer{Signature: signature}))
	f.Add(line(f, Answer{Error: "no\x1b[2J"}))
	f.Add(line(f, Answer{Error: strings.Repeat("x", 4000)}))
	f.Add([]byte(`{"signature":1}` + "\n"))
	f.Add([]byte("{}"))
	f.Add(append(bytes.Repeat([]byte(" "), MaxLine), '\n'))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := answering(data, &key.PublicKey).Sign(nil, digest, crypto.SHA256); err == nil {
			t.Error("a signature that nobody made")
		} else if unfit(err) {
			t.Errorf("error %q", err)
		}
		const secret = "U0VDUkVU" // what a request holds of SECRET
		a, err := answering(data, nil).ask(Request{Op: Open, Key: "test:a", Secret: []byte("SECRET")})
		if err == nil && a.Error != "" {
			t.Error("an error was taken for an answer")
		}
		if err != nil && (unfit(err) || strings.Contains(err.Error(), secret) && !bytes.Contains(data, []byte(secret))) {
			t.Errorf("error %q", err)
		}
	})
}

// unfit tells errors that are no line of text.
func unfit(err error) bool {
	text := err.Error()
	return len(text) > 20_000 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// TestAskTakesARightAnswer: what FuzzAsk never sees is taken.
func TestAskTakesARightAnswer(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	digest := bytes.Repeat([]byte{1}, 32)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest)
	if err != nil {
		t.Fatal(err)
	}
	got, err := answering(line(t, Answer{Signature: signature}), &key.PublicKey).Sign(nil, digest, crypto.SHA256)
	if err != nil || !bytes.Equal(got, signature) {
		t.Errorf("%x, %v", got, err)
	}
}
