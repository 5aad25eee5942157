// SPDX-License-Identifier: MIT

package verify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/sbom"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// Rules about VEX: statements which vulnerabilities do not affect a release, or are fixed in it. Whether they are true is for
// people to judge; what they are about has to be in this release.

// A vexDocument is what is read of the three formats of VEX. Its fields stand side by side, as package strictjson reads them.
type vexDocument struct {
	// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
	Context    string `json:"@context"`
	Statements []struct {
		Products []struct {
			Identifiers   vexIdentifiers `json:"identifiers"`
			Subcomponents []struct {
				Identifiers vexIdentifiers `json:"identifiers"`
			} `json:"subcomponents"`
		} `json:"products"`
	} `json:"statements"`

	// CycloneDX with vulnerabilities alone; product_status is CSAF's.
	BOMFormat       string `json:"bomFormat"`
	Vulnerabilities []struct {
		Affects []struct {
			Ref string `json:"ref"`
		} `json:"affects"`
		Status map[string][]string `json:"product_status"`
	} `json:"vulnerabilities"`

	// https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html, profile VEX
	Document struct {
		Category string `json:"category"`
	} `json:"document"`
	Tree struct {
		Names         []csafProduct `json:"full_product_names"`
		Relationships []struct {
			Name      csafProduct `json:"full_product_name"`
			Component string      `json:"product_reference"`
			Product   string      `json:"relates_to_product_reference"`
		} `json:"relationships"`
	} `json:"product_tree"`
}

type vexIdentifiers struct {
	PURL string `json:"purl"`
}

type csafProduct struct {
	ID     string         `json:"product_id"`
	Helper vexIdentifiers `json:"product_identification_helper"`
}

// A delivery is what CycloneDX documents of the release say that it is made of.
type delivery struct {
	components map[string]map[string]bool // purls of what a product is made of, by the product's
	refs       map[string]bool            // SERIAL/1#REF
	part       bool                       // documents of other platforms are left out
}

func (r *release) delivered() *delivery {
	d := &delivery{map[string]map[string]bool{}, map[string]bool{}, r.countLeftOut() > 0}
	for _, doc := range r.sboms {
		if doc.Format != sbom.CycloneDX {
			continue
		}
		of := d.components[doc.Subject.PURL]
		if of == nil {
			of = map[string]bool{}
			d.components[doc.Subject.PURL] = of
		}
		for _, c := range append([]sbom.Component{doc.Subject}, doc.Components...) {
			of[c.PURL] = true
			d.refs[strings.TrimPrefix(doc.Serial, "urn:uuid:")+"/1#"+c.Ref] = true
		}
	}
	delete(d.components, "")
	return d
}

// has wants a product with its component.
func (d *delivery) has(product, component string) error {
	of := d.components[product]
	switch {
	case of == nil && d.part && product != "":
		return nil // it may be of a platform that is left out
	case of == nil:
		return fmt.Errorf("no bill of materials of the release is about %.200q", product)
	case component == "" || !of[component]:
		return fmt.Errorf("%.200q is no component of %.200q", component, product)
	}
	return nil
}

func (r *release) vexAgrees(f *file) (class, detail string) {
	text, err := r.read(f, strictjson.MaxSize)
	if err != nil {
		return "vex-malformed", err.Error()
	}
	var v vexDocument
	faults, err := strictjson.ReadPart(text, &v)
	if err == nil && len(faults) > 0 {
		err = errors.New(strings.Join(faults, "; "))
	}
	if err != nil {
		return "vex-malformed", err.Error()
	}
	check := (*delivery).openVEX
	switch {
	case strings.HasPrefix(v.Context, "https://openvex.dev/ns/"):
	case v.BOMFormat == sbom.CycloneDX:
		check = (*delivery).cycloneDX
	case v.Document.Category == "csaf_vex":
		check = (*delivery).csaf
	default:
		return "vex-malformed", "it is neither OpenVEX nor CycloneDX nor CSAF of the category csaf_vex"
	}
	if err := check(r.delivered(), &v); err != nil {
		return "vex-product", err.Error()
	}
	return "", ""
}

func (d *delivery) openVEX(v *vexDocument) error {
	for _, s := range v.Statements {
		if len(s.Products) == 0 {
			return errors.New("a statement is about no product")
		}
		for _, p := range s.Products {
			product := p.Identifiers.PURL
			if err := d.has(product, product); err != nil {
				return err
			}
			for _, c := range p.Subcomponents {
				if err := d.has(product, c.Identifiers.PURL); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *delivery) cycloneDX(v *vexDocument) error {
	for _, x := range v.Vulnerabilities {
		if len(x.Affects) == 0 {
			return errors.New("a vulnerability is about no component")
		}
		for _, a := range x.Affects {
			if ref, ok := strings.CutPrefix(a.Ref, "urn:cdx:"); !ok || !d.refs[ref] && !d.part {
				return fmt.Errorf("%.200q leads to no component of a bill of materials of the release", a.Ref)
			}
		}
	}
	return nil
}

// csaf wants each product that it names in the bills, and each that it speaks of among those that it names.
func (d *delivery) csaf(v *vexDocument) error {
	purls, known := map[string]string{}, map[string]bool{}
	for _, p := range v.Tree.Names {
		purls[p.ID] = p.Helper.PURL
	}
	for _, x := range v.Tree.Relationships {
		if err := d.has(purls[x.Product], purls[x.Component]); err != nil {
			return err
		}
		known[x.Name.ID] = true
	}
	for _, x := range v.Vulnerabilities {
		if len(x.Status) == 0 {
			return errors.New("a vulnerability is about no product")
		}
		for _, status := range slices.Sorted(maps.Keys(x.Status)) {
			for _, id := range x.Status[status] {
				if !known[id] {
					return fmt.Errorf("%.200q is no component of a product that it names", id)
				}
			}
		}
	}
	return nil
}
