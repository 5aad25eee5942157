// SPDX-License-Identifier: MIT

package compare

import (
	"strings"
	"testing"
)

// TestRoomIsOfAWholeArchive has members of which each would fit.
func TestRoomIsOfAWholeArchive(t *testing.T) {
	left := room(5)
	if b, err := left.read(strings.NewReader("abcd")); err != nil || string(b) != "abcd" {
		t.Fatalf("%q, %v", b, err)
	}
	if _, err := left.read(strings.NewReader("abcd")); err == nil {
		t.Error("two members of four bytes were read into five")
	}
}
