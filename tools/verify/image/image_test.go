// SPDX-License-Identifier: MIT

package image

import (
	"encoding/binary"
	"testing"
)

// note is one note of an ELF file.
func note(order binary.AppendByteOrder, owner string, kind uint32, desc string) []byte {
	b := order.AppendUint32(nil, uint32(len(owner)))
	b = order.AppendUint32(b, uint32(len(desc)))
	b = append(order.AppendUint32(b, kind), owner...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	b = append(b, desc...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// TestBuildID: the notes of a C linker, of Go's, and of a program that was built to have no identity.
func TestBuildID(t *testing.T) {
	for _, order := range []interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}{binary.LittleEndian, binary.BigEndian} {
		gnu, golang := note(order, "GNU\x00", 3, "0123456789abcdefghij"), note(order, "Go\x00\x00", 4, "action/content/x")
		for _, test := range []struct {
			name      string
			notes     []byte
			gnu, mine string
		}{
			{"none", nil, "", ""},
			{"GNU", gnu, "0123456789abcdefghij", ""},
			{"Go", golang, "", "action/content/x"},
			{"both", append(golang[:len(golang):len(golang)], gnu...), "0123456789abcdefghij", "action/content/x"},
			{"redacted", note(order, "Go\x00\x00", 4, "redacted"), "", ""},
			{"another kind", note(order, "GNU\x00", 1, "abi!"), "", ""},
			{"another owner", note(order, "Xen\x00", 3, "0123"), "", ""},
			{"empty", note(order, "GNU\x00", 3, ""), "", ""},
			{"a length outside", append(order.AppendUint32(order.AppendUint32(nil, 4), 1<<31), "\x00\x00\x00\x03GNU\x00"...), "", ""},
		} {
			a, b := buildID(test.notes, order)
			if string(a) != test.gnu || string(b) != test.mine {
				t.Errorf("%v, %s: %q and %q", order, test.name, a, b)
			}
		}
	}
}
