// SPDX-License-Identifier: MIT

package reapi

import (
	"bytes"
	"errors"
	"testing"
)

// file is an OutputFile.
func file(name string, d Digest) message {
	return message(nil).text(1, name).bytes(2, d.message()).number(4, 1)
}

func TestReplace(t *testing.T) {
	one, two, lie := DigestOf([]byte("one")), DigestOf([]byte("two")), DigestOf([]byte("a lie"))
	result := message(nil).bytes(2, file("a", one)).bytes(2, file("b", two)).number(4, 7).bytes(5, []byte("stdout"))
	want := message(nil).bytes(2, file("a", one)).bytes(2, file("b", lie)).number(4, 7).bytes(5, []byte("stdout"))
	got, err := Replace(result, two, lie)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Replace(result, lie, one); !errors.Is(err, ErrNotInResult) {
		t.Errorf("a digest that is not there: %q, %v", got, err)
	}
	// The digest of standard output is in another field.
	if got, err := Replace(message(nil).bytes(6, one.message()), one, lie); !errors.Is(err, ErrNotInResult) {
		t.Errorf("another field: %q, %v", got, err)
	}
	for cut := 1; cut < len(result); cut++ {
		// Whatever a server answers, it is read or refused.
		if got, err := Replace(result[:cut], two, lie); err == nil && len(got) > len(result) {
			t.Errorf("cut at %d: %q", cut, got)
		}
	}
}
