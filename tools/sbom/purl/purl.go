// SPDX-License-Identifier: MIT

// Package purl checks package URLs (https://github.com/package-url/purl-spec).
package purl

import (
	"fmt"
	"strings"

	packageurl "github.com/package-url/packageurl-go"
)

// Check reports a text that is not a purl in its canonical form with a name and a version. One thing is not as the
// specification has it: it writes Go modules in small letters, and the letters of a module's path are part of its name,
// by which vulnerability databases know it.
func Check(text string) error {
	p, err := packageurl.FromString(text)
	if err != nil {
		return fmt.Errorf("read purl %q: %w", text, err)
	}
	if p.Name == "" || p.Version == "" {
		return fmt.Errorf("read purl %q: a name and a version are needed", text)
	}
	canonical := p.ToString()
	if canonical == text || strings.HasPrefix(text, "pkg:golang/") && strings.EqualFold(canonical, text) {
		return nil
	}
	return fmt.Errorf("read purl %q: write it as %s", text, canonical)
}
