// SPDX-License-Identifier: MIT

package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxText bounds a document, in bytes.
const MaxText = 64 << 20

// Read reads a document in JSON: CycloneDX, or SPDX of version 2.
func Read(r io.Reader) (*Bill, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	return Parse(text)
}

// Parse is Read of a text.
func Parse(text []byte) (*Bill, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("read document: larger than %d bytes", MaxText)
	}
	var head struct {
		BOMFormat   string `json:"bomFormat"`
		SPDXVersion string `json:"spdxVersion"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	var bill *Bill
	var err error
	switch {
	case head.BOMFormat == "CycloneDX":
		bill, err = parseCycloneDX(text)
	case strings.HasPrefix(head.SPDXVersion, "SPDX-2."):
		bill, err = parseSPDX(text)
	default:
		return nil, errors.New("read document: neither CycloneDX nor SPDX 2 in JSON")
	}
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	bill.sort()
	return bill, nil
}

// fact is a sentence about a component that both formats can say.
func digestFact(alg, value, object string) string {
	return "digest " + alg + " " + value + " of " + object
}
func fileFact(sum, path string) string       { return "file " + sum + "  " + path }
func evidenceFact(text string) string        { return "license " + text }
func referenceFact(kind, url string) string  { return "reference " + kind + " " + url }
func propertyFact(name, value string) string { return "property " + name + "=" + value }
