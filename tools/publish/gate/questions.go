// SPDX-License-Identifier: MIT

package gate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	modsemver "golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/vex"
	"github.com/gosqlite/gosqlite/tools/verify"
)

// Classes of the verifier that have a gate of their own here.
const (
	classDevelopment = "development-signature"
	classReproduced  = "reproduced-threshold"
	classUnlogged    = "log-entry-missing"
)

// faults says what the verifier refused of the chosen faults, and how many these are.
func (j *judgement) faults(say func(string, ...any), chosen func(verify.Fault) bool) int {
	count := 0
	for _, f := range j.report.Faults {
		if chosen(f) {
			say("%s: %s: %s", cmp.Or(f.File, "release"), f.Class, f.Detail)
			count++
		}
	}
	return count
}

func (j *judgement) verified(say func(string, ...any)) bool {
	others := j.faults(say, func(f verify.Fault) bool {
		return !slices.Contains([]string{classDevelopment, classReproduced, classUnlogged}, f.Class)
	})
	if len(j.report.Files) == 0 {
		say("the folder is empty")
	}
	return others == 0 && len(j.report.Files) > 0
}

func (j *judgement) development(say func(string, ...any)) bool {
	isDevelopment := func(f verify.Fault) bool { return f.Class == classDevelopment }
	quiet := func(string, ...any) {}
	if j.Rehearsal && j.Policy.AllowDevelopment {
		if n := j.faults(quiet, isDevelopment); n > 0 {
			say("%d signatures of a development authority: publishing refuses them", n)
		}
		return true
	}
	return j.faults(say, isDevelopment) == 0
}

// logged wants entries in logs that the policy names; the verifier has judged those that are there.
func (j *judgement) logged(say func(string, ...any)) bool {
	demanded, known := max(j.Policy.Trust.MinEntries, j.LogEntries), j.Policy.Trust.Origins()
	if demanded > known {
		say("entries in %d logs are demanded, and the policy names %d: add logs by gosqlite-verify policy --log", demanded, known)
		return false
	}
	ok := j.faults(say, func(f verify.Fault) bool { return f.Class == classUnlogged }) == 0
	if !ok {
		say("sign the release again with logs in the signer's configuration, see docs/signing.md")
	}
	return ok
}

// uncached reads the ledger, which the verifier has found to be there and signed by the release key.
func (j *judgement) uncached(say func(string, ...any)) bool {
	var statement struct {
		Predicate struct {
			Side struct {
				Cached *int `json:"cached"`
			} `json:"side"`
		} `json:"predicate"`
	}
	text, err := j.text(ledgerName)
	if err == nil {
		err = json.Unmarshal(text, &statement)
	}
	cached := statement.Predicate.Side.Cached
	switch {
	case err != nil:
		say("%v; make and sign a ledger of the build, see docs/reproducing.md", err)
	case cached == nil:
		say("%s does not say how many actions came from a cache", ledgerName)
	case *cached != 0:
		say("%d actions came from a cache, and whoever writes to it can lie: build with --disk_cache= --noremote_accept_cached", *cached)
	default:
		return true
	}
	return false
}

// reproduced wants what the policy wants of reproducers, of whom at least one is independent.
func (j *judgement) reproduced(say func(string, ...any)) bool {
	independent, demonstrations := 0, 0
	for _, f := range j.Release.Files {
		if !strings.HasPrefix(f.Name, "reproduced-") || !strings.HasSuffix(f.Name, ".intoto.json") || !f.OK {
			continue
		}
		var statement struct {
			Predicate struct {
				Identical     bool  `json:"identical"`
				Demonstration *bool `json:"demonstration"`
			} `json:"predicate"`
		}
		text, err := j.text(f.Name)
		if err == nil {
			err = json.Unmarshal(text, &statement)
		}
		p := statement.Predicate
		switch {
		case err != nil:
			say("%v", err)
		case !p.Identical:
			say("%s does not say that the bytes were identical", f.Name)
		case p.Demonstration == nil:
			say("%s does not say whether it is a demonstration", f.Name)
		case *p.Demonstration:
			demonstrations++
		default:
			independent++
		}
	}
	if j.Rehearsal && j.Policy.AllowDevelopment && independent == 0 && demonstrations >= max(1, j.Policy.Reproduced) {
		say("%d demonstrations of reproducing and nobody independent: publishing refuses that", demonstrations)
		return true
	}
	ok := j.faults(say, func(f verify.Fault) bool { return f.Class == classReproduced }) == 0
	if independent > 0 {
		return ok
	}
	say("nobody independent states that the bytes are the same; see docs/reproducing.md")
	return false
}

// maxScanAge is how long after its day a release may be published: a scan knows nothing of what was found later.
const maxScanAge = 30 * 24 * time.Hour

// scanned asks what `scan pass` asks, of the bills of materials and debug twins as they were verified.
func (j *judgement) scanned(say func(string, ...any)) bool {
	if j.Scan == nil {
		say("there is no report of a scan: name the scan.json of scan --gate release by --scan")
		return false
	}
	r, err := report.Parse(j.Scan)
	if err == nil {
		released := &report.Released{Day: j.Release.Manifest.Time, Files: map[string]string{}}
		for _, f := range j.Release.Manifest.Files {
			if f.Kind == manifest.SBOM && strings.HasSuffix(f.Name, report.BillSuffix) || f.Kind == manifest.Debug {
				released.Files[f.Name] = fmt.Sprintf("%x", f.SHA256)
			}
		}
		if released.Basis, err = j.basis(); err == nil {
			err = r.Fresh(released)
		}
		if age := j.Now.Sub(released.Day); err == nil && age > maxScanAge {
			err = fmt.Errorf("the scan is of the release's day, %d days ago, and nobody has looked since: give the release a new date and run the train, or publish within %d days", int(age.Hours()/24), int(maxScanAge.Hours()/24))
		}
	}
	if err != nil {
		say("%v", err)
	}
	return err == nil
}

// basis is what the release says of the decisions, the database and the feed that judged it: the scan has to have gone by
// the same. It stands in the VEX document in CycloneDX, which is built with the release and signed with it.
func (j *judgement) basis() (vex.Basis, error) {
	i := slices.IndexFunc(j.Release.Manifest.Files, func(f manifest.File) bool {
		return f.Kind == manifest.VEX && strings.HasSuffix(f.Name, "vex.cyclonedx.json")
	})
	if i < 0 {
		return vex.Basis{}, errors.New("the release has no *vex.cyclonedx.json, which says by which decisions it was judged")
	}
	text, err := j.text(j.Release.Manifest.Files[i].Name)
	if err != nil {
		return vex.Basis{}, err
	}
	return vex.ReadBasis(text)
}

// semver holds the report of the version against the release, and against what is published already.
func (j *judgement) semver(say func(string, ...any)) bool {
	if j.SemVer == nil {
		say("there is no report of the version: name the semver.json of //:semver --json by --semver")
		return false
	}
	if len(j.SemVer) > maxText {
		say("the report of the version is larger than %d bytes", maxText)
		return false
	}
	var r semver.Report
	if err := json.Unmarshal(j.SemVer, &r); err != nil {
		say("read the report of the version: %v", err)
		return false
	}
	count := 0
	no := func(format string, args ...any) { say(format, args...); count++ }
	version := j.Release.Version
	if r.Version != version {
		no("the report is about %q, and the release is %s", r.Version, version)
	}
	for _, reason := range r.Refused {
		no("%s", reason)
	}
	core, _, _ := strings.Cut(modsemver.Canonical(version), "-")
	if r.Base != "" && (r.Least == "" || modsemver.Compare(core, r.Least) < 0) {
		no("%s is too low: since %s there are changes that need %s or higher", version, r.Base, cmp.Or(r.Least, "more than the report says"))
	}
	mod, err := j.goMod()
	if err != nil {
		no("%v", err)
		return false
	}
	// What a clone has no tag of, its report did not look at.
	if base := semver.Base(version, j.published, mod); modsemver.Compare(r.Base, base) < 0 {
		no("the report compares with %s, and %s is published: fetch the tags and judge the version again", cmp.Or(r.Base, "nothing"), base)
	}
	if above := semver.Unfollowed(version, j.published, mod); above != "" {
		no("%s comes before every version that is published, and what it changes can't be told; choose one above %s", version, above)
	}
	for _, p := range j.published {
		same, _, _ := strings.Cut(p, "-")
		if same == core && modsemver.Compare(p, version) > 0 {
			no("%s comes before %s, which is published already", version, p)
		}
	}
	return count == 0
}

// goMod is the go.mod of the release's module; an empty one where it has none.
func (j *judgement) goMod() (*modfile.File, error) {
	i := slices.IndexFunc(j.Release.Manifest.Files, func(f manifest.File) bool {
		return f.Kind == manifest.Module && strings.HasSuffix(f.Name, ".mod")
	})
	if i < 0 {
		return &modfile.File{}, nil
	}
	name := j.Release.Manifest.Files[i].Name
	text, err := j.text(name)
	if err != nil {
		return nil, err
	}
	mod, err := modfile.ParseLax(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return mod, nil
}
