// SPDX-License-Identifier: MIT

// Package update makes new pins: it fetches a version by its registry channel,
// computes the digests anew and says what changed.
package update

import (
	"context"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// FirstUse is what verified_by says of a digest that nothing else vouches for.
const FirstUse = "first use"

const unknownArchive = "first use; the archive itself was not fetched for this pin: the tree digest decides"

// Updater computes pins.
type Updater struct {
	Setup *registries.Setup

	debs []debian.Deb // what Bazel found
}

// Go pins an SDK; an empty version means the newest stable one.
func (u *Updater) Go(ctx context.Context, version string) error {
	const module = "golang.org/toolchain"
	if version == "" {
		all, err := client.GoModuleVersions(ctx, u.Setup.Runner, u.Setup.Store.Root, module)
		if err != nil {
			return err
		}
		if version = newestGo(all); version == "" {
			return errors.New("update go: the module proxy lists no SDK for linux-amd64")
		}
	}
	if err := u.goSDK(ctx, "go_sdk", &u.Setup.Pins.GoSDK, "linux-amd64", version); err != nil {
		return err
	}
	if p := u.Setup.Pins.GoSDKLinuxARM64; p != nil {
		return u.goSDK(ctx, "go_sdk_linux_arm64", p, "linux-arm64", version)
	}
	return nil
}

// goSDK pins the SDK for one machine, as the names of its archives have it.
func (u *Updater) goSDK(ctx context.Context, name string, p *pins.Pin, machine, version string) error {
	c := p.Channel(pins.GoModule)
	c.Version = "v0.0.1-go" + version + "." + machine
	m, err := client.FetchGoModule(ctx, u.Setup.Runner, u.Setup.Store.Root, c.Module, c.Version)
	if err != nil {
		return err
	}
	c.H1 = m.H1
	publicArchive(*p, version, "https://go.dev/dl/go"+version+"."+machine+".tar.gz", "go")
	return u.retree(ctx, name, p, version)
}

// newestGo picks the highest stable version among those of golang.org/toolchain.
func newestGo(versions []string) string {
	best, bestNumbers := "", []int(nil)
	for _, v := range versions {
		s, ok := strings.CutPrefix(v, "v0.0.1-go")
		s, isHost := strings.CutSuffix(s, ".linux-amd64")
		if n := numbers(s); ok && isHost && n != nil && less(bestNumbers, n) {
			best, bestNumbers = s, n
		}
	}
	return best
}

// numbers reads "1.27.4"; release candidates and betas give nil.
func numbers(v string) []int {
	var out []int
	for _, f := range strings.Split(v, ".") {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}

func less(a, b []int) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return len(a) < len(b)
}

// Zig pins zig; an empty version means the newest wheel of a release.
func (u *Updater) Zig(ctx context.Context, version string) error {
	if version == "" {
		all, err := client.WheelVersions(ctx, u.Setup.Runner, u.Setup.Store.Root, u.Setup.Pins.Zig.Channel(pins.Wheel).Package)
		if err != nil {
			return err
		}
		for _, v := range all { // newest first
			if numbers(v) != nil {
				version = v
				break
			}
		}
		if version == "" {
			return errors.New("update zig: the package index lists no release")
		}
	}
	if err := u.zig(ctx, "zig", &u.Setup.Pins.Zig, "zig-x86_64-linux-"+version, version); err != nil {
		return err
	}
	if p := u.Setup.Pins.ZigLinuxARM64; p != nil {
		return u.zig(ctx, "zig_linux_arm64", p, "zig-aarch64-linux-"+version, version)
	}
	return nil
}

// zig pins the wheel for one machine; folder is the public archive's.
func (u *Updater) zig(ctx context.Context, name string, p *pins.Pin, folder, version string) error {
	c := p.Channel(pins.Wheel)
	dir, err := u.Setup.Store.Temp("update-wheel")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file, err := client.FetchWheel(ctx, u.Setup.Runner, dir, c.Package, version, c.Platform)
	if err != nil {
		return err
	}
	sum, err := tree.FileDigest(file)
	if err != nil {
		return err
	}
	c.Version, c.SHA256, c.VerifiedBy = version, &sum, FirstUse
	publicArchive(*p, version, "https://ziglang.org/download/"+version+"/"+folder+".tar.xz", folder)
	return u.retree(ctx, name, p, version)
}

// maxCrates bounds how many versions of the crate are looked into.
const maxCrates = 30

// carrier finds the newest crate that carries a version of SQLite; an empty version means the newest crate. Crates have
// versions of their own, and nothing but their content tells of SQLite's.
func (u *Updater) carrier(ctx context.Context, dir, want string) (crate *client.Crate, header []byte, version string, err error) {
	c := u.Setup.Pins.SQLite.Channel(pins.Crate)
	if want != "" && len(numbers(want)) != 3 {
		return nil, nil, "", fmt.Errorf("update sqlite: %q is no version of SQLite, such as 3.54.1", want)
	}
	var seen []string
	for below := ""; len(seen) < maxCrates; below = "<" + crate.Version {
		crate, err = client.FetchCrate(ctx, u.Setup.Runner, filepath.Join(dir, strconv.Itoa(len(seen))), c.Package, below)
		if len(seen) > 0 && client.NoVersion(err) {
			break // there is none below
		}
		if err != nil {
			return nil, nil, "", err
		}
		if header, err = os.ReadFile(filepath.Join(crate.Dir, c.StripPrefix, "sqlite3.h")); err != nil {
			return nil, nil, "", fmt.Errorf("update sqlite: %w", err)
		}
		if version, err = client.SQLiteVersion(header); err != nil {
			return nil, nil, "", err
		}
		if want == "" || version == want {
			return crate, header, version, nil
		}
		seen = append(seen, version)
		if less(numbers(version), numbers(want)) {
			break
		}
	}
	return nil, nil, "", fmt.Errorf("update sqlite: no version of %s has SQLite %s; from the newest on they have %s", c.Package, want, strings.Join(slices.Compact(seen), ", "))
}

// SQLite pins the amalgamation of a version of SQLite; an empty version means that of the newest crate.
func (u *Updater) SQLite(ctx context.Context, want string) error {
	p := &u.Setup.Pins.SQLite
	c := p.Channel(pins.Crate)
	dir, err := u.Setup.Store.Temp("update-crate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	crate, header, version, err := u.carrier(ctx, dir, want)
	if err != nil {
		return err
	}
	c.Version, c.SHA256, c.VerifiedBy = crate.Version, &crate.SHA256, FirstUse
	for name := range p.SHA3 {
		data, err := os.ReadFile(filepath.Join(crate.Dir, c.StripPrefix, name))
		if err != nil {
			return fmt.Errorf("update sqlite: %w", err)
		}
		sum := sha3.Sum256(data)
		p.SHA3[name] = hex.EncodeToString(sum[:])
	}
	n := numbers(version)
	if len(n) < 3 {
		return fmt.Errorf("update sqlite: version %q is not understood", version)
	}
	year := sourceYear(header)
	folder := fmt.Sprintf("sqlite-amalgamation-%d%02d%02d00", n[0], n[1], n[2])
	publicArchive(*p, version, "https://sqlite.org/"+year+"/"+folder+".zip", folder)
	return u.retree(ctx, "sqlite_amalgamation", p, version)
}

// sourceYear reads the year of SQLITE_SOURCE_ID, which is in the address of the
// release's archive.
func sourceYear(header []byte) string {
	_, rest, _ := strings.Cut(string(header), "#define SQLITE_SOURCE_ID")
	_, rest, _ = strings.Cut(rest, `"`)
	year, _, _ := strings.Cut(rest, "-")
	return year
}

// publicArchive moves the public channel to a new version, whose archive nobody
// has hashed yet.
func publicArchive(p pins.Pin, version, url, folder string) {
	if c := p.Channel(pins.Archive); c != nil && p.Version != version {
		c.URL, c.StripPrefix, c.SHA256, c.VerifiedBy = url, folder, nil, unknownArchive
	}
}

// Modules computes the digests of the rule modules anew, at the versions pinned.
func (u *Updater) Modules(ctx context.Context) error {
	for _, n := range u.Setup.Pins.All() {
		p, ok := u.Setup.Pins.Modules[n.Name]
		if !ok {
			continue
		}
		if err := u.rehash(ctx, p.Registry()); err != nil {
			return fmt.Errorf("update %s: %w", n.Name, err)
		}
		if err := u.retree(ctx, n.Name, &p, p.Version); err != nil {
			return err
		}
		u.Setup.Pins.Modules[n.Name] = p
	}
	return nil
}

// rehash computes the hashes of a Go module's zips; the checksum database vouches for them.
func (u *Updater) rehash(ctx context.Context, c *pins.Channel) error {
	if c.Kind != pins.GoModule {
		return nil
	}
	m, err := client.FetchGoModule(ctx, u.Setup.Runner, u.Setup.Store.Root, c.Module, c.Version)
	if err != nil {
		return err
	}
	c.H1 = m.H1
	if c.Nested == nil {
		return nil
	}
	if m, err = client.FetchGoModule(ctx, u.Setup.Runner, u.Setup.Store.Root, c.Nested.Module, c.Nested.Version); err != nil {
		return err
	}
	c.Nested.H1 = m.H1
	return nil
}

// retree computes the tree digest of what the registry channel brings.
func (u *Updater) retree(ctx context.Context, name string, p *pins.Pin, version string) error {
	p.Version = version
	dir, err := u.Setup.Store.Temp("update-tree")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	src, err := u.Setup.Open(ctx, pins.Named{Name: name, Pin: *p}, p.Registry())
	if err != nil {
		return fmt.Errorf("update %s: %w", name, err)
	}
	if err := errors.Join(tree.Write(dir, p.Rules, src), src.Close()); err != nil {
		return fmt.Errorf("update %s: %w", name, err)
	}
	listing, err := tree.Listing(dir)
	if err != nil {
		return fmt.Errorf("update %s: %w", name, err)
	}
	sum256, sum512 := sha256.Sum256([]byte(listing)), sha512.Sum512([]byte(listing))
	p.Tree, p.TreeSHA512 = hex.EncodeToString(sum256[:]), hex.EncodeToString(sum512[:])
	return nil
}
