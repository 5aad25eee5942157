// SPDX-License-Identifier: MIT

package sshsig

import "testing"

// FuzzParse: a signature that can be read has a key on P-256.
func FuzzParse(f *testing.F) {
	tag, _ := signedTag(f)
	_, signature := Split(tag)
	f.Add(signature)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data)
		if err != nil {
			return
		}
		if !s.Key.IsP256() || s.Verify([]byte("another tag\n")) == nil {
			t.Errorf("accepted: %q", data)
		}
	})
}
