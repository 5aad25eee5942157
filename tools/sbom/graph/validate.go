// SPDX-License-Identifier: MIT

package graph

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	idPattern       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$`)
	platformPattern = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	propertyPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*$`)
	purlPattern     = regexp.MustCompile(`^pkg:[a-z][a-z0-9.+-]*/[^\s]+$`)
	cpePattern      = regexp.MustCompile(`^cpe:2\.3:[aho](:(\*|-|[A-Za-z0-9._\\~!-]+)){10}$`)
)

// MaxErrors bounds how many faults Validate reports at once.
const MaxErrors = 50

// Validate says what keeps d from being a complete document in the order of the format: each fault by the name of its
// component and how to mend it.
func (d *Document) Validate() error {
	var faults faults
	d.checkHead(&faults)
	d.checkComponents(&faults)
	d.checkRelations(&faults)
	return faults.err()
}

type faults []error

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

func (f faults) err() error {
	if len(f) > MaxErrors {
		f = append(f[:MaxErrors:MaxErrors], fmt.Errorf("and %d faults more", len(f)-MaxErrors))
	}
	return errors.Join(f...)
}

func (d *Document) checkHead(f *faults) {
	switch {
	case d.Schema != Schema:
		f.add("document: schema %q, want %q", d.Schema, Schema)
	case d.Name == "" || d.Version == "":
		f.add("document: a name and the release's version are needed")
	case d.Platform != "" && !platformPattern.MatchString(d.Platform):
		f.add("document: platform %q is not a row's name such as linux_amd64", d.Platform)
	case d.Lifecycle != Lifecycle:
		f.add("document: lifecycle %q, want %q: the graph is gathered while building", d.Lifecycle, Lifecycle)
	case len(d.Authors) == 0:
		f.add("document: no author")
	case d.Tool.Name == "" || d.Tool.Version == "":
		f.add("document: the tool needs a name and a version")
	}
	if t, err := time.Parse(time.RFC3339, d.Time); err != nil || t.UTC().Format("2006-01-02T15:04:05Z") != d.Time {
		f.add("document: time %q: write the release date as 2026-11-23T00:00:00Z", d.Time)
	}
	checkOrganisation(f, "document: supplier", d.Supplier)
	checkOrganisation(f, "document: supplier of the tool", d.Tool.Supplier)
	for _, a := range d.Authors {
		checkOrganisation(f, "document: author", a)
	}
	sorted(f, "document", "authors", d.Authors, compareOrganisations)
	checkProperties(f, "document", d.Properties)
}

func (d *Document) checkComponents(f *faults) {
	if n := len(d.Components); n == 0 || n > MaxComponents {
		f.add("document: %d components; the limits are 1 and %d", n, MaxComponents)
		return
	}
	sorted(f, "document", "components", d.Components, func(a, b Component) int { return strings.Compare(a.ID, b.ID) })
	folded := map[string]string{}
	for i := range d.Components {
		c := &d.Components[i]
		lower := strings.ToLower(c.ID)
		if other, ok := folded[lower]; ok && other != c.ID {
			f.add("%s: differs from %s only in case", c.ID, other)
		}
		folded[lower] = c.ID
		if c.Role == Subject && c.ID != d.Subject {
			f.add("%s: has the role of subject, and the subject is %s", c.ID, d.Subject)
		}
		checkComponent(f, c)
		d.checkComplete(f, c)
	}
	if s := d.Component(d.Subject); s == nil || s.Role != Subject {
		f.add("document: subject %q is no component of that role", d.Subject)
	} else if s.Version != d.Version {
		f.add("document: version %q, and that of its subject is %q", d.Version, s.Version)
	}
}

func checkComponent(f *faults, c *Component) {
	if !idPattern.MatchString(c.ID) {
		f.add("component %q: an ID is letters, digits, full stops and hyphens", c.ID)
	}
	if !slices.Contains(Roles, c.Role) {
		f.add("%s: role %q is none of %v", c.ID, c.Role, Roles)
	}
	if !slices.Contains(Types, c.Type) {
		f.add("%s: type %q is none of %v", c.ID, c.Type, Types)
	}
	for _, v := range []string{c.Name, c.Version, c.Purpose, c.Description, c.Copyright, c.FileName} {
		if len(v) > MaxValue || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			f.add("%s: a value is not text of at most %d bytes", c.ID, MaxValue)
		}
	}
	for _, v := range []string{c.Name, c.Version, c.Purpose, c.FileName, c.Supplier.Name} {
		if strings.ContainsFunc(v, unicode.IsControl) {
			f.add("%s: %q is not one line of text", c.ID, v)
		}
	}
	if c.PURL != "" && !purlPattern.MatchString(c.PURL) {
		f.add("%s: purl %q: write it as pkg:TYPE/NAME@VERSION", c.ID, c.PURL)
	}
	if c.CPE != "" && !cpePattern.MatchString(c.CPE) {
		f.add("%s: CPE %q: write it as cpe:2.3:a:VENDOR:PRODUCT:VERSION:*:*:*:*:*:*:*", c.ID, c.CPE)
	}
	for _, d := range c.Digests {
		if !slices.Contains(Objects, d.Object) || d.Name == "" {
			f.add("%s: a digest names its object, one of %v, and has %q %q", c.ID, Objects, d.Object, d.Name)
		}
		if raw, err := hex.DecodeString(d.Value); err != nil || len(raw) != d.Alg.Size() || len(raw) == 0 || strings.ToLower(d.Value) != d.Value {
			f.add("%s: %q is no digest of %q in lower-case hexadecimal digits", c.ID, d.Value, d.Alg)
		}
		if d.Object == Download && !slices.ContainsFunc(c.References, func(r Reference) bool { return r.URL == d.Name }) {
			f.add("%s: no reference leads to the download %s, whose digest is given", c.ID, d.Name)
		}
	}
	for _, r := range c.References {
		if !slices.Contains(ReferenceTypes, r.Type) {
			f.add("%s: reference type %q is none of %v", c.ID, r.Type, ReferenceTypes)
		}
		checkURL(f, c.ID+": reference", r.URL)
	}
	checkFiles(f, c)
	checkProperties(f, c.ID, c.Properties)
	sorted(f, c.ID, "digests", c.Digests, compareDigests)
	sorted(f, c.ID, "references", c.References, compareReferences)
	sorted(f, c.ID, "packages", c.Packages, strings.Compare)
}

func checkFiles(f *faults, c *Component) {
	for _, file := range c.Files {
		checkFile(f, c.ID, file.Path, file.SHA256)
	}
	for _, e := range c.License.Evidence {
		checkFile(f, c.ID, e.Path, e.SHA256)
		checkExpression(f, c.ID, "evidence in "+e.Path, e.ID)
		if e.Coverage < 0 || e.Coverage > 100 {
			f.add("%s: %d %% of %s are covered", c.ID, e.Coverage, e.Path)
		}
	}
	sorted(f, c.ID, "files", c.Files, compareFiles)
	sorted(f, c.ID, "evidence", c.License.Evidence, compareEvidence)
}

func checkFile(f *faults, id, path, sum string) {
	if path == "" || strings.HasPrefix(path, "/") || slices.Contains(strings.Split(path, "/"), "..") || strings.ContainsAny(path, "\\\x00\n") {
		f.add("%s: file %q: a path is relative, below its input, and has no backslash", id, path)
	}
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != SHA256.Size() || strings.ToLower(sum) != sum {
		f.add("%s: file %s: %q is no SHA-256 in lower-case hexadecimal digits", id, path, sum)
	}
}

func checkProperties(f *faults, where string, properties []Property) {
	for _, p := range properties {
		if !propertyPattern.MatchString(p.Name) || p.Value == "" || len(p.Value) > MaxValue {
			f.add("%s: property %q = %q: a name is words joined by colons, and a value is not empty", where, p.Name, p.Value)
		}
	}
	sorted(f, where, "properties", properties, compareProperties)
}

func checkOrganisation(f *faults, where string, o Organisation) {
	if o.Name == "" {
		f.add("%s: no name", where)
		return
	}
	checkURL(f, where+" "+o.Name, o.URL)
}

func checkURL(f *faults, where, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		f.add("%s: %q is not a web address", where, text)
	}
}

// sorted reports a list that is not in order or has an element twice.
func sorted[T any](f *faults, where, what string, list []T, compare func(a, b T) int) {
	for i := 1; i < len(list); i++ {
		switch n := compare(list[i-1], list[i]); {
		case n > 0:
			f.add("%s: %s are not sorted at %d", where, what, i)
			return
		case n == 0:
			f.add("%s: %s have one entry twice: %v", where, what, list[i])
			return
		}
	}
}
