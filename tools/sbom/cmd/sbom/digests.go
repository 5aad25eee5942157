// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/conformance"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/recompute"
)

// digestsOf is what a published document says of digests, in the form in which they are recomputed: a graph of nothing
// else, which no format is written from.
func digestsOf(b *conformance.Bill) (*graph.Document, error) {
	d := &graph.Document{Subject: b.Primary, Platform: b.Platform}
	found := false
	for _, c := range b.Components {
		part := graph.Component{ID: c.ID, Name: c.Name, FileName: c.FileName}
		for _, fact := range c.Facts {
			// The words of package conformance: digest ALGORITHM VALUE of OBJECT NAME
			said, isDigest := strings.CutPrefix(fact, "digest ")
			value, of, ok := strings.Cut(said, " of ")
			alg, value, ok2 := strings.Cut(value, " ")
			object, name, ok3 := strings.Cut(of, " ")
			if isDigest && ok && ok2 && ok3 {
				part.Digests = append(part.Digests, graph.Digest{Object: graph.Object(object), Name: name, Alg: graph.Algorithm(alg), Value: value})
				found = true
			}
		}
		d.Components = append(d.Components, part)
	}
	if !found || d.Component(d.Subject) == nil {
		return nil, errors.New("the document names the object of no digest: it is none of this program's, and without --graph nothing could be recomputed")
	}
	return d, nil
}

// checkDigests takes the digests of what is at hand again; fewer equal ones than wanted are a fault, since a check that
// finds nothing at hand would say yes to everything.
func checkDigests(r *report, d *graph.Document, at recompute.Objects, least int) error {
	var err error
	if r.Digests, err = recompute.Check(d, at); err != nil {
		return err
	}
	equal := 0
	for _, v := range r.Digests {
		switch v.State {
		case recompute.Equal:
			equal++
		case recompute.Different:
			r.add("digest", "", "%s of %s %s of %s is %s, and the object's is %s", v.Alg, v.Object, v.Name, v.Component, v.Want, v.Got)
		}
	}
	if equal < least {
		r.add("digests", "", "%d were recomputed and are equal, and at least %d have to be", equal, least)
	}
	return nil
}
