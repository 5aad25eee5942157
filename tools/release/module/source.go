// SPDX-License-Identifier: MIT

package module

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha3"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/zip"

	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/semver"
)

// Generated are the files that the release commit adds, below the root, and where the pins or the tree say what they hold.
var Generated = []string{"internal/capi/sqlite3.c", "internal/capi/sqlite3.h", "internal/capi/sqlite3_options.h"}

// Limits of a source tree, as golang.org/x/mod/zip has them.
const (
	maxFiles = 100_000
	maxBytes = zip.MaxZipFile
)

// A File is a file in memory. It is a zip.File.
type File struct {
	Name string // slash-separated, relative to the root
	Data []byte
	Mode fs.FileMode
}

// Path is the name.
func (f File) Path() string { return f.Name }

// Open reads the contents.
func (f File) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Data)), nil }

// Lstat describes the file.
func (f File) Lstat() (fs.FileInfo, error) { return info{f}, nil }

type info struct{ f File }

func (i info) Name() string       { return path.Base(i.f.Name) }
func (i info) Size() int64        { return int64(len(i.f.Data)) }
func (i info) Mode() fs.FileMode  { return i.f.Mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

// A Source is a commit, and what a release makes of it.
type Source struct {
	Root    string // of the clone
	Commit  string // full id
	Path    string // of the module
	Version string // that the commit says, with v
	GoMod   []byte
	Time    time.Time // the release's
	Files   []File    // of the commit and of Generated, by name
}

// Errors that say no to a release; others are failures.
var (
	ErrVersion = errors.New("a release has the version that its source says")
	ErrUsed    = errors.New("a version is never used twice; choose the next one")
	ErrDiffers = errors.New("they were made of different files")
)

// CheckVersion fails with ErrVersion unless the commit says the version, with v.
func (s *Source) CheckVersion(version string) error {
	if s.Version != version {
		return fmt.Errorf("check version: %s of %s says %s, and %s was asked for: %w", api.VersionFile, s.Commit, s.Version, version, ErrVersion)
	}
	return nil
}

// Read reads a commit of the clone at root, and the generated files from the folder amalgamation. Those are held against
// the pins and the options of the commit: a release must not hold another SQLite than its source says.
func Read(ctx context.Context, root, commit, amalgamation string) (*Source, error) {
	id, err := semver.Git(ctx, root, "rev-parse", "--verify", "--end-of-options", commit+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("find commit %s: %w", commit, err)
	}
	s := &Source{Root: root, Commit: strings.TrimSpace(string(id))}
	// As the go command asks git, so that line ends and attributes mean the same.
	archive, err := semver.Git(ctx, root, "-c", "core.autocrlf=input", "-c", "core.eol=lf", "archive", "--format=tar", s.Commit)
	if err != nil {
		return nil, fmt.Errorf("read commit %s: %w", commit, err)
	}
	if s.Files, err = untar(archive); err != nil {
		return nil, fmt.Errorf("read commit %s: %w", commit, err)
	}
	for _, name := range Generated {
		if s.file(name) != nil {
			return nil, fmt.Errorf("read commit %s: it has %s already; a release is made of a source commit", commit, name)
		}
		data, err := os.ReadFile(filepath.Join(amalgamation, path.Base(name)))
		if err != nil {
			return nil, fmt.Errorf("read the amalgamation: %w; run ./bazelw run //internal/capi:amalgamation", err)
		}
		s.Files = append(s.Files, File{name, data, 0o644})
	}
	slices.SortFunc(s.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	if err := s.checkGenerated(); err != nil {
		return nil, err
	}
	return s, s.describe()
}

func (s *Source) file(name string) []byte {
	if i := slices.IndexFunc(s.Files, func(f File) bool { return f.Name == name }); i >= 0 {
		return s.Files[i].Data
	}
	return nil
}

func (s *Source) describe() error {
	s.GoMod = s.file("go.mod")
	if s.Path = modfile.ModulePath(s.GoMod); s.Path == "" {
		return errors.New("read the module: go.mod has no module line")
	}
	e, err := api.ParseEdition(s.file(api.VersionFile))
	if err != nil {
		return err
	}
	s.Version, s.Time = "v"+e.Version, e.Time
	return nil
}

func (s *Source) checkGenerated() error {
	var pins struct {
		SQLite struct {
			SHA3 map[string]string `json:"sha3_256"`
		} `json:"sqlite_amalgamation"`
	}
	if err := json.Unmarshal(s.file("pins/pins.json"), &pins); err != nil {
		return fmt.Errorf("read pins/pins.json: %w", err)
	}
	for _, name := range Generated[:2] {
		want := pins.SQLite.SHA3[path.Base(name)]
		sum := sha3.Sum256(s.file(name))
		if got := hex.EncodeToString(sum[:]); got != want {
			return fmt.Errorf("check %s: SHA3-256 is %s, pins/pins.json says %q; run ./bazelw run //internal/capi:amalgamation", name, got, want)
		}
	}
	if !bytes.Equal(s.file(Generated[2]), s.file("sqlite3_amalgamation/sqlite3_options.h")) {
		return fmt.Errorf("check %s: it is not sqlite3_amalgamation/sqlite3_options.h; run ./bazelw run //internal/capi:amalgamation", Generated[2])
	}
	return nil
}

func untar(archive []byte) ([]File, error) {
	var files []File
	left := int64(maxBytes)
	for t := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue // folders, links and the comment with the commit: a module has none
		}
		if left -= h.Size; len(files) == maxFiles || left < 0 {
			return nil, fmt.Errorf("more than %d files or %d bytes", maxFiles, int64(maxBytes))
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		files = append(files, File{h.Name, data, fs.FileMode(h.Mode).Perm()})
	}
}
