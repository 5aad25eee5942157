// SPDX-License-Identifier: MIT

package graph

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWithin(t *testing.T) {
	graph := func(plant func(*container)) *Graph {
		t.Helper()
		c := clean()
		c.Actions[0].Key, c.Actions[0].OutputID = "0a", 1
		plant(&c)
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		g, err := Read(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	for _, test := range []struct {
		name  string
		plant func(*container)
		but   []string
		want  string // rule, or nothing
	}{
		{"the same", func(*container) {}, nil, ""},
		{"more in the other", func(c *container) {
			c.Actions = append(c.Actions, action{TargetID: 1, Mnemonic: "Strip", Key: "0b", OutputID: 2})
		}, nil, ""},
		{"another key", func(c *container) { c.Actions[0].Key = "0c" }, nil, "other action key"},
		{"another output folder", func(c *container) { c.PathFragments[1].Label = "bin-ST-1" }, nil, "no such output"},
		{"another key of a target that may have its own", func(c *container) { c.Actions[0].Key = "0c" }, []string{"//:release"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := graph(func(*container) {}).Within(graph(test.plant), test.but)
			if err != nil {
				t.Fatal(err)
			}
			if test.want == "" && len(got) != 0 || test.want != "" && (len(got) != 1 || got[0].Rule != test.want) {
				t.Errorf("found %v, want %q", got, test.want)
			}
		})
	}
	unkeyed := graph(func(c *container) { c.Actions[0].Key = "" })
	for name, pair := range map[string][2]*Graph{
		"both":      {unkeyed, unkeyed},
		"this one":  {unkeyed, graph(func(*container) {})},
		"the other": {graph(func(*container) {}), unkeyed},
	} {
		if got, err := pair[0].Within(pair[1], nil); err == nil || !strings.Contains(err.Error(), "has no actionKey") {
			t.Errorf("no key in %s: found %v, %v", name, got, err)
		}
	}
}
