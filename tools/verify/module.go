// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// maxInfo bounds a module's .info, in bytes.
const maxInfo = 4 << 10

// moduleName is what a part of the module is called.
func (r *release) moduleName(ext string) string { return "gosqlite_v" + r.manifest.Version + ext }

// moduleWhole judges a file of the Go module: it is one of the three that a GOPROXY has of the release's version, and they say
// the same.
func (r *release) moduleWhole(f *file) (class, detail string) {
	if r.manifest == nil {
		return "", ""
	}
	class = "module-mismatch"
	exts := []string{".zip", ".mod", ".info"}
	i := slices.IndexFunc(exts, func(ext string) bool { return f.name == r.moduleName(ext) })
	if i < 0 {
		return class, "a Go module of this release is " + r.moduleName("") + " with .zip, .mod and .info"
	}
	for _, ext := range exts {
		if other := r.byName[r.moduleName(ext)]; other == nil || other.role != RoleModule {
			return class, "the manifest lists no " + r.moduleName(ext) + " beside it"
		}
	}
	switch exts[i] {
	case ".zip":
		if what := r.moduleEntries(f); what != "" {
			return class, what
		}
	case ".info":
		if what := r.moduleInfo(f); what != "" {
			return class, what
		}
	}
	return "", ""
}

// generated are what the module has and the sources have not: SQLite's amalgamation and its options.
var generated = []string{"internal/capi/sqlite3.c", "internal/capi/sqlite3.h", "internal/capi/sqlite3_options.h"}

// moduleSources holds the files of the module against the sources that the provenance lists: what users compile is what was
// built.
func moduleSources(r *release, v *verdicts) {
	f := r.byName[r.moduleZip()]
	s := r.statements[provenanceName]
	if f == nil || s == nil || s.unread != nil || r.archives[f.name] == nil {
		return // other rules say so
	}
	sources := map[string]string{}
	for _, d := range s.provenance.Definition.Dependencies {
		if d.Name != "source" {
			continue
		}
		for line := range strings.Lines(string(d.Content)) {
			if sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  "); ok {
				sources[name] = sum
			}
		}
	}
	for _, e := range r.archives[f.name].entries {
		_, name, _ := strings.Cut(e.Name, "@v"+r.manifest.Version+"/")
		if sum := hex.EncodeToString(e.SHA256[:]); !slices.Contains(generated, name) && sources[name] != sum {
			v.fail(f.name, "module-source", "%.200q is no source of the provenance, or another than its", e.Name)
		}
	}
}

// moduleZip is the name of the module's zip; without a manifest, none.
func (r *release) moduleZip() string {
	if r.manifest == nil {
		return ""
	}
	return r.moduleName(".zip")
}

// moduleEntries says what is wrong with the contents of the zip.
func (r *release) moduleEntries(f *file) string {
	c := r.archives[f.name]
	if c == nil || slices.ContainsFunc(c.faults, func(x container.Fault) bool { return x.Check == container.CheckForm }) {
		return "" // another rule says so
	}
	prefix := modulePath + "@v" + r.manifest.Version + "/"
	found := false
	for _, e := range c.entries {
		if !strings.HasPrefix(e.Name, prefix) {
			return fmt.Sprintf("%.100q does not lie in %s", e.Name, prefix)
		}
		if e.Name == prefix+"go.mod" {
			if found = true; e.SHA256 != r.byName[r.moduleName(".mod")].sha256 {
				return "its go.mod is not " + r.moduleName(".mod")
			}
		}
	}
	if !found {
		return "it has no go.mod"
	}
	return ""
}

// moduleInfo says what is wrong with the .info.
func (r *release) moduleInfo(f *file) string {
	text, err := r.read(f, maxInfo)
	if err != nil {
		return err.Error()
	}
	return otherInfo(text, r.manifest)
}

// otherInfo says in what an .info is not that of the release. It may have more fields than are read.
func otherInfo(text []byte, m *manifest.Manifest) string {
	var info struct {
		Version string    `json:"Version"`
		Time    time.Time `json:"Time"`
	}
	faults, err := strictjson.ReadPart(text, &info)
	switch {
	case err != nil:
		return err.Error()
	case len(faults) > 0:
		return faults[0]
	case info.Version != "v"+m.Version || !info.Time.Equal(m.Time):
		return fmt.Sprintf("it is of %.80q at %s; the release is v%s at %s", info.Version, info.Time.Format(time.RFC3339), m.Version, m.Time.Format(time.RFC3339))
	}
	return ""
}
