// SPDX-License-Identifier: MIT

package plugin

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"
)

// nobody is a store without keys.
type nobody struct{}

func (nobody) Open(string, []byte) (crypto.Signer, error) { return nil, errors.New("none") }
func (nobody) Make(string, []byte) (crypto.Signer, error) { return nil, errors.New("none") }

// FuzzServe: whatever a plug-in reads, it answers in lines of JSON that hold no signature and not the secret.
func FuzzServe(f *testing.F) {
	secret := base64.StdEncoding.EncodeToString([]byte("PIN of the test"))
	f.Add([]byte(`{"op":"open","key":"test:a","secret":"` + secret + `"}` + "\n" + `{"op":"sign","digest":"AA=="}` + "\n"))
	f.Add([]byte("{\"op\":\"make\"}\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		err := Serve(bytes.NewReader(data), &out, nobody{})
		for line := range bytes.Lines(out.Bytes()) {
			var a Answer
			if json.Unmarshal(line, &a) != nil || a.Error == "" || len(a.Signature) > 0 {
				t.Errorf("answer %q", line)
			}
		}
		if err != nil && bytes.Contains([]byte(err.Error()), []byte("PIN-of-the-test")) {
			t.Errorf("the error tells the secret: %v", err)
		}
	})
}
