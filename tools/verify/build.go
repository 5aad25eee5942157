// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The rule about the build that the provenance tells of. A provenance of another release, or of another way to build, can
// be as well formed as that of this one.

// buildType is that of docs/provenance.md. Another one has other parameters, which nobody here knows how to judge.
const buildType = "https://github.com/gosqlite/gosqlite/blob/main/docs/provenance.md#build-type-1"

// sourceName is the dependency that lists the files of the source tree.
const sourceName = "source"

func buildRule(r *release, v *verdicts) {
	if class, detail := r.build(); class != "" {
		v.fail(provenanceName, class, "%s", detail)
	}
}

// build holds the build definition against the manifest.
func (r *release) build() (class, detail string) {
	s := r.statements[provenanceName]
	if s == nil || s.unread != nil || r.manifest == nil {
		return "", "" // documents or provenance refused it
	}
	d := &s.provenance.Definition
	if d.BuildType != buildType {
		return "build-type", fmt.Sprintf("buildType is %.200q, not %s", d.BuildType, buildType)
	}
	if detail := r.parameters(d.External); detail != "" {
		return "build-parameters", "externalParameters: " + detail
	}
	sources := 0
	for _, x := range d.Dependencies {
		if x.Name == sourceName {
			sources++
			if len(x.Content) == 0 || x.Digest["sha256"] == "" {
				return "build-source", "the dependency source has no list of files, or no SHA-256 of it"
			}
		}
	}
	if sources != 1 {
		return "build-source", fmt.Sprintf("%d dependencies are called source; one is needed", sources)
	}
	return "", ""
}

// parameters says what is wrong with the parameters of a build: SLSA wants a verifier to refuse those that it does not
// know, since they may have changed anything.
func (r *release) parameters(external map[string]json.RawMessage) string {
	var target, version, when string
	var platforms []string
	known := map[string]any{"target": &target, "version": &version, "time": &when, "platforms": &platforms}
	for _, name := range slices.Sorted(maps.Keys(external)) {
		if known[name] == nil || json.Unmarshal(external[name], known[name]) != nil {
			return fmt.Sprintf("%.100q is none of this build type, or of another form", name)
		}
	}
	want := r.manifest.Time.UTC().Format(time.RFC3339)
	switch {
	case !strings.HasPrefix(target, "//") || !strings.Contains(target, ":"):
		return fmt.Sprintf("target %.100q is no label of the source tree", target)
	case version != r.manifest.Version:
		return fmt.Sprintf("version %.100q; the manifest has %s", version, r.manifest.Version)
	case when != want:
		return fmt.Sprintf("time %.100q; the manifest has %s", when, want)
	case !slices.Equal(platforms, r.platforms()):
		return fmt.Sprintf("platforms %.500q; the manifest has %.500q", platforms, r.platforms())
	}
	return ""
}

// platforms are those of the manifest's files, sorted.
func (r *release) platforms() (list []string) {
	for _, e := range r.manifest.Files {
		if e.Platform != "" {
			list = append(list, e.Platform)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
