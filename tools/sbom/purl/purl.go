// SPDX-License-Identifier: MIT

// Package purl writes and checks package URLs (https://github.com/package-url/purl-spec) of the kinds that the bill of
// materials uses: Go packages, and generic ones for what no registry serves.
package purl

import (
	"fmt"
	"strings"

	packageurl "github.com/package-url/packageurl-go"
)

// Golang is the purl of a Go module, or with a subpath of a folder of it. The version is the module's, with its leading
// v; the standard library is the module std with Go's version.
func Golang(module, version, subpath string) string {
	slash := strings.LastIndexByte(module, '/')
	namespace, name := module[:max(0, slash)], module[slash+1:]
	return packageurl.NewPackageURL(packageurl.TypeGolang, namespace, name, version, nil, subpath).ToString()
}

// Generic is the purl of something that no registry serves. Qualifiers such as download_url are optional.
func Generic(name, version string, qualifiers map[string]string) string {
	return packageurl.NewPackageURL(packageurl.TypeGeneric, "", name, version, packageurl.QualifiersFromMap(qualifiers), "").ToString()
}

// Check reports a text that is not a purl in its canonical form with a name and a version.
func Check(text string) error {
	p, err := packageurl.FromString(text)
	if err != nil {
		return fmt.Errorf("read purl %q: %w", text, err)
	}
	if p.Name == "" || p.Version == "" {
		return fmt.Errorf("read purl %q: a name and a version are needed", text)
	}
	if canonical := p.ToString(); canonical != text {
		return fmt.Errorf("read purl %q: write it as %s", text, canonical)
	}
	return nil
}
