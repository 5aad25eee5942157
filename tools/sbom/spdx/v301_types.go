// SPDX-License-Identifier: MIT

package spdx

// creationInfo is https://spdx.github.io/spdx-spec/v3.0.1/model/Core/Classes/CreationInfo.
type creationInfo struct {
	ID           string   `json:"@id"`
	Type         string   `json:"type"`
	SpecVersion  string   `json:"specVersion"`
	Created      string   `json:"created"`
	CreatedBy    []string `json:"createdBy"`
	CreatedUsing []string `json:"createdUsing"`
}

// element has the fields of all classes that are written; a class leaves the others empty.
type element struct {
	Type               string         `json:"type"`
	SpdxID             string         `json:"spdxId"`
	CreationInfo       string         `json:"creationInfo"`
	Name               string         `json:"name,omitempty"`
	Summary            string         `json:"summary,omitempty"`
	Description        string         `json:"description,omitempty"`
	Comment            string         `json:"comment,omitempty"`
	VerifiedUsing      []hash301      `json:"verifiedUsing,omitempty"`
	ExternalRef        []reference301 `json:"externalRef,omitempty"`
	ExternalIdentifier []identifier   `json:"externalIdentifier,omitempty"`
	Extension          []extension301 `json:"extension,omitempty"`

	OriginatedBy      []string `json:"originatedBy,omitempty"`
	SuppliedBy        string   `json:"suppliedBy,omitempty"`
	PrimaryPurpose    string   `json:"software_primaryPurpose,omitempty"`
	AdditionalPurpose []string `json:"software_additionalPurpose,omitempty"`
	CopyrightText     string   `json:"software_copyrightText,omitempty"`
	PackageVersion    string   `json:"software_packageVersion,omitempty"`
	PackageURL        string   `json:"software_packageUrl,omitempty"`
	DownloadLocation  string   `json:"software_downloadLocation,omitempty"`
	HomePage          string   `json:"software_homePage,omitempty"`

	LicenseExpression string `json:"simplelicensing_licenseExpression,omitempty"`

	From         string   `json:"from,omitempty"`
	Kind         string   `json:"relationshipType,omitempty"`
	To           []string `json:"to,omitempty"`
	Completeness string   `json:"completeness,omitempty"`
	Scope        string   `json:"scope,omitempty"`

	DataLicense string   `json:"dataLicense,omitempty"`
	SbomType    []string `json:"software_sbomType,omitempty"`
	Profiles    []string `json:"profileConformance,omitempty"`
	RootElement []string `json:"rootElement,omitempty"`
	Element     []string `json:"element,omitempty"`
}

type hash301 struct {
	Type      string `json:"type"`
	Algorithm string `json:"algorithm"`
	Value     string `json:"hashValue"`
}

type reference301 struct {
	Type    string   `json:"type"`
	Kind    string   `json:"externalRefType"`
	Locator []string `json:"locator"`
}

type identifier struct {
	Type       string `json:"type"`
	Kind       string `json:"externalIdentifierType"`
	Identifier string `json:"identifier"`
}

type extension301 struct {
	Type       string     `json:"type"`
	Properties []entry301 `json:"extension_cdxProperty"`
}

type entry301 struct {
	Type  string `json:"type"`
	Name  string `json:"extension_cdxPropName"`
	Value string `json:"extension_cdxPropValue"`
}
