// SPDX-License-Identifier: MIT

package ledger

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// A Side is who made a ledger. Nothing of it is part of what is compared; it says what a comparison is worth.
type Side struct {
	CPU          string `json:"cpu"`
	Cores        int    `json:"cores"` // that the build could use
	Kernel       string `json:"kernel"`
	Distribution string `json:"distribution"`
	// Machine and Boot are hashes of the machine id of this root, and of the kernel's id of this boot, which all roots of
	// one machine share. They name nobody, and are empty where there is no such id.
	Machine string `json:"machine"`
	Boot    string `json:"boot"`
	// Runners counts how actions came to be, tests included: by strategy, or from which cache.
	Runners map[string]int `json:"runners,omitempty"`
	Cached  int            `json:"cached"` // actions that were not run, but taken from a cache
	Tests   int            `json:"tests"`  // runs of tests, which are left out of the actions
}

// count notes how an action came to be.
func (s *Side) count(a *execlog.Spawn) {
	s.Runners[a.Runner]++
	if a.CacheHit {
		s.Cached++
	}
	if a.Mnemonic == testRunner {
		s.Tests++
	}
}

// ReadSide reads the facts of the machine that the program runs on from its root folder. What is not there stays empty:
// none of it is on systems other than Linux.
func ReadSide(root fs.FS, cores int) Side {
	read := func(name string) string {
		f, err := root.Open(name)
		if err != nil {
			return ""
		}
		defer f.Close()
		const most = 64 << 10
		text, err := io.ReadAll(io.LimitReader(f, most))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(text))
	}
	return Side{
		CPU: value(read("proc/cpuinfo"), "model name", ":"), Cores: cores,
		Kernel:       strings.TrimSpace(read("proc/sys/kernel/osrelease") + " " + read("proc/sys/kernel/version")),
		Distribution: strings.Trim(value(read("etc/os-release"), "PRETTY_NAME", "="), `"`),
		Machine:      hashID("machine", read("etc/machine-id")), Boot: hashID("boot", read("proc/sys/kernel/random/boot_id")),
	}
}

// value is that of the first line with a name.
func value(text, name, separator string) string {
	lines := bufio.NewScanner(bytes.NewReader([]byte(text)))
	for lines.Scan() {
		if k, v, ok := strings.Cut(lines.Text(), separator); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// hashID hides an id: it is told apart from others, and leads nowhere else.
func hashID(kind, id string) string {
	if id == "" {
		return ""
	}
	return sum([]byte("gosqlite-ledger " + kind + "\n" + id + "\n"))
}

// A Relation says how the makers of two ledgers are related.
type Relation string

// The relations.
const (
	SameRoot     Relation = "same machine, same root"
	OtherRoot    Relation = "other root, same machine"
	OtherMachine Relation = "other machine"
	Unknown      Relation = "not known: a side has neither machine id nor boot id"
)

// Relate tells how two sides are related. One kernel with the id of one boot, or of one machine, is one machine, whatever
// distribution stands over it.
func Relate(a, b Side) Relation {
	same := func(x, y string) bool { return x != "" && x == y }
	if a.Machine+a.Boot == "" || b.Machine+b.Boot == "" {
		return Unknown
	}
	if a.Kernel != b.Kernel || !same(a.Machine, b.Machine) && !same(a.Boot, b.Boot) {
		if same(a.Machine, b.Machine) {
			return SameRoot // another kernel was started on it
		}
		return OtherMachine
	}
	if a.Distribution == b.Distribution && a.Machine == b.Machine {
		return SameRoot
	}
	return OtherRoot
}

// String is the side in a line.
func (s Side) String() string {
	short := func(id string) string {
		if id == "" {
			return "not known"
		}
		return fmt.Sprintf("%.12s", id)
	}
	if s.CPU == "" && s.Kernel == "" && s.Distribution == "" && s.Machine == "" {
		return "not known"
	}
	text := fmt.Sprintf("%s, %d cores; kernel %s; %s; machine %s, boot %s", s.CPU, s.Cores, s.Kernel, s.Distribution, short(s.Machine), short(s.Boot))
	if s.Cached > 0 {
		text += fmt.Sprintf("; %d actions came from a cache", s.Cached)
	}
	return text
}
