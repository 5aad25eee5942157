// SPDX-License-Identifier: MIT

package conformance

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/github/go-spdx/v2/spdxexp"
)

// A Profile is a set of rules that someone publishes.
type Profile struct {
	Name  string
	Title string
	Rules []Rule
}

// A Rule is one thing that a profile asks for.
type Rule struct {
	Name  string // within the profile
	Asks  string
	check func(b *Bill) []string // what is wrong, one sentence each
}

// A Fault is a rule that a document breaks.
type Fault struct {
	Profile, Rule, Text string
}

// String is the fault in one line.
func (f Fault) String() string { return f.Profile + "/" + f.Rule + ": " + f.Text }

// Profiles are all profiles. Where one asks for a thing of each component, that includes the subject and what
// is in the formulation.
var Profiles = []Profile{
	{
		// https://www.ntia.gov/sites/default/files/publications/sbom_minimum_elements_report_0.pdf, section III.
		Name: "ntia-2021", Title: "NTIA: The Minimum Elements For a Software Bill of Materials (2021)",
		Rules: []Rule{supplierName, componentName, componentVersion, identifier, dependencies, author, timestamp},
	},
	{
		// https://www.cisa.gov/resources-tools/resources/2025-minimum-elements-software-bill-materials-sbom, a draft.
		Name: "cisa-2025", Title: "CISA: 2025 Minimum Elements for a Software Bill of Materials (draft of August 2025)",
		Rules: []Rule{author, producer, componentName, componentVersion, identifier, hash, license, dependencies, toolName, timestamp, context},
	},
	{
		// https://www.bsi.bund.de/dok/TR-03183, part 2, version 2.1.0, sections 4 and 5.2.
		Name: "bsi-2.1", Title: "BSI TR-03183-2 v2.1.0",
		Rules: []Rule{
			specification, contact, timestamp, creator, componentName, componentVersion, filename, dependencies, completeness,
			distributionLicense, deployableHash, executable, archive, structured, uri, identifier, sourceURI, originalLicense,
		},
	},
}

// Check returns the faults of a document against a profile, in the order of its rules.
func (p *Profile) Check(b *Bill) []Fault {
	var faults []Fault
	for _, r := range p.Rules {
		for _, text := range r.check(b) {
			faults = append(faults, Fault{p.Name, r.Name, text})
		}
	}
	return faults
}

// each asks something of every component; a document without components has nothing that could be right.
func each(wrong string, right func(b *Bill, c *Component) bool) func(b *Bill) []string {
	return func(b *Bill) []string {
		if len(b.Components) == 0 {
			return []string{"the document has no components"}
		}
		var faults []string
		for i := range b.Components {
			if c := &b.Components[i]; !right(b, c) {
				faults = append(faults, c.ID+": "+wrong)
			}
		}
		return faults
	}
}

// once asks something of the document.
func once(wrong string, right func(b *Bill) bool) func(b *Bill) []string {
	return func(b *Bill) []string {
		if right(b) {
			return nil
		}
		return []string{wrong}
	}
}

var (
	supplierName     = Rule{"supplier", "supplier name", each("no supplier", func(_ *Bill, c *Component) bool { return known(c.Supplier) })}
	producer         = Rule{"producer", "software producer", each("no producer", func(_ *Bill, c *Component) bool { return known(c.Supplier) })}
	componentName    = Rule{"name", "component name", each("no name", func(_ *Bill, c *Component) bool { return c.Name != "" })}
	componentVersion = Rule{"version", "version of the component", each("no version", func(_ *Bill, c *Component) bool { return known(c.Version) })}
	identifier       = Rule{"identifier", "other unique identifiers", each("neither purl nor CPE", func(_ *Bill, c *Component) bool { return c.PURL != "" || c.CPE != "" })}
	license          = Rule{"license", "license", each("no license, or none that is an SPDX expression", func(_ *Bill, c *Component) bool { return expression(c.Concluded) })}
	author           = Rule{"author", "author of the document", once("no author", func(b *Bill) bool { return len(b.Authors) > 0 && b.Authors[0] != "" })}
	timestamp        = Rule{"timestamp", "timestamp", once("no time as RFC 3339 has it", func(b *Bill) bool { _, err := time.Parse(time.RFC3339, b.Time); return err == nil })}
	toolName         = Rule{"tool", "tool name", once("no tool with its version", func(b *Bill) bool {
		return slices.ContainsFunc(b.Tools, func(t Tool) bool { return t.Name != "" && t.Version != "" })
	})}
	context = Rule{"context", "generation context", once("no phase of the lifecycle", func(b *Bill) bool {
		return len(b.Lifecycles) > 0 && b.Lifecycles[0] != ""
	})}
	hash = Rule{"hash", "component hash and its algorithm", each("no hash of at least 224 bits", func(b *Bill, c *Component) bool {
		return c.strong() || b.wholeRelease(c)
	})}
	dependencies = Rule{"dependencies", "dependency relationship", checkDependencies}

	specification = Rule{"specification", "CycloneDX 1.6 or SPDX 3.0.1, or newer", once("the version of the format is too old", func(b *Bill) bool {
		return b.Spec == CycloneDX && slices.Contains([]string{"1.6", "1.7"}, b.Version)
	})}
	contact = Rule{"contact", "e-mail address or URL of the document's creator", once("no address", func(b *Bill) bool {
		return slices.ContainsFunc(b.Contacts, address)
	})}
	creator             = Rule{"creator", "e-mail address or URL of the component's creator", each("no address of the supplier", func(_ *Bill, c *Component) bool { return address(c.SupplierURL) })}
	filename            = Rule{"filename", "name of the component's file", each("no filename", func(_ *Bill, c *Component) bool { return c.FileName != "" })}
	completeness        = Rule{"completeness", "completeness of dependencies is declared", checkCompleteness}
	distributionLicense = Rule{"distribution-license", "license under which it can be used", each("no concluded license as SPDX expression, or more than one", func(_ *Bill, c *Component) bool {
		return expression(c.Concluded) && c.ConcludedEntries == 1
	})}
	originalLicense = Rule{"original-license", "license that its creator gave it", each("no declared license as SPDX expression", func(_ *Bill, c *Component) bool { return expression(c.Declared) })}
	deployableHash  = Rule{"deployable-hash", "SHA-512 of the deployable component", each("no distribution with a SHA-512", func(b *Bill, c *Component) bool {
		return b.wholeRelease(c) || slices.ContainsFunc(c.References, func(r Reference) bool {
			return r.Type == "distribution" && slices.ContainsFunc(r.Hashes, func(h Hash) bool { return h.Alg == "SHA-512" && len(h.Value) == 128 })
		})
	})}
	executable = Rule{"executable", "executable or non-executable", property("bsi:component:executable", "executable", "non-executable")}
	archive    = Rule{"archive", "archive or no archive", property("bsi:component:archive", "archive", "no archive")}
	structured = Rule{"structured", "structured or unstructured", property("bsi:component:structured", "structured", "unstructured")}
	uri        = Rule{"uri", "URI of the document", once("no URI", func(b *Bill) bool { return strings.HasPrefix(b.ID, "urn:uuid:") || address(b.ID) })}
	sourceURI  = Rule{"source", "URI of the source, or of the deployable form", each("no reference of type vcs, source-distribution or distribution", func(_ *Bill, c *Component) bool {
		return c.refersTo("vcs", "source-distribution", "distribution")
	})}
)

// wholeRelease says whether a component is the subject of a whole release, which is many files and has no hash of its own.
func (b *Bill) wholeRelease(c *Component) bool { return b.Platform == "" && c.ID == b.Primary }

func property(name string, values ...string) func(b *Bill) []string {
	return each(fmt.Sprintf("property %s is none of %q", name, values), func(_ *Bill, c *Component) bool {
		return slices.Contains(values, c.Properties[name])
	})
}

func known(s string) bool { return s != "" && s != "NOASSERTION" && s != "unknown" }

func address(s string) bool {
	if u, err := url.Parse(s); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return true
	}
	_, err := mail.ParseAddress(s)
	return err == nil && strings.Contains(s, "@")
}

func expression(s string) bool {
	if !known(s) || s == "NONE" {
		return false
	}
	ok, _ := spdxexp.ValidateLicenses([]string{s})
	return ok
}

// checkDependencies wants a subject, relations that lead somewhere, every component connected to the subject, and an
// explicit statement where there are no dependencies.
func checkDependencies(b *Bill) []string {
	if b.Component(b.Primary) == nil {
		return []string{"the document does not say what it is about"}
	}
	var faults []string
	next := map[string][]string{}
	for _, e := range b.Edges {
		if b.Component(e.From) == nil || b.Component(e.To) == nil {
			faults = append(faults, fmt.Sprintf("%s %s %s: an end is not in the document", e.From, e.Kind, e.To))
		}
		next[e.From] = append(next[e.From], e.To)
	}
	reached := map[string]bool{b.Primary: true}
	for queue := []string{b.Primary}; len(queue) > 0; queue = queue[1:] {
		for _, to := range next[queue[0]] {
			if !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	for _, c := range b.Components {
		if !reached[c.ID] {
			faults = append(faults, c.ID+": nothing leads to it from the subject")
		}
		if !c.Transient && !slices.Contains(b.Listed, c.ID) {
			faults = append(faults, c.ID+": its dependencies are not listed, be it as none")
		}
	}
	return faults
}

func checkCompleteness(b *Bill) []string {
	var faults []string
	for _, c := range b.Components {
		if !c.Transient && !slices.Contains(b.CompleteFor, c.ID) {
			faults = append(faults, c.ID+": its dependencies are not declared complete")
		}
	}
	return faults
}
