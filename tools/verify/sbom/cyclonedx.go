// SPDX-License-Identifier: MIT

package sbom

import (
	"net/url"
	"strings"
)

type cycloneDX struct {
	Metadata    struct{ Component cdxComponent }
	Components  []cdxComponent
	Formulation []struct{ Components []cdxComponent }
}

type cdxComponent struct {
	Name       string
	Version    string
	Hashes     []cdxHash
	Properties []struct{ Name, Value string }
	References []struct {
		URL    string
		Hashes []cdxHash
	} `json:"externalReferences"`
	Components []cdxComponent
}

type cdxHash struct{ Alg, Content string }

func parseCycloneDX(data []byte) (*Document, error) {
	var f cycloneDX
	if err := unmarshal(data, &f); err != nil {
		return nil, err
	}
	d := &Document{Format: CycloneDX, Subject: f.Metadata.Component.component()}
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
	return d, nil
}

func (c *cdxComponent) component() Component {
	out := Component{Name: c.Name, Version: c.Version}
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
		list = append(list, Digest{h.Alg, strings.ToLower(h.Content)})
	}
	return list
}
