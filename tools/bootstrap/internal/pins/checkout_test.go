// SPDX-License-Identifier: MIT

package pins

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// workspace is the checkout, seen from this package.
const workspace = "../../../.."

func load(t *testing.T) (*File, []byte) {
	t.Helper()
	path := filepath.Join(workspace, "pins/pins.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return f, data
}

func TestPinFileIsCanonical(t *testing.T) {
	f, data := load(t)
	got, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		t.Errorf("pins/pins.json is not in the form that Encode writes; that form is:\n%s", got)
	}
}

// TestStandInsArePinned holds our own modules against their pins: an edit of one
// must show in the pin file, since it can reach an action.
func TestStandInsArePinned(t *testing.T) {
	f, _ := load(t)
	seen := 0
	for _, n := range f.All() {
		c := n.Channel(Own)
		if c == nil {
			continue
		}
		seen++
		got, err := tree.Digest(filepath.Join(workspace, c.Path))
		if err != nil {
			t.Error(err)
		} else if got != n.Tree {
			t.Errorf("%s: tree is %s, the pin says %s: run `./bazelw update modules`", n.Name, got, n.Tree)
		}
	}
	if seen == 0 {
		t.Error("no pin is of kind own")
	}
}
