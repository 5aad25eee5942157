// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
)

// clientVersion is the python-tuf that the check was made with.
const clientVersion = "7.0.1"

// TestPythonClient has python-tuf read the repository, and refuse it with planted defects.
func TestPythonClient(t *testing.T) {
	have, err := exec.CommandContext(t.Context(), "python3", "-c", "import importlib.metadata as m; print(m.version('tuf'))").Output()
	if err != nil || strings.TrimSpace(string(have)) != clientVersion {
		t.Fatalf("not run: python-tuf %s is not installed (%s): see the package's comment", clientVersion, strings.TrimSpace(string(have)))
	}
	now := time.Now() // python-tuf has no clock as a parameter
	o, store := owner.New(t, now), &tree.Store{Dir: filepath.Join(t.TempDir(), "tree")}
	o.Begin(store, now)
	dir, name, body := t.TempDir(), "gosqlite.tar.gz", bytes.Repeat([]byte("gosqlite"), 1000)
	if err := os.WriteFile(filepath.Join(dir, name), body, 0o644); err != nil {
		t.Fatal(err)
	}
	files := []tree.File{{Path: name, Size: int64(len(body)), SHA256: fmt.Sprintf("%x", sha256.Sum256(body))}}
	items, err := tuf.Items(dir, "v1.2.0", files)
	if err != nil {
		t.Fatal(err)
	}
	o.Add(store, "v1.2.0", files, now)
	o.Begin(store, now, items...)

	instead := map[string][]byte{}
	root := http.FileServer(http.Dir(filepath.Join(store.Dir, "current", "tuf")))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if text, ok := instead[req.URL.Path]; ok {
			w.Write(text)
			return
		}
		root.ServeHTTP(w, req)
	}))
	defer s.Close()
	pinned, state := filepath.Join(o.Staged, "1.root.json"), t.TempDir()
	fetch := func(state string) error {
		file := filepath.Join(t.TempDir(), "file")
		out, err := exec.CommandContext(t.Context(), "python3", "client.py", pinned, state, s.URL+"/metadata/", s.URL+"/targets/", "stable/v1/v1.2.0/"+name, file).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out[max(0, len(out)-300):])
		}
		if text, _ := os.ReadFile(file); !bytes.Equal(text, body) {
			return fmt.Errorf("other bytes came")
		}
		return nil
	}
	if err := fetch(state); err != nil {
		t.Fatal(err)
	}
	stamp := o.Read(filepath.Join(store.Dir, "current", "tuf", "metadata", "timestamp.json"))
	o.Begin(store, now) // the next timestamp
	if err := fetch(state); err != nil {
		t.Fatal(err)
	}
	served := "/targets/stable/v1/v1.2.0/" + files[0].SHA256 + "." + name
	for _, plant := range []struct {
		path string
		text []byte
		says string
	}{
		{"/metadata/timestamp.json", stamp, "BadVersionNumberError"},
		{"/metadata/timestamp.json", bytes.Replace(stamp, []byte(`"version": 2`), []byte(`"version": 9`), 1), "UnsignedMetadataError"},
		{served, bytes.Repeat([]byte("GOSQLITE"), 1000), "LengthOrHashMismatchError"},
	} {
		instead[plant.path] = plant.text
		if err := fetch(state); err == nil || !strings.Contains(err.Error(), plant.says) {
			t.Errorf("%s: %v, want %s", plant.path, err, plant.says)
		}
		delete(instead, plant.path)
		if err := fetch(state); err != nil {
			t.Errorf("control: %v", err)
		}
	}
}
