// SPDX-License-Identifier: MIT

package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"
)

// maxOutputs is how many outputs of an action stand one by one in a folded ledger. Go's standard library, hundreds of files
// for each platform, would take more than half of the text, and a signature's bundle may have 4 MiB.
const maxOutputs = 32

// fold is the build with one output in the place of very many: the folder of all, with the digest of the list that
// sha256sum would print for them.
func (b *Build) fold() *Build {
	out := *b
	if out.Actions = nil; b.Actions != nil {
		out.Actions = make([]Action, 0, len(b.Actions)) // none, and no list, are two texts
	}
	for _, a := range b.Actions {
		if len(a.Outputs) > maxOutputs {
			a.Outputs = []Output{foldOutputs(a.Outputs)}
		}
		out.Actions = append(out.Actions, a)
	}
	return &out
}

func foldOutputs(outputs []Output) Output {
	o := Output{Path: path.Dir(outputs[0].Path), Files: len(outputs)}
	h := sha256.New()
	for _, x := range outputs {
		for path.Dir(o.Path) != o.Path && !strings.HasPrefix(x.Path, o.Path+"/") {
			o.Path = path.Dir(o.Path)
		}
		o.Size += x.Size
		d := x.digest()
		if x.Absent {
			d = "missing"
		}
		io.WriteString(h, d+"  "+x.Path+"\n")
	}
	o.SHA256 = hex.EncodeToString(h.Sum(nil))
	return o
}

// Fold is the ledger as statements hold it, with the digest of the whole in it.
func (l *Ledger) Fold() (*Ledger, error) {
	digest, err := l.Digest()
	if err != nil {
		return nil, fmt.Errorf("fold ledger: %w", err)
	}
	return &Ledger{Schema: l.Schema, Build: *l.Build.fold(), Side: l.Side, Full: digest}, nil
}

func (b *Build) folded() bool {
	for _, a := range b.Actions {
		for _, o := range a.Outputs {
			if o.Files > 0 {
				return true
			}
		}
	}
	return false
}
