// SPDX-License-Identifier: MIT

package binarytest

import (
	"bytes"
	"fmt"
)

// Member is one member of an ar archive.
type Member struct {
	Name           string // as stored: at most 16 bytes
	Date, UID, GID int
	Mode           int
	Data           []byte
}

// Ar lays an archive out.
func Ar(members ...Member) []byte {
	out := bytes.NewBufferString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(out, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", m.Name, m.Date, m.UID, m.GID, m.Mode, len(m.Data))
		out.Write(m.Data)
		if len(m.Data)%2 == 1 {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}
