// SPDX-License-Identifier: MIT

// Package schema holds published JSON schemas and checks documents against them, without any network: a reference that
// is not among these files is an error.
//
//	osv-1.9.0     github.com/ossf/osv-schema v1.9.0, validation/schema.json, Apache-2.0
//	csaf-2.0      OASIS, https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json, by github.com/gocsaf/csaf v3.7.1
//	cvss-v*       FIRST.ORG, BSD-3-Clause, by the same module; csaf-2.0 refers to them
//	sarif-2.1.0   OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/, by github.com/securego/gosec v2.30.0
//
// The files are unchanged.
package schema

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed json/*.json
var files embed.FS

// The names of the schemas that documents are checked against.
const (
	OSV   = "osv-1.9.0"
	CSAF  = "csaf-2.0"
	SARIF = "sarif-2.1.0"
)

// addresses under which one schema refers to another.
var addresses = map[string]string{
	"https://www.first.org/cvss/cvss-v2.0.json": "cvss-v2.0",
	"https://www.first.org/cvss/cvss-v3.0.json": "cvss-v3.0",
	"https://www.first.org/cvss/cvss-v3.1.json": "cvss-v3.1",
}

type loader struct{}

// Load serves the files and nothing else.
func (loader) Load(url string) (any, error) {
	name, ok := addresses[url]
	if !ok {
		return nil, fmt.Errorf("schema %s is not among the files", url)
	}
	return read(name)
}

func read(name string) (any, error) {
	data, err := files.ReadFile("json/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("schema %s is not among the files", name)
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}

var (
	mu       sync.Mutex
	compiled = map[string]*jsonschema.Schema{}
)

func compile(name string) (*jsonschema.Schema, error) {
	mu.Lock()
	defer mu.Unlock()
	if s, ok := compiled[name]; ok {
		return s, nil
	}
	doc, err := read(name)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(loader{})
	c.AssertFormat()
	address := "https://schema.invalid/" + name
	if err := c.AddResource(address, doc); err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	s, err := c.Compile(address)
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", name, err)
	}
	compiled[name] = s
	return s, nil
}

// Check returns an error unless document is JSON that the named schema accepts.
func Check(name string, document []byte) error {
	s, err := compile(name)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return fmt.Errorf("check against %s: %w", name, err)
	}
	if err := s.Validate(value); err != nil {
		return fmt.Errorf("check against %s: %w", name, err)
	}
	return nil
}
