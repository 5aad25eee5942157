// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/image"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
)

// Rules about what archives hold.

// holds looks for the one folder, and for what a user unpacks the archive for.
func (r *release) holds(f *file) (class, detail string) {
	c := r.archives[f.name]
	if c == nil {
		return "", ""
	}
	folder := strings.TrimSuffix(strings.TrimSuffix(f.name, ".zip"), ".tar.gz")
	for _, e := range c.entries {
		if !strings.HasPrefix(e.Name, folder+"/") {
			return "archive-contents", fmt.Sprintf("entry %.100q is not in the folder %s", e.Name, folder)
		}
	}
	exe := ""
	if strings.HasPrefix(f.entry.Platform, "windows_") {
		exe = ".exe"
	}
	need := []string{"LICENSE", "bin/gosqlite" + exe, "bin/gosqlite-verify" + exe}
	if f.role == RoleArchive {
		need = append(need, "lib/libsqlite3.a", "include/sqlite3.h")
	}
	for _, name := range need {
		if !slices.ContainsFunc(c.entries, func(e container.Entry) bool { return e.Name == folder+"/"+name }) {
			return "archive-contents", name + " is missing"
		}
	}
	for _, e := range c.entries {
		if _, program := c.images[e.Name]; !program && strings.HasPrefix(inner(e.Name), "bin/") {
			return "archive-contents", fmt.Sprintf("%.100q is no program", e.Name)
		}
	}
	return "", ""
}

// fitsPlatform holds each program against the first words of its platform, such as linux_armv7.
func (r *release) fitsPlatform(f *file) (class, detail string) {
	c := r.archives[f.name]
	if c == nil {
		return "", ""
	}
	words := strings.Split(f.entry.Platform, "_")
	if len(words) < 2 {
		return "wrong-platform", fmt.Sprintf("platform %q names no machine", f.entry.Platform)
	}
	format := image.ELF
	switch words[0] {
	case "windows":
		format = image.PE
	case "darwin":
		format = image.MachO
	}
	machine := words[1]
	if machine == "armv7" {
		machine = "arm"
	}
	for _, p := range c.programs() {
		name := p.entry.Name
		switch {
		case p.err != nil:
			return "wrong-platform", fmt.Sprintf("%.100q: %v", name, p.err)
		case p.image.Format != format || p.image.Machine != machine:
			return "wrong-platform", fmt.Sprintf("%.100q is %s for %q; %s needs %s for %s", name, p.image.Format, p.image.Machine, f.entry.Platform, format, machine)
		}
	}
	return "", ""
}

// isTwin holds the programs of a debug archive against those of the archive of its platform.
func (r *release) isTwin(f *file) (class, detail string) {
	twin := r.archives[f.name]
	if twin == nil {
		return "", ""
	}
	released := r.archiveOf(f.entry.Platform)
	if released == nil {
		return "twin-missing", "there is no archive for " + f.entry.Platform
	}
	for _, p := range twin.programs() {
		name := p.entry.Name
		i := slices.IndexFunc(released.entries, func(e container.Entry) bool { return inner(e.Name) == inner(name) })
		if i < 0 {
			return "twin-missing", "the archive holds no " + inner(name)
		}
		q := released.images[released.entries[i].Name]
		if q == nil || q.err != nil || p.err != nil {
			continue // the rules archive-contents and platform say so
		}
		switch {
		case len(p.image.ID) == 0 || len(q.image.ID) == 0:
			return "twin-unidentified", inner(name) + " has no build identity"
		case !bytes.Equal(p.image.ID, q.image.ID):
			return "twin-mismatch", fmt.Sprintf("%s has the identity %x, the released one %x", inner(name), p.image.ID, q.image.ID)
		}
	}
	return "", ""
}

// archiveOf is the unsigned archive of a platform.
func (r *release) archiveOf(platform string) *contents {
	if e := r.entryOf(manifest.Archive, platform); e != nil {
		return r.archives[e.Name]
	}
	return nil
}

// entryOf is the manifest's entry of a kind and platform.
func (r *release) entryOf(kind manifest.Kind, platform string) *manifest.File {
	if r.manifest == nil {
		return nil
	}
	for i := range r.manifest.Files {
		if e := &r.manifest.Files[i]; e.Kind == kind && e.Platform == platform {
			return e
		}
	}
	return nil
}
