// SPDX-License-Identifier: MIT

// Package schema validates documents against the JSON schemas of CycloneDX and SPDX.
//
// The schemas are pinned inputs (pins/pins.json) and lie in no folder of the tree: those of CycloneDX in the Python wheel
// cyclonedx-python-lib or the npm package @cyclonedx/cyclonedx-library, those of SPDX in the wheel lib4sbom. Each is found
// by its name in whatever folders the package has. No schema is fetched: a reference to one that is not there is an error.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// MaxSchema bounds a schema, in bytes.
const MaxSchema = 4 << 20

// ErrInvalid is wrapped by the error about a document that breaks its schema.
var ErrInvalid = errors.New("breaks its schema")

// The schemas of SPDX by their file names, and the names that they get here: they have none that could be used.
var spdxFiles = map[string]string{
	"2.3-schema.json": "spdx:2.3",
	"3.0-schema.json": "spdx:3.0.1",
}

var cycloneDXFile = regexp.MustCompile(`^(bom-1\.[67]|spdx|jsf-0\.82|cryptography-defs)(\.SNAPSHOT)?\.schemax?\.json$`)

// Schemas are compiled schemas.
type Schemas struct {
	compiled map[string]*jsonschema.Schema
}

// Open compiles the schemas that lie in any of the folders.
func Open(folders ...fs.FS) (*Schemas, error) {
	c := jsonschema.NewCompiler()
	inputs := loader{}
	c.UseLoader(inputs)
	c.UseRegexpEngine(compileRegexp)
	c.AssertFormat()
	for _, folder := range folders {
		if err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			return inputs.add(folder, name)
		}); err != nil {
			return nil, fmt.Errorf("read schemas: %w", err)
		}
	}
	s := &Schemas{compiled: map[string]*jsonschema.Schema{}}
	for _, format := range slices.Sorted(maps.Keys(ids)) {
		id := ids[format]
		if inputs[id] == nil {
			return nil, fmt.Errorf("read schemas: none for %s: unpack the packages that hold them", format)
		}
		compiled, err := c.Compile(id)
		if err != nil {
			return nil, fmt.Errorf("compile schema of %s: %w", format, err)
		}
		s.compiled[format] = compiled
	}
	return s, nil
}

// ids are the schemas by what a document says of itself.
var ids = map[string]string{
	"CycloneDX 1.6": "http://cyclonedx.org/schema/bom-1.6.schema.json",
	"CycloneDX 1.7": "http://cyclonedx.org/schema/bom-1.7.schema.json",
	"SPDX 2.3":      "spdx:2.3",
	"SPDX 3.0.1":    "spdx:3.0.1",
}

// A loader has the schemas that are inputs, by their names.
type loader map[string]any

// Load finds a schema. The packages refer to their own copies by names with SNAPSHOT in them.
func (l loader) Load(name string) (any, error) {
	if schema := l[strings.Replace(name, ".SNAPSHOT", "", 1)]; schema != nil {
		return schema, nil
	}
	return nil, fmt.Errorf("schema %s is not among the inputs", name)
}

func (l loader) add(folder fs.FS, name string) error {
	id, isSPDX := spdxFiles[path.Base(name)]
	if !isSPDX && !cycloneDXFile.MatchString(path.Base(name)) {
		return nil
	}
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	if len(data) > MaxSchema {
		return fmt.Errorf("%s: larger than %d bytes", name, MaxSchema)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	object, _ := schema.(map[string]any)
	if !isSPDX {
		if id, _ = object["$id"].(string); id == "" {
			return fmt.Errorf("%s: has no $id", name)
		}
	}
	if l[id] != nil {
		return fmt.Errorf("%s: a schema %s was read already", name, id)
	}
	delete(object, "$id")
	l[id] = schema
	return nil
}

// Validate holds a document in JSON against the schema of the format that it says it is. An error that is not ErrInvalid
// says that nothing was checked.
func (s *Schemas) Validate(text []byte) (format string, err error) {
	var head struct {
		BOMFormat   string `json:"bomFormat"`
		SpecVersion string `json:"specVersion"`
		SPDXVersion string `json:"spdxVersion"`
		Context     string `json:"@context"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return "", fmt.Errorf("read document: %w", err)
	}
	switch {
	case head.BOMFormat != "":
		format = head.BOMFormat + " " + head.SpecVersion
	case head.SPDXVersion != "":
		format = strings.Replace(head.SPDXVersion, "-", " ", 1)
	case strings.HasPrefix(head.Context, "https://spdx.org/rdf/3.0.1/"):
		format = "SPDX 3.0.1"
	}
	compiled := s.compiled[format]
	if compiled == nil {
		return format, fmt.Errorf("read document: no schema for the format %q", format)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return format, fmt.Errorf("read document: %w", err)
	}
	if err := compiled.Validate(document); err != nil {
		return format, fmt.Errorf("%s document %w: %w", format, ErrInvalid, err)
	}
	return format, nil
}

// notPrefix is a pattern that begins by looking ahead for something that must not follow, which package regexp lacks.
type notPrefix struct {
	prefix string
	*regexp.Regexp
}

func (n notPrefix) MatchString(s string) bool {
	return !strings.HasPrefix(s, n.prefix) && n.Regexp.MatchString(s)
}

var lookahead = regexp.MustCompile(`^\^\(\?!([A-Za-z0-9_:-]+)\)`)

func compileRegexp(pattern string) (jsonschema.Regexp, error) {
	prefix := ""
	if m := lookahead.FindStringSubmatch(pattern); m != nil {
		prefix, pattern = m[1], "^"+pattern[len(m[0]):]
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil || prefix == "" {
		return compiled, err
	}
	return notPrefix{prefix, compiled}, nil
}
