// SPDX-License-Identifier: MIT

package provenance

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

var (
	sumA = strings.Repeat("a1", 32)
	sumB = strings.Repeat("b2", 32)
	h1   = "h1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xc3}, 32))
)

func testManifest() *manifest.Manifest {
	return &manifest.Manifest{
		Version: "1.2.3", Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		Files: []manifest.File{
			{Name: "z_linux_arm64.tar.gz", Kind: manifest.Archive, Platform: "linux_arm64", Size: 1, SHA256: sha256.Sum256([]byte("z"))},
			{Name: "a_linux_arm64.tar.gz", Kind: manifest.Debug, Platform: "linux_arm64", Size: 1, SHA256: sha256.Sum256([]byte("a"))},
			{Name: "notes.md", Kind: manifest.Notes, Size: 1, SHA256: sha256.Sum256([]byte("n"))},
		},
	}
}

func TestStatement(t *testing.T) {
	dependencies := []Resource{{Name: "b", Digest: Digest{Tree: sumB}}, {Name: "a", Digest: Digest{SHA256: sumA}}}
	s, err := New(testManifest(), "//:release", dependencies)
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	// Read by structures of its own: the names of the fields are the specifications', not ours.
	var got struct {
		Type    string `json:"_type"`
		Subject []struct {
			Name   string
			Digest map[string]string
		}
		PredicateType string
		Predicate     struct {
			BuildDefinition struct {
				BuildType            string
				ExternalParameters   map[string]any
				ResolvedDependencies []struct{ Name string }
			}
			RunDetails struct{ Builder struct{ ID string } }
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "https://in-toto.io/Statement/v1" || got.PredicateType != "https://slsa.dev/provenance/v1" {
		t.Errorf("types %s, %s", got.Type, got.PredicateType)
	}
	var names []string
	for _, f := range got.Subject {
		names = append(names, f.Name)
		want := sha256.Sum256([]byte(f.Name[:1]))
		if f.Digest["sha256"] != hex.EncodeToString(want[:]) || len(f.Digest) != 1 {
			t.Errorf("%s: digest %v", f.Name, f.Digest)
		}
	}
	if want := []string{"a_linux_arm64.tar.gz", "notes.md", "z_linux_arm64.tar.gz"}; !slices.Equal(names, want) {
		t.Errorf("subjects %v, want %v", names, want)
	}
	d := got.Predicate.BuildDefinition
	if d.BuildType == "" || got.Predicate.RunDetails.Builder.ID == "" || d.ResolvedDependencies[0].Name != "a" {
		t.Errorf("predicate %+v", got.Predicate)
	}
	if p := d.ExternalParameters; p["version"] != "1.2.3" || p["time"] != "2026-11-23T00:00:00Z" || len(p["platforms"].([]any)) != 1 {
		t.Errorf("parameters %v", p)
	}
	if text[len(text)-1] != '\n' || bytes.ContainsAny(text[:len(text)-1], " \n") {
		t.Errorf("the text is not canonical: %s", text)
	}
}

// The same facts in another order are the same bytes.
func TestStatementIsDeterministic(t *testing.T) {
	one := []Resource{{Name: "b", Digest: Digest{Tree: sumB, SHA256: sumA}}, {Name: "a", Digest: Digest{SHA256: sumA}}}
	m, other := testManifest(), testManifest()
	slices.Reverse(other.Files)
	var texts [][]byte
	for _, s := range []struct {
		m *manifest.Manifest
		d []Resource
	}{{m, one}, {other, []Resource{one[1], one[0], one[1]}}} {
		statement, err := New(s.m, "//:release", s.d)
		if err != nil {
			t.Fatal(err)
		}
		text, err := statement.Encode()
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
}

func TestNewRefuses(t *testing.T) {
	good := []Resource{{Name: "a", Digest: Digest{SHA256: sumA}}}
	for name, test := range map[string]struct {
		target       string
		dependencies []Resource
	}{
		"target":         {"release", good},
		"none":           {"//:release", nil},
		"no digest":      {"//:release", []Resource{{Name: "a"}}},
		"no name":        {"//:release", []Resource{{Digest: Digest{SHA256: sumA}}}},
		"two of one":     {"//:release", append(good, Resource{Name: "a", Digest: Digest{SHA256: sumB}})},
		"two by release": {"//:release", append(good, Resource{Name: "a", Digest: Digest{SHA256: sumA}, URI: "x:y"})},
	} {
		if _, err := New(testManifest(), test.target, test.dependencies); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func pinsText() string {
	return `{"schema":1,"bazel":{"version":"7"},
"sdk":{"version":"1","tree":"` + sumA + `","channels":[
 {"name":"origin","kind":"archive","url":"https://example.org/a.zip","sha256":null,"verified_by":"first use"},
 {"name":"index","kind":"wheel","package":"ziglang","version":"1","platform":"x","sha256":"` + sumB + `","verified_by":"first use"},
 {"name":"proxy","kind":"go_module","module":"example.org/m","version":"v1.0.0","h1":"` + h1 + `","verified_by":"database",
  "nested":{"into":"v2","module":"example.org/m/v2","version":"v2.0.0","h1":"` + h1 + `"}},
 {"name":"registry","kind":"bcr","module":"m","version":"1","verified_by":"the registry"}]},
"schemas":{"texts":{"version":"3","tree":"` + sumA + `","channels":[]}},
"modules":{"rules":{"version":"2","tree":"` + sumB + `","channels":[
 {"name":"debian","kind":"debian","package":"bazel-rules","version":"2","path":"x","verified_by":"index"}]},
 "mine":{"version":"0","tree":"` + sumB + `","channels":[{"name":"tree","kind":"own","path":"x","verified_by":"git"}]}}}`
}

func TestPins(t *testing.T) {
	got, err := Pins([]byte(pinsText()), []byte(sumA+"  bazel-rules_2-1+b1_all.deb\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"sdk": Tree, "sdk by index": SHA256, "sdk by proxy": DirHash, "sdk by proxy: example.org/m/v2": DirHash,
		"rules": Tree, "rules by debian": SHA256, "mine": Tree, "texts": Tree,
	}
	for _, r := range got {
		if value := r.Digest[want[r.Name]]; len(r.Digest) != 1 || !isSHA256(value) {
			t.Errorf("%s: digest %v", r.Name, r.Digest)
		}
		if unhashed := r.Annotations[Unhashed]; unhashed != map[string]string{"sdk": "origin, registry"}[r.Name] {
			t.Errorf("%s: archives without a digest: %q", r.Name, unhashed)
		}
		delete(want, r.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v in %+v", want, got)
	}
}

func TestPinsRefuses(t *testing.T) {
	deb := sumA + "  bazel-rules_2-1_all.deb\n"
	for _, test := range []struct{ name, old, new, debs string }{
		{"schema", `"schema":1`, `"schema":2`, deb},
		{"tree", `"tree":"` + sumA, `"tree":"` + strings.ToUpper(sumA), deb},
		{"new pin without a tree", `"bazel":{`, `"other":{"version":"1"},"bazel":{`, deb},
		{"two of one name", `"mine":`, `"sdk":`, deb},
		{"new group", `"schemas":`, `"others":`, deb},
		{"kind", `"kind":"wheel"`, `"kind":"egg"`, deb},
		{"digest", `"sha256":"` + sumB, `"sha256":"` + sumB[1:], deb},
		{"hash", h1, "h1:AAAA", deb},
		{"no package", "", "", ""},
		{"bad package line", "", "", "x" + deb},
		{"no modules", `"modules":{`, `"schemas":{`, deb},
	} {
		text := strings.Replace(pinsText(), test.old, test.new, 1)
		if _, err := Pins([]byte(text), []byte(test.debs)); err == nil {
			t.Errorf("%s: accepted", test.name)
		}
	}
}

func TestSource(t *testing.T) {
	r, err := Source(map[string][32]byte{"b/c.go": sha256.Sum256([]byte("c")), "a.go": sha256.Sum256(nil)})
	if err != nil {
		t.Fatal(err)
	}
	const list = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.go\n" +
		"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6  b/c.go\n"
	sum := sha256.Sum256([]byte(list))
	if want := hex.EncodeToString(sum[:]); string(r.Content) != list || r.Digest[DirHash] != want || r.Digest[SHA256] != want {
		t.Errorf("Source = %+v", r)
	}
	for _, name := range []string{"", "/a", "../a", "a/../b", "a//b", "a\nb", `a\b`, "a\xff", ".", ".."} {
		if _, err := Source(map[string][32]byte{name: {}}); err == nil {
			t.Errorf("path %q was accepted", name)
		}
	}
	if _, err := Source(nil); err == nil {
		t.Error("no file was accepted")
	}
}

func TestGoSum(t *testing.T) {
	got, err := GoSum([]byte("example.org/m v1.0.0 " + h1 + "\nexample.org/m v1.0.0/go.mod " + h1 + "\n"))
	if err != nil || len(got) != 1 || got[0].Digest[DirHash] != strings.Repeat("c3", 32) || got[0].URI != "pkg:golang/example.org/m@v1.0.0" {
		t.Errorf("GoSum = %+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"empty": "", "cut off": "example.org/m v1.0.0 " + h1, "fields": "example.org/m v1.0.0\n", "hash": "example.org/m v1.0.0 h2:x\n",
	} {
		if _, err := GoSum([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
