// SPDX-License-Identifier: MIT

package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// Wanted says what to take from Debian.
type Wanted struct {
	Package  string   // Bazel's package
	Revision string   // the recorded revision
	Exact    bool     // and no other, should it not be offered
	With     []string // more packages
	JRE      bool     // a Java runtime too
}

// Fetch makes sure that the closure of w is in Archives and returns its files,
// sorted. A closure that list (a file) records and that is whole is used without
// asking the mirror. notice tells the user that Bazel moved.
func (a *Apt) Fetch(ctx context.Context, w Wanted, list string, notice func(string)) ([]Deb, error) {
	if debs, err := ReadList(list); err == nil && CheckFiles(a.Archives, debs) == nil {
		return debs, nil
	}
	if err := a.Update(ctx); err != nil {
		return nil, err
	}
	offered, err := a.Versions(ctx, w.Package)
	if err != nil {
		return nil, err
	}
	if w.Exact && !slices.Contains(offered, w.Revision) {
		return nil, fmt.Errorf("choose a revision: %s of %s is not on the mirror, which has %s", w.Revision, w.Package, strings.Join(offered, ", "))
	}
	major, _, _ := strings.Cut(w.Revision, ".")
	revision, moved, err := Choose(w.Revision, major, offered)
	if err != nil {
		return nil, err
	}
	if moved {
		notice(fmt.Sprintf("notice: %s %s has gone from the mirror; taking %s", w.Package, w.Revision, revision))
	}
	packages := append([]string{w.Package + "=" + revision}, w.With...)
	if w.JRE {
		jre, err := a.JRE(ctx)
		if err != nil {
			return nil, err
		}
		packages = append(packages, jre)
	}
	debs, err := a.Closure(ctx, packages)
	if err != nil {
		return nil, err
	}
	if err := a.dropDamaged(debs); err != nil {
		return nil, err
	}
	if err := a.Download(ctx, packages); err != nil {
		return nil, err
	}
	if err := CheckFiles(a.Archives, debs); err != nil {
		return nil, err
	}
	sort.Slice(debs, func(i, j int) bool { return debs[i].File < debs[j].File })
	return debs, store.WriteFile(list, FormatList(debs), 0o644)
}

// dropDamaged removes files of the right name and the wrong content, which apt
// takes for downloaded when their size agrees.
func (a *Apt) dropDamaged(debs []Deb) error {
	for _, d := range debs {
		file := filepath.Join(a.Archives, d.File)
		sum, err := tree.FileDigest(file)
		if err == nil && sum != d.SHA256 {
			err = os.Remove(file)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// CheckFiles compares the files in dir with their digests.
func CheckFiles(dir string, debs []Deb) error {
	for _, d := range debs {
		sum, err := tree.FileDigest(filepath.Join(dir, d.File))
		if err != nil {
			return err
		}
		if sum != d.SHA256 {
			return &client.WrongDigest{What: "package " + d.File, Want: d.SHA256, Got: sum,
				Hint: "run the command again to fetch it anew"}
		}
	}
	return nil
}

// FormatList writes files as sha256sum does.
func FormatList(debs []Deb) []byte {
	var b strings.Builder
	for _, d := range debs {
		fmt.Fprintf(&b, "%s  %s\n", d.SHA256, d.File)
	}
	return []byte(b.String())
}

// ReadList reads what FormatList wrote.
func ReadList(path string) ([]Deb, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var debs []Deb
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		sum, file, ok := strings.Cut(line, "  ")
		if !ok || len(sum) != 64 || !fileRE.MatchString(file) {
			return nil, fmt.Errorf("read list %s: line %q is not understood", path, line)
		}
		debs = append(debs, Deb{File: file, SHA256: sum})
	}
	return debs, nil
}

// Unpack extracts the packages into the folder root.
func Unpack(ctx context.Context, r client.Runner, archives string, debs []Deb, root string) error {
	for _, d := range debs {
		if _, err := r.Run(ctx, client.Command{Dir: root, Name: "dpkg-deb",
			Args: []string{"-x", filepath.Join(archives, d.File), root}}); err != nil {
			return fmt.Errorf("unpack %s: %w", d.File, err)
		}
	}
	return nil
}
