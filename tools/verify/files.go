// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/gosum"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// Rules about files, the manifest and its version.

func (r *release) fileType(f *file) (class, detail string) {
	if !f.regular() {
		return "not-regular", "a " + f.mode.Type().String() + " stands in place of a file"
	}
	if r.folded[strings.ToLower(f.name)] > 1 {
		return "case-collision", "another name differs in case alone"
	}
	return "", ""
}

// closure refuses what belongs to nothing, and misses what belongs to a release.
func closure(r *release, v *verdicts) {
	for _, f := range r.files {
		if f.role == RoleUnlisted {
			v.fail(f.name, "unlisted-file", "it belongs neither to the payload nor to its signatures and evidence")
		} else {
			v.pass(f.name)
		}
	}
	need := []string{manifest.FileName, manifest.SumsName, provenanceName}
	signed := []string{manifest.FileName, provenanceName}
	if r.manifest != nil {
		if p := r.options.Platform; p != "" && r.entryOf(manifest.Archive, p) == nil {
			v.fail(manifest.FileName, "missing-file", "the release has no archive for %.80q", p)
		}
		for i, e := range r.manifest.Files {
			if r.leftOut(&r.manifest.Files[i]) {
				continue
			}
			need = append(need, e.Name)
			if e.Kind == manifest.Archive || e.Kind == manifest.Debug {
				signed = append(signed, e.Name)
			}
		}
	}
	for _, f := range r.files {
		if isEvidence(f.name) {
			signed = append(signed, f.name)
		}
	}
	for _, name := range need {
		if r.byName[name] == nil {
			v.fail(name, "missing-file", "the release lacks it")
		}
	}
	for _, name := range signed {
		plain, development := r.byName[name+bundleSuffix], r.byName[name+developmentSuffix]
		switch {
		case plain == nil && development == nil:
			v.fail(name+bundleSuffix, "missing-bundle", "nothing signs %s", name)
		case plain != nil && development != nil:
			v.fail(development.name, "two-bundles", "%s has another signature beside it", name)
		}
	}
}

// readable reports what could not be read, by the class of its kind.
func (r *release) readable(f *file) (class, detail string) {
	err := r.bad[f.name]
	if err == nil {
		return "", ""
	}
	return "malformed-" + string(f.role), err.Error()
}

func (r *release) strict(f *file) (class, detail string) {
	if faults := r.loose[f.name]; len(faults) > 0 {
		return "ambiguous-json", strings.Join(faults, "; ")
	}
	return "", ""
}

// sumsAgree holds SHA256SUMS against the manifest, line by line.
func (r *release) sumsAgree(*file) (class, detail string) {
	if r.manifest == nil || r.sums == nil {
		return "", ""
	}
	want := map[string][32]byte{}
	for _, e := range r.manifest.Files {
		want[e.Name] = e.SHA256
	}
	want[manifest.FileName] = r.byName[manifest.FileName].sha256
	for _, s := range r.sums {
		if digest, ok := want[s.Name]; !ok || digest != s.SHA256 {
			return "sums-mismatch", s.Name + ": the manifest says something else"
		}
	}
	if len(r.sums) != len(want) {
		return "sums-mismatch", fmt.Sprintf("%d lines for %d files", len(r.sums), len(want))
	}
	return "", ""
}

func (r *release) digestAgrees(f *file) (class, detail string) {
	switch {
	case f.size != f.entry.Size:
		return "digest-mismatch", fmt.Sprintf("%d bytes; the manifest says %d", f.size, f.entry.Size)
	case f.sha256 != f.entry.SHA256:
		return "digest-mismatch", fmt.Sprintf("SHA-256 %x; the manifest says %x", f.sha256, f.entry.SHA256)
	}
	return "", ""
}

// rightName holds an archive's name against the manifest, so that a file is what it is called.
func (r *release) rightName(f *file) (class, detail string) {
	want := fmt.Sprintf("gosqlite_%s_%s", r.manifest.Version, f.entry.Platform)
	if f.role == RoleDebug {
		want += "_debug"
	}
	if f.name == want+".tar.gz" || f.name == want+".zip" {
		return "", ""
	}
	return "wrong-name", "by version, platform and kind it would be " + want
}

func minimumVersion(r *release, v *verdicts) {
	least := r.options.Policy.MinimumVersion
	if least == "" || r.manifest == nil {
		return
	}
	have, err := policy.ParseVersion(r.manifest.Version)
	want, _ := policy.ParseVersion(least) // the policy was checked
	if err != nil || have.Compare(want) < 0 {
		v.fail(manifest.FileName, "version-too-old", "release %s; the policy demands %s or later", r.manifest.Version, least)
	}
}

func askedVersion(r *release, v *verdicts) {
	if want := r.options.Version; want != "" && r.manifest != nil && r.manifest.Version != want {
		v.fail(manifest.FileName, "wrong-version", "release %s; %s was asked for", r.manifest.Version, want)
	}
}

// modulePath is what users import.
const modulePath = "github.com/gosqlite/gosqlite"

// goSum holds the module of the release against what a user's go.sum says.
func goSum(r *release, v *verdicts) {
	if r.options.GoSum == nil || r.manifest == nil {
		return
	}
	version := "v" + r.manifest.Version
	for _, want := range []struct{ suffix, line string }{{".zip", version}, {".mod", version + "/go.mod"}} {
		i := slices.IndexFunc(r.files, func(f *file) bool { return f.role == RoleModule && strings.HasSuffix(f.name, want.suffix) })
		if i < 0 {
			v.fail(manifest.FileName, "gosum-missing", "the release holds no Go module (%s)", want.suffix)
			continue
		}
		f := r.files[i]
		have := gosum.HashMod(f.sha256)
		if c := r.archives[f.name]; c != nil {
			have = gosum.Hash(c.entries)
		}
		lines, err := gosum.Lookup(r.options.GoSum, modulePath, want.line)
		switch {
		case err != nil:
			v.fail(f.name, "gosum-mismatch", "%v", err)
		case len(lines) == 0 && want.suffix == ".zip":
			v.fail(f.name, "gosum-missing", "go.sum has no line for %s %s", modulePath, want.line)
		}
		for _, line := range lines {
			if line != have {
				v.fail(f.name, "gosum-mismatch", "%s; go.sum says %s", have, line)
			}
		}
	}
}

// hexSum is a file's digest as documents write it.
func (f *file) hexSum() string { return hex.EncodeToString(f.sha256[:]) }
