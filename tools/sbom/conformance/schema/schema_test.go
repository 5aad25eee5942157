// SPDX-License-Identifier: MIT

package schema

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
	"github.com/gosqlite/gosqlite/tools/sbom/spdx"
)

// folders are those of SBOM_SCHEMAS, a list as PATH is one: the unpacked packages that the package comment names.
func folders(t *testing.T) []fs.FS {
	t.Helper()
	var folders []fs.FS
	for _, dir := range filepath.SplitList(os.Getenv("SBOM_SCHEMAS")) {
		if root := os.Getenv("TEST_SRCDIR"); root != "" {
			dir = filepath.Join(root, filepath.Dir(dir)) // Bazel names a file
		}
		folders = append(folders, os.DirFS(dir))
	}
	if len(folders) > 0 {
		return folders
	}
	const missing = "not run: set SBOM_SCHEMAS to the folders of the unpacked packages that hold the schemas"
	if os.Getenv("TEST_SRCDIR") != "" {
		t.Fatal(missing) // under Bazel they are inputs
	}
	t.Skip(missing)
	return nil
}

func open(t *testing.T) *Schemas {
	t.Helper()
	s, err := Open(folders(t)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type document struct {
	name string
	text []byte
}

func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	for _, d := range []*graph.Document{graphtest.Glibc(), graphtest.StaticMusl()} {
		for _, f := range []cyclonedx.Format{cyclonedx.JSON17, cyclonedx.JSON16} {
			var b bytes.Buffer
			if err := cyclonedx.Write(&b, d, f); err != nil {
				t.Fatal(err)
			}
			all = append(all, document{d.Platform + " " + string(f), b.Bytes()})
		}
		for _, f := range []spdx.Format{spdx.JSON23, spdx.JSON301} {
			var b bytes.Buffer
			if err := spdx.Write(&b, d, f); err != nil {
				t.Fatal(err)
			}
			all = append(all, document{d.Platform + " " + string(f), b.Bytes()})
		}
	}
	return all
}

func TestDocumentsAreValid(t *testing.T) {
	s := open(t)
	for _, d := range documents(t) {
		if format, err := s.Validate(d.text); err != nil {
			t.Errorf("%s, read as %s: %v", d.name, format, err)
		}
	}
}

// TestPlants changes documents in ways that their schemas forbid.
func TestPlants(t *testing.T) {
	s := open(t)
	plants := map[string][][2]string{
		"cyclonedx": {
			{`"scope": "required"`, `"scope": "direct"`}, {`"type": "library"`, `"type": "thing"`}, {`"alg": "SHA-256"`, `"alg": "SHA-257"`},
			{`"phase": "build"`, `"phase": "lunch"`}, {`"id": "MIT"`, `"id": "MIT-ish"`}, {`"aggregate": "complete"`, `"aggregate": "all"`},
			{`"version": 1,`, `"version": 0,`}, {`"bomFormat"`, `"extra": 1, "bomFormat"`}, {"urn:uuid:", "uuid:"},
		},
		"spdx-2.3": {
			{`"algorithm": "SHA256"`, `"algorithm": "SHA-256"`}, {`"relationshipType": "CONTAINS"`, `"relationshipType": "HOLDS"`},
			{`"primaryPackagePurpose": "LIBRARY"`, `"primaryPackagePurpose": "BOOK"`}, {`"created"`, `"made"`},
			{`"annotationType": "OTHER"`, `"annotationType": "X"`}, {`"SPDXID": "SPDXRef-DOCUMENT"`, `"X": "SPDXRef-DOCUMENT"`},
		},
		"spdx-3.0.1": {
			{`"specVersion": "3.0.1"`, `"specVersion": "3"`}, {`"algorithm": "sha256"`, `"algorithm": "SHA-256"`},
			{`"relationshipType": "contains"`, `"relationshipType": "holds"`}, {`"type": "Tool"`, `"type": "Hammer"`},
			{`"spdxId": "https://`, `"spdxId": "_:`}, {`"software_sbomType"`, `"sbomType"`}, {`"completeness": "complete"`, `"completeness": "all"`},
		},
	}
	for _, d := range documents(t) {
		for kind, changes := range plants {
			if !strings.Contains(d.name, " "+kind) {
				continue
			}
			for _, change := range changes {
				changed := strings.Replace(string(d.text), change[0], change[1], 1)
				if changed == string(d.text) {
					t.Errorf("%s: %s is nowhere", d.name, change[0])
					continue
				}
				if _, err := s.Validate([]byte(changed)); !errors.Is(err, ErrInvalid) {
					t.Errorf("%s: with %s instead of %s: %v", d.name, change[1], change[0], err)
				}
			}
		}
	}
}

func TestUnknownDocuments(t *testing.T) {
	s := open(t)
	for _, text := range []string{"", "{", "{}", `{"bomFormat":"CycloneDX","specVersion":"1.2"}`, `{"spdxVersion":"SPDX-2.2"}`} {
		if _, err := s.Validate([]byte(text)); err == nil || errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v, want an error that says that nothing was checked", text, err)
		}
	}
}

// TestMissingSchemas: a set that lacks one compiles to nothing, and no reference is followed to anywhere else.
func TestMissingSchemas(t *testing.T) {
	all := fstest.MapFS{}
	for _, folder := range folders(t) {
		err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			base := filepath.Base(name)
			if _, isSPDX := spdxFiles[base]; err == nil && (isSPDX || cycloneDXFile.MatchString(base)) {
				data, err := fs.ReadFile(folder, name)
				all[base] = &fstest.MapFile{Data: data}
				return err
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(all); err != nil {
		t.Fatal(err)
	}
	for name, file := range all {
		delete(all, name)
		if _, err := Open(all); err == nil {
			t.Errorf("without %s: no error", name)
		}
		all[name] = file
	}
	all["other/"+"2.3-schema.json"] = &fstest.MapFile{Data: all["2.3-schema.json"].Data}
	if _, err := Open(all); err == nil {
		t.Error("a schema that is there twice was accepted")
	}
}

func TestLookahead(t *testing.T) {
	re, err := compileRegexp("^(?!_:).+:.+")
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]bool{"_:a": false, "_:a:b": false, "a:b": true, "ab": false} {
		if got := re.MatchString(s); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
	if _, err := compileRegexp("a(?!b)"); err == nil {
		t.Error("a pattern that is not understood was accepted")
	}
}
