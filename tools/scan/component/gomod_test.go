// SPDX-License-Identifier: MIT

package component

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestGoMod(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go.mod")
	if err := os.WriteFile(file, []byte("module m\n\ngo 1.26.0\n\nrequire (\n\texample.org/a v1.0.0\n\texample.org/b v0.1.0 // indirect\n)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := GoMod("tools/go.mod", file)
	if err != nil || len(d.Components) != 2 || d.Components[1].GoModule() != "example.org/b" || d.Components[1].Version != "v0.1.0" {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := GoMod("x", filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a go.mod that is not there was read")
	}
}

func TestPins(t *testing.T) {
	d, err := Pins("pins.json", []byte(`{"bazel":{"version":"7.7.1"},"zig":{"version":"0.17.1"},"sqlite_amalgamation":{"version":"3.54.1"},"go_sdk":{"version":"1.27.4"},"modules":{"gazelle":{"version":"0.54.0","channels":[{"kind":"bcr","module":"gazelle","version":"0.54.0"},{"kind":"go_module","module":"github.com/bazelbuild/bazel-gazelle","version":"v0.54.0"}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range d.Components {
		ids = append(ids, c.ID)
	}
	if want := []string{"bazel@7.7.1", "gazelle@0.54.0", "github.com/bazelbuild/bazel-gazelle@v0.54.0", "sqlite@3.54.1", "stdlib@1.27.4", "toolchain@1.27.4", "zig@0.17.1"}; !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
	for _, text := range []string{"{", "{}", `{"go_sdk":{"version":"1.27.4"},"modules":{"m":{"version":"1"}}}`} {
		if _, err := Pins("pins.json", []byte(text)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestJava(t *testing.T) {
	list := strings.Repeat("0", 64) + "  openjdk-25-jre-headless_25.0.5.0.3+1-1_amd64.deb\n"
	if c, err := Java("debs", []byte("x\n"+list)); err != nil || c.PURL != "pkg:generic/openjdk@25.0.5" || c.Role != BuildTool {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := Java("debs", []byte("x\n")); err == nil {
		t.Error("a list without Java was read")
	}
}
