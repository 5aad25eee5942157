// SPDX-License-Identifier: MIT

package semver

import (
	"cmp"
	"go/version"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/api"
)

// A Change is one difference between two releases that users may notice.
type Change struct {
	Area  string `json:"area"` // api, parameter, compat, shell, error, format, option, default, sqlite, go, module, platform
	Name  string `json:"name"`
	Old   string `json:"old,omitempty"` // empty: it is new
	New   string `json:"new,omitempty"` // empty: it is gone
	Level Level  `json:"level"`
	Note  bool   `json:"note,omitempty"` // needs a change entry with its key
	Why   string `json:"why"`
}

// Key is how change entries name it.
func (c Change) Key() string { return c.Area + ": " + c.Name }

// String is the change in one line.
func (c Change) String() string {
	text := c.Level.String() + ": " + c.Key()
	if c.Old != "" || c.New != "" {
		text += " (" + cmp.Or(c.Old, "none") + " -> " + cmp.Or(c.New, "none") + ")"
	}
	if c.Why != "" {
		text += ": " + c.Why
	}
	return text
}

// Breaking says that programs of before may fail.
func (c Change) Breaking() bool { return c.Level == Major }

// Compare is what changed, ordered.
func Compare(old, now *State) []Change {
	var all []Change
	add := func(area, name, before, after string, level Level, note bool, why string) {
		all = append(all, Change{area, name, before, after, level, note, why})
	}
	for _, c := range api.CompareCode(old.Code, now.Code) {
		level, why := Minor, "the interface in Go grows"
		if !c.Compatible {
			level, why = Major, c.Rule+" ("+api.Promise+")"
		}
		name, what, _ := strings.Cut(c.Message, ": ")
		if c.Platforms != "" {
			what += " (" + c.Platforms + ")"
		}
		add("api", strings.TrimSuffix(c.Package+"."+name, ".package removed"), "", what, level, false, why)
	}
	for _, file := range lists {
		all = append(all, compareList(file, old.Lists[file], now.Lists[file])...)
	}
	all = append(all, compareModule(old, now)...)
	all = append(all, comparePlatforms(old.Rows, now.Rows)...)
	slices.SortFunc(all, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Name, b.Name), cmp.Compare(a.New, b.New))
	})
	return all
}

// areas are what the lists are about.
var areas = map[string]string{
	"compat.txt": "compat", "defaults.txt": "default", "dsn.txt": "parameter", "errors.txt": "error", "formats.txt": "format",
	"options.txt": "option", "shell.txt": "shell",
}

func compareList(file string, old, now map[string]string) []Change {
	var all []Change
	names := slices.Sorted(maps.Keys(old))
	for name := range now {
		if _, ok := old[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		before, had := old[name]
		after, has := now[name]
		if had == has && before == after {
			continue
		}
		c := Change{Area: areas[file], Name: name, Old: before, New: after}
		switch {
		case c.Area == "default":
			c.Level, c.Note, c.Why = Minor, true, "a default changes what programs do that do not set it"
		case name == "SQLite":
			c.Area, c.Level, c.Why = "sqlite", sqliteLevel(before, after), "the version of SQLite"
		case c.Area == "option":
			c = option(c, had, has)
		case c.Area == "shell" && strings.HasPrefix(name, "flag ") && had && has:
			c.Level, c.Note, c.Why = Minor, true, "a flag's default changes what scripts do that do not set it"
		case c.Area == "shell" && strings.HasPrefix(name, "command ") && had && has:
			c.Level, c.Why = Minor, "a command takes other arguments"
		case !had:
			c.Level, c.Why = Minor, "something new to rely on"
		case !has:
			c.Level, c.Why = Major, "what was promised is gone"
		default:
			c.Level, c.Why = Major, "what was promised means something else"
		}
		all = append(all, c)
	}
	return all
}

func sqliteLevel(before, after string) Level {
	b, a := "v"+before, "v"+after
	switch {
	case !semver.IsValid(b):
		return Minor // the list is new
	case !semver.IsValid(a) || semver.Compare(a, b) < 0:
		return Major
	case semver.MajorMinor(a) != semver.MajorMinor(b):
		return Minor
	}
	return Patch
}

// option judges an option of SQLite, whose name begins with "option ".
func option(c Change, had, has bool) Change {
	omits := strings.HasPrefix(c.Name, "option OMIT_")
	limits := strings.HasPrefix(c.Name, "option MAX_") || strings.HasPrefix(c.Name, "option DEFAULT_") || had && has
	switch {
	case limits:
		c.Level, c.Note, c.Why = Minor, true, "an option of SQLite has another value"
	case had == omits:
		c.Level, c.Why = Minor, "SQLite can do more"
	default:
		c.Level, c.Why = Major, "SQLite can do less"
	}
	return c
}

func compareModule(old, now *State) []Change {
	var all []Change
	if a, b := old.Mod.Go.Version, now.Mod.Go.Version; a != b {
		c := Change{Area: "go", Name: "minimum", Old: a, New: b, Level: Patch, Why: "an older Go is enough"}
		if version.Compare("go"+b, "go"+a) > 0 {
			c.Level, c.Why = Minor, "who has an older Go cannot build it"
		}
		all = append(all, c)
	}
	if a, b := old.Mod.Module.Mod.Path, now.Mod.Module.Mod.Path; a != b {
		all = append(all, Change{Area: "module", Name: "path", Old: a, New: b, Level: Major, Why: "imports name the path"})
	}
	before, after := map[string]string{}, map[string]string{}
	for _, r := range old.Mod.Require {
		before[r.Mod.Path] = r.Mod.Version
	}
	for _, r := range now.Mod.Require {
		after[r.Mod.Path] = r.Mod.Version
		switch v, had := before[r.Mod.Path]; {
		case !had:
			all = append(all, Change{Area: "module", Name: "requires " + r.Mod.Path, New: r.Mod.Version, Level: Minor, Why: "another module comes with this one"})
		case v != r.Mod.Version:
			all = append(all, Change{Area: "module", Name: "requires " + r.Mod.Path, Old: v, New: r.Mod.Version, Level: Patch, Why: "another version of a module"})
		}
	}
	for path, v := range before {
		if after[path] == "" {
			all = append(all, Change{Area: "module", Name: "requires " + path, Old: v, Level: Patch, Why: "a module less"})
		}
	}
	return all
}

func comparePlatforms(old, now []api.Row) []Change {
	tiers := []string{"linked", "smoke", "tested"} // upwards
	var all []Change
	for _, b := range old {
		i := slices.IndexFunc(now, func(r api.Row) bool { return r.Name == b.Name })
		if i < 0 {
			all = append(all, Change{"platform", b.Name, b.Tier, "", Minor, true, "a platform goes"})
			continue
		}
		if a := now[i]; a.Floor != b.Floor {
			all = append(all, Change{"platform", b.Name, b.Floor, a.Floor, Minor, true, "another oldest system"})
		} else if a.Tier != b.Tier {
			worse := slices.Index(tiers, a.Tier) < slices.Index(tiers, b.Tier)
			all = append(all, Change{"platform", b.Name, b.Tier, a.Tier, map[bool]Level{true: Minor}[worse], worse, "another tier"})
		}
	}
	for _, a := range now {
		if !slices.ContainsFunc(old, func(r api.Row) bool { return r.Name == a.Name }) {
			all = append(all, Change{"platform", a.Name, "", a.Tier, Minor, false, "a new platform"})
		}
	}
	return all
}
