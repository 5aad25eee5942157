// SPDX-License-Identifier: MIT

package leak

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// sharedID begins the id that rules_go's constant Go build id turns into, in ELF and Mach-O alike: ELF 498919af...,
// LC_UUID 498919af-f001-3836-e249-403a2544fba2.
const sharedID = "498919af"

func checkPETime(_ *Checker, u *unit) []Finding {
	if u.image == nil || len(u.image.Stamps) == 0 {
		return nil
	}
	s := u.image.Stamps[0]
	if s.Value == 0 || u.image.Repro {
		return nil
	}
	return []Finding{{Where: s.Where, Offset: s.Offset, Text: fmt.Sprintf("%#x without a REPRO debug entry", s.Value)}}
}

func checkPEDates(_ *Checker, u *unit) []Finding {
	if u.image == nil || len(u.image.Stamps) == 0 {
		return nil
	}
	var out []Finding
	header := u.image.Stamps[0].Value
	for _, s := range u.image.Stamps[1:] {
		if s.Value == 0 || s.Value == 0xffffffff || u.image.Repro && s.Value == header {
			continue
		}
		out = append(out, Finding{Where: s.Where, Offset: s.Offset, Text: fmt.Sprintf("time %#x", s.Value)})
	}
	return out
}

func checkPDB(_ *Checker, u *unit) []Finding {
	if u.image == nil {
		return nil
	}
	var out []Finding
	for _, p := range u.image.PDB {
		if strings.ContainsAny(p, `/\:`) {
			out = append(out, Finding{Where: "CodeView entry", Text: p})
		}
	}
	return out
}

func isProgram(u *unit) bool { return u.image != nil && u.image.Kind != binary.Object }

func checkIDMissing(_ *Checker, u *unit) []Finding {
	if !isProgram(u) || len(u.image.Identity) > 0 {
		return nil
	}
	return []Finding{{Where: "header", Text: "no build id, LC_UUID or repro hash"}}
}

func checkIDShared(_ *Checker, u *unit) []Finding {
	if !isProgram(u) {
		return nil
	}
	if id := hex.EncodeToString(u.image.Identity); strings.HasPrefix(id, sharedID) {
		return []Finding{{Where: "build id", Text: id + " is the id of every program of rules_go"}}
	}
	return nil
}

// identified is the first program that was seen under an id.
type identified struct {
	file string
	code [32]byte
}

func checkIDDuplicate(c *Checker, u *unit) []Finding {
	if !isProgram(u) || len(u.image.Identity) == 0 {
		return nil
	}
	id := hex.EncodeToString(u.image.Identity)
	first, seen := c.identity[id]
	switch {
	case !seen:
		c.identity[id] = identified{u.name, u.image.CodeHash}
	case first.code != u.image.CodeHash:
		return []Finding{{Where: "build id", Text: id + " is also the id of " + first.file + ", whose code differs"}}
	}
	return nil
}

func checkOSO(_ *Checker, u *unit) []Finding {
	if u.image == nil {
		return nil
	}
	var out []Finding
	for _, p := range u.image.OSO {
		out = append(out, Finding{Where: "N_OSO", Text: p})
	}
	return out
}

func checkStackExec(_ *Checker, u *unit) []Finding {
	if !isProgram(u) || u.image.Format != binary.ELF {
		return nil
	}
	switch s := u.image.Stack; {
	case !s.Declared && u.image.OS == "netbsd" && u.image.PureGo:
		// Go writes no PT_GNU_STACK there, and NetBSD's kernel reads none: its stacks are never executable.
		return nil
	case !s.Declared:
		return []Finding{{Where: "program headers", Text: "no PT_GNU_STACK: the kernel makes the stack executable"}}
	case s.Executable:
		return []Finding{{Where: "PT_GNU_STACK", Text: "the stack is executable"}}
	}
	return nil
}

// checkStackSize leaves out pure Go programs: their stacks are allocated by Go.
func checkStackSize(c *Checker, u *unit) []Finding {
	if c.opts.StackSize == 0 || !isProgram(u) || u.image.Kind != binary.Executable || u.image.PureGo {
		return nil
	}
	m := u.image
	if m.Format != binary.PE && (m.Format != binary.ELF || !m.Static || m.OS != "linux") {
		return nil
	}
	if m.Stack.Size == c.opts.StackSize {
		return nil
	}
	return []Finding{{Where: "stack", Text: fmt.Sprintf("asks for %d bytes of stack, want %d", m.Stack.Size, c.opts.StackSize)}}
}
