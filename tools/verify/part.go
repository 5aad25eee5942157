// SPDX-License-Identifier: MIT

package verify

import (
	"iter"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// A part of a release, as Options.Platform asks for it. Everything that is said about all files is said by the manifest, so
// that signatures, provenance and evidence are judged in whole.

// leftOut reports whether a file of the manifest is not there and need not be.
func (r *release) leftOut(e *manifest.File) bool {
	if r.options.Platform == "" || r.byName[e.Name] != nil {
		return false
	}
	other := e.Platform != "" && e.Platform != r.options.Platform
	return other || e.Kind == manifest.Debug && !r.options.Policy.Demands(policy.Debug)
}

// leftOutFiles are the places, in the manifest's list, of what is left out.
func (r *release) leftOutFiles() iter.Seq[int] {
	return func(yield func(int) bool) {
		if r.manifest == nil {
			return
		}
		for i := range r.manifest.Files {
			if r.leftOut(&r.manifest.Files[i]) && !yield(i) {
				return
			}
		}
	}
}

func (r *release) countLeftOut() (count int) {
	for range r.leftOutFiles() {
		count++
	}
	return count
}

// ofWhole reports whether a bill of materials is about all platforms where only a part was asked for: its objects need not
// be there.
func (r *release) ofWhole(f *file) bool {
	return r.options.Platform != "" && f.role == RoleSBOM && f.entry != nil && f.entry.Platform == ""
}

// listed is the manifest's entry of a name.
func (r *release) listed(name string) *manifest.File {
	if r.manifest == nil {
		return nil
	}
	for i := range r.manifest.Files {
		if e := &r.manifest.Files[i]; e.Name == name {
			return e
		}
	}
	return nil
}
