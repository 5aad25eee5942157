// SPDX-License-Identifier: MIT

package update

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

// mirror fakes apt over the revisions of Bazel's package that a mirror offers.
type mirror struct {
	offered  []string
	archives string
}

func (m mirror) Run(_ context.Context, c client.Command) ([]byte, error) {
	i := slices.IndexFunc(c.Args, func(arg string) bool { return strings.HasPrefix(arg, "bazel=") })
	file := ""
	if i >= 0 {
		file = "bazel_" + strings.TrimPrefix(c.Args[i], "bazel=") + "_amd64.deb"
	}
	switch args := strings.Join(c.Args, " "); {
	case strings.Contains(args, "indextargets"):
		return []byte("http://m/debian\n"), nil
	case strings.Contains(args, " madison "):
		return []byte(" bazel | " + strings.Join(m.offered, " | x\n bazel | ") + " | x\n"), nil
	case strings.Contains(args, " pkgnames "):
		return []byte("openjdk-25-jre-headless\n"), nil
	case strings.Contains(args, "--print-uris"):
		return fmt.Appendf(nil, "'u' %s 1 SHA256:%x\n", file, sha256.Sum256([]byte(file))), nil
	case strings.Contains(args, "--download-only"):
		return nil, os.WriteFile(filepath.Join(m.archives, file), []byte(file), 0o644)
	}
	return nil, nil
}

// debianUpdater has 7.7.1+ds-8 pinned; the mirror has what is offered.
func debianUpdater(t *testing.T, offered ...string) *Updater {
	t.Helper()
	u := updater(t)
	u.Setup.Pins.Bazel = pins.Bazel{Version: "7.7.1", Package: "bazel", Revision: "7.7.1+ds-8", Suite: "sid"}
	u.Setup.Runner = mirror{offered, u.Setup.Store.Path("debs")}
	u.Setup.Keyring = filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(u.Setup.Keyring, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestBazel(t *testing.T) {
	for _, c := range []struct {
		name, revision         string
		offered                []string
		version, pinned, wrong string
	}{
		{"still there", "", []string{"7.7.1+ds-9", "7.7.1+ds-8"}, "7.7.1", "7.7.1+ds-8", ""},
		{"gone", "", []string{"7.7.1+ds-9", "7.10.2-1"}, "7.10.2", "7.10.2-1", ""},
		{"named", "7.7.1+ds-9", []string{"7.7.1+ds-8", "7.7.1+ds-9"}, "7.7.1", "7.7.1+ds-9", ""},
		{"named, of another major version", "8.1.0+ds-1", []string{"7.7.1+ds-8", "8.1.0+ds-1"}, "8.1.0", "8.1.0+ds-1", ""},
		{"named, not there", "7.7.1+ds-7", []string{"7.7.1+ds-8", "7.7.1+ds-9"}, "7.7.1", "7.7.1+ds-8",
			"7.7.1+ds-7 of bazel is not on the mirror, which has 7.7.1+ds-8, 7.7.1+ds-9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := debianUpdater(t, c.offered...)
			old := *u.Setup.Pins
			err := u.Bazel(context.Background(), c.revision)
			if (c.wrong == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("error %v, want %q", err, c.wrong)
			}
			b := u.Setup.Pins.Bazel
			if b.Version != c.version || b.Revision != c.pinned {
				t.Errorf("version %s, revision %s", b.Version, b.Revision)
			}
			lines := strings.Join(Changes(&old, u.Setup.Pins), "\n")
			if strings.Contains(lines, ".bazelversion: write "+c.version) != (c.version != "7.7.1") {
				t.Errorf("changes %q", lines)
			}
		})
	}
}

// What the cache takes from now on has to be what the tree records, or no bundle can be made.
func TestWriteDebs(t *testing.T) {
	u := debianUpdater(t, "7.7.1+ds-8")
	stale := debian.Deb{File: "bazel_7.7.1+ds-8_amd64.deb", SHA256: strings.Repeat("0", 64)}
	for _, list := range []string{u.Setup.RecordedDebs(), u.Setup.ClosureList(false), u.Setup.ClosureList(true)} {
		if err := store.WriteFile(list, debian.FormatList([]debian.Deb{stale}), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"pins/debs.sha256: 1 of 1 packages moved, 1 were recorded before", ""} {
		if err := u.Bazel(context.Background(), ""); err != nil {
			t.Fatal(err)
		}
		lines, err := u.WriteDebs()
		if err != nil || strings.Join(lines, "\n") != want {
			t.Errorf("%q, %v, want %q", lines, err, want)
		}
		for _, list := range []string{u.Setup.RecordedDebs(), u.Setup.ClosureList(false), u.Setup.ClosureList(true)} {
			debs, err := debian.ReadList(list)
			if err != nil || len(debs) != 1 || debs[0].File != stale.File || debs[0].SHA256 == stale.SHA256 {
				t.Errorf("%s: %v, %v", list, debs, err)
			}
		}
	}
}
