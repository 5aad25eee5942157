// SPDX-License-Identifier: MIT

package sbom

import (
	"net/url"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// What is read of a CycloneDX document: https://cyclonedx.org/docs/1.6/json/
type cycloneDX struct {
	BOMFormat string `json:"bomFormat"`
	Serial    string `json:"serialNumber"`
	Metadata  struct {
		Component cdxComponent `json:"component"`
	} `json:"metadata"`
	Components  []cdxComponent `json:"components"`
	Formulation []struct {
		Components []cdxComponent `json:"components"`
	} `json:"formulation"`
}

type cdxComponent struct {
	Ref        string    `json:"bom-ref"`
	Name       string    `json:"name"`
	Version    string    `json:"version"`
	PURL       string    `json:"purl"`
	Hashes     []cdxHash `json:"hashes"`
	Properties []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"properties"`
	References []struct {
		URL    string    `json:"url"`
		Hashes []cdxHash `json:"hashes"`
	} `json:"externalReferences"`
	Components []cdxComponent `json:"components"`
}

type cdxHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

func parseCycloneDX(data []byte) (*Document, []string, error) {
	var f cycloneDX
	faults, err := strictjson.ReadPart(data, &f)
	if err != nil {
		return nil, nil, err
	}
	d := &Document{Format: CycloneDX, Serial: f.Serial, Subject: f.Metadata.Component.component()}
	var add func(list []cdxComponent)
	add = func(list []cdxComponent) {
		for _, c := range list {
			d.Components = append(d.Components, c.component())
			add(c.Components)
		}
	}
	add(f.Metadata.Component.Components)
	add(f.Components)
	for _, made := range f.Formulation {
		add(made.Components)
	}
	return d, faults, nil
}

func (c *cdxComponent) component() Component {
	out := Component{Name: c.Name, Version: c.Version, Ref: c.Ref, PURL: c.PURL}
	own := Object{Name: c.Name, Digests: digests(c.Hashes)}
	for _, p := range c.Properties {
		if kind, name, ok := strings.Cut(p.Value, " "); ok && p.Name == hashesOf {
			own.Kind, own.Name = kind, name
		}
	}
	out.Objects = append(out.Objects, own)
	for _, r := range c.References {
		if len(r.Hashes) == 0 {
			continue
		}
		o := Object{Kind: "archive", Name: r.URL, Digests: digests(r.Hashes)}
		for _, kind := range []string{"file", "linked", "tree"} {
			if name, ok := strings.CutPrefix(r.URL, kind+":"); ok {
				o.Kind, o.Name = kind, unescape(name)
			}
		}
		out.Objects = append(out.Objects, o)
	}
	return out
}

func unescape(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func digests(hashes []cdxHash) []Digest {
	var list []Digest
	for _, h := range hashes {
		list = append(list, Digest{h.Algorithm, strings.ToLower(h.Content)})
	}
	return list
}
