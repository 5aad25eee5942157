// SPDX-License-Identifier: MIT

package semver

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/changes"
)

// Base is the release that a version follows: the highest tag below it that is no pre-release and is not retracted. It is
// "" for the first release. A version "" stands above all.
func Base(version string, tags []string, mod *modfile.File) string {
	base := ""
	for _, tag := range tags {
		switch {
		case semver.Prerelease(tag) != "" || retracted(tag, mod) != nil:
		case version != "" && semver.Compare(tag, core(version)) >= 0:
		case semver.Compare(tag, base) > 0:
			base = tag
		}
	}
	return base
}

// Unfollowed is the highest release when a version is below all that there are: it has no base, and would be compared with
// nothing. Otherwise it is "". That a version is released itself is refused elsewhere.
func Unfollowed(version string, tags []string, mod *modfile.File) string {
	if Base(version, tags, mod) != "" || slices.Contains(tags, version) {
		return ""
	}
	return Base("", tags, mod)
}

func retracted(version string, mod *modfile.File) *modfile.Retract {
	for _, r := range mod.Retract {
		if semver.Compare(r.Low, version) <= 0 && semver.Compare(version, r.High) <= 0 {
			return r
		}
	}
	return nil
}

// A Report is what changed since the last release, and what that asks for. Its JSON is a fact of the release notes.
type Report struct {
	Commit  string   `json:"commit"`  // full id of what was judged
	Base    string   `json:"base"`    // "" for the first release
	Least   string   `json:"least"`   // lowest version; "" for the first release
	Version string   `json:"version"` // that is asked for; may be empty
	Level   Level    `json:"level"`
	Changes []Change `json:"changes"`
	// Refused is why the version must not be released. Without it a report of a refused version would read like one of a
	// good version, to whoever gets the file and not the exit code.
	Refused []string `json:"refused,omitempty"`
}

// Input is what a version is judged by.
type Input struct {
	Version string // "" asks for the least version alone
	Commit  string // full id of what is judged
	Tags    []string
	Shallow bool     // the clone lacks commits, so that tags may lack, too
	Noted   []string // versions with change entries of their own, which were released
	Dirty   []string // files that are not committed
	Now     *State
	Base    *State // nil for the first release
	Entries []changes.Entry
}

// Judge computes the report, and says why the version must not be released; no reason means that it may.
func Judge(in Input) (Report, []string) {
	r := Report{Commit: in.Commit, Base: Base(in.Version, in.Tags, in.Now.Mod), Version: in.Version, Changes: []Change{}}
	var reasons []string
	refuse := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }
	// Where tags lack the base is too old, or none at all, and then any version would do.
	if in.Shallow {
		refuse("the clone is shallow, so that releases may be missing: git fetch --unshallow --tags")
	}
	for _, v := range in.Noted {
		if !slices.Contains(in.Tags, v) {
			refuse("changes/%s is there, and no tag %s: git fetch --tags", v, v)
		}
	}
	for _, x := range in.Now.Mod.Retract {
		if strings.TrimSpace(x.Rationale) == "" {
			refuse("go.mod retracts %s without a reason; write it as a comment: it is what users are shown", interval(x))
		}
	}
	if in.Base != nil {
		r.Changes = Compare(in.Base, in.Now)
		for _, c := range r.Changes {
			r.Level = max(r.Level, c.Level)
		}
		least, err := Least(r.Base, r.Level)
		if err != nil {
			refuse("%v", err)
		}
		r.Least = least
		reasons = append(reasons, notes(r.Changes, in.Entries)...)
		reasons = append(reasons, edited(in.Base, in.Now, r)...)
	}
	if in.Version != "" {
		reasons = append(reasons, form(in, r)...)
		for _, file := range in.Dirty {
			refuse("the tree is dirty: %s; commit it, or put it away", file)
		}
	}
	return r, reasons
}

// CheckForm refuses what is no version that a release can have, whatever came before it.
func CheckForm(v string) error {
	switch {
	case !semver.IsValid(v) || semver.Canonical(v) != v:
		return fmt.Errorf("%q is no canonical version; write it as v1.2.3 or v1.2.3-rc.1", v)
	case module.IsPseudoVersion(v):
		return fmt.Errorf("%s is a pseudo-version: the go command makes these for commits; choose a version", v)
	}
	return nil
}

// form are the reasons against the version itself.
func form(in Input, r Report) []string {
	v := in.Version
	if err := CheckForm(v); err != nil {
		return []string{err.Error()}
	}
	var reasons []string
	refuse := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }
	_, pathMajor, ok := module.SplitPathVersion(in.Now.Mod.Module.Mod.Path)
	if err := module.CheckPathMajor(v, pathMajor); !ok || err != nil {
		refuse("the module's path %s is not that of %s; a major version from 2 on ends the path in /vN", in.Now.Mod.Module.Mod.Path, v)
	}
	if x := retracted(v, in.Now.Mod); x != nil {
		refuse("go.mod retracts %s, and %s is in it; choose a version outside", interval(x), v)
	}
	for _, tag := range in.Tags {
		switch {
		case tag == v:
			refuse("%s is released already: a version is never used twice; choose the next one", v)
		case core(tag) == core(v) && semver.Compare(tag, v) > 0:
			refuse("%s comes before %s, which is released already", v, tag)
		}
	}
	if above := Unfollowed(v, in.Tags, in.Now.Mod); above != "" {
		refuse("%s comes before every release, and what it changes can't be told; choose one above %s", v, above)
	}
	if r.Least != "" && semver.Compare(core(v), r.Least) < 0 {
		refuse("%s is too low: since %s there are changes that need %s or higher", v, r.Base, r.Least)
		for _, c := range r.Changes {
			if c.Level == r.Level {
				refuse("  %s", c)
			}
		}
	}
	return reasons
}

// notes are the changes without the entry that they need.
func notes(all []Change, entries []changes.Entry) []string {
	var reasons []string
	for _, c := range all {
		named := func(e changes.Entry) bool { return slices.Contains(e.Names, c.Key()) }
		if c.Note && !slices.ContainsFunc(entries, named) {
			reasons = append(reasons, fmt.Sprintf("%s: no change entry names %q; write one in %s", c, c.Key(), changes.Next))
		}
	}
	return reasons
}

// edited are lines that api/v1.txt lost although the code has them: whoever drops a line unlocks what it promises. A line
// that the code has no more is the comparison's affair: it changed compatibly, or asks for a major version.
func edited(old, now *State, r Report) []string {
	have := now.Code.Lines()
	var reasons []string
	for _, line := range old.Released {
		kept := false
		for _, l := range now.Released {
			kept = kept || l.Text == line.Text
		}
		_, inCode := slices.BinarySearch(have, line.Text)
		if !kept && inCode {
			reasons = append(reasons, fmt.Sprintf("api/v1.txt lost the line %q, which %s promised; put it back", line.Text, r.Base))
		}
	}
	return reasons
}

func interval(r *modfile.Retract) string {
	if r.Low == r.High {
		return r.Low
	}
	return "[" + r.Low + ", " + r.High + "]"
}
