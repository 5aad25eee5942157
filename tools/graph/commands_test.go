// SPDX-License-Identifier: MIT

package graph

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestCommands(t *testing.T) {
	c := clean()
	c.Actions[0].OutputID = 1
	c.Actions = append(c.Actions, action{TargetID: 1, Mnemonic: "FileWrite", InputDepSetIDs: []int{1}, OutputID: 2},
		action{TargetID: 1, Mnemonic: "Strip", Arguments: []string{"bazel-out/exec/bin/strip"}, OutputID: 2})
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	g, err := Read(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	pack := Action{"Pack", "//:release", "bazel-out/bin/a.tar"}
	strip := Action{"Strip", "//:release", "external/rules_go~/x.go"}
	if got := g.Commands(); !reflect.DeepEqual(got, []Action{pack, strip}) {
		t.Errorf("commands are %+v", got)
	}
	if got := g.Readers(func(p string) bool { return p == "external/rules_go~/x.go" }); !reflect.DeepEqual(got, []Action{pack}) {
		t.Errorf("readers are %+v", got)
	}
	if got := g.Readers(func(p string) bool { return false }); got != nil {
		t.Errorf("readers of nothing are %+v", got)
	}
}
