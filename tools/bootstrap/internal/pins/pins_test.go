// SPDX-License-Identifier: MIT

package pins

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sum = "e2b869d3003b33c942b7dd7063604fbc53553e1b66609570df39b9b7b558ee81"

func minimal() string {
	pin := `{"version":"1.0","tree":"` + sum + `","tree_sha512":"` + sum + sum + `","files":["."],"channels":[{"name":"a","kind":"own","path":"p","verified_by":"git"}]}`
	return `{"schema":1,"bazel":{"version":"7.7.1","package":"b","revision":"7.7.1-1","suite":"sid"},
"go_sdk":` + pin + `,"zig":` + pin + `,"sqlite_amalgamation":` + pin + `,"modules":{"m":` + pin + `}}`
}

func TestParse(t *testing.T) {
	if _, err := Parse([]byte(minimal())); err != nil {
		t.Fatalf("the well formed file: %v", err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"other schema", `"schema":1`, `"schema":2`, "only schema 1"},
		{"revision of another version", `"revision":"7.7.1-1"`, `"revision":"7.7.10-1"`, "version 7.7.1 is not that of revision 7.7.10-1"},
		{"misspelt field", `"files"`, `"fils"`, "unknown field"},
		{"short tree", sum, sum[:60], "64 lower-case hex digits"},
		{"upper-case tree", sum, strings.ToUpper(sum), "64 lower-case hex digits"},
		{"no file", `["."]`, `[]`, "no file is declared"},
		{"no SHA-512", `"tree_sha512":"` + sum + sum, `"tree_sha512":"` + sum, "128 digits"},
		{"version with a slash", `"version":"1.0"`, `"version":"1/0"`, "not well formed"},
		{"version like an option", `"version":"1.0"`, `"version":"--x"`, "not well formed"},
		{"name with a dot", `"m":`, `"../m":`, "holds only"},
		{"path that leaves", `"path":"p"`, `"path":"p/../../x"`, "not well formed"},
		{"unknown kind", `"channels":[`, `"channels":[{"name":"x","kind":"ftp","verified_by":"y"},`, `kind "ftp" is unknown`},
		{"only a public archive", `"kind":"own","path":"p"`, `"kind":"archive","url":"https://x"`, "none that the registries mode can use"},
		{"wheel without digest", `"kind":"own","path":"p"`, `"kind":"wheel","package":"p","version":"1","strip_prefix":"p"`, "sha256 is required"},
		{"module with a bad hash", `"kind":"own","path":"p"`, `"kind":"go_module","module":"p","version":"1","h1":"h1:xx"`, "not a go.sum hash"},
		{"nobody vouches", `"git"`, `""`, "verified_by"},
		{"two documents", `"modules":{`, `"modules":{}}{`, "after the pin file's end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.ReplaceAll(minimal(), c.old, c.new)
			if text == minimal() {
				t.Fatal("the case changes nothing")
			}
			if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestLoadRefusesLargeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(path, bytes.Repeat([]byte(" "), maxSize+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("error %v, want one about the size", err)
	}
}

func TestForLeavesOutOtherMachines(t *testing.T) {
	other := Pin{Version: "2"}
	f := &File{Modules: map[string]Pin{"m": {}}, ZigLinuxARM64: &other}
	names := func(list []Named) string {
		var s []string
		for _, n := range list {
			s = append(s, n.Name)
		}
		return strings.Join(s, " ")
	}
	for _, c := range []struct {
		name string
		list []Named
		want string
	}{
		{"all", f.All(), "go_sdk zig zig_linux_arm64 sqlite_amalgamation m"},
		{"amd64", f.For(LinuxAMD64), "go_sdk zig sqlite_amalgamation m"},
		{"arm64", f.For(LinuxARM64), "zig_linux_arm64 sqlite_amalgamation m"},
		{"both", f.For(LinuxARM64, LinuxAMD64), names(f.All())},
	} {
		if got := names(c.list); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestPartNamesContent(t *testing.T) {
	n := Named{"zig", Pin{Version: "0.17.1", Tree: sum}}
	if got, want := n.Part(), "zig-0.17.1-e2b869d3003b"; got != want {
		t.Errorf("part %q, want %q", got, want)
	}
}
