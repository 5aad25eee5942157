# SPDX-License-Identifier: MIT
"""Bills of materials from the build graph.

    load("@gosqlite//tools/sbom:defs.bzl", "sbom", "sbom_component")

`sbom` walks what is linked into a target; `sbom_component` says what no program can read from files, and
`sbom_components` gives many of those one name.
"""

load("//tools/sbom/private:aspect.bzl", _sbom_aspect = "sbom_aspect")
load("//tools/sbom/private:component.bzl", _sbom_component = "sbom_component", _sbom_components = "sbom_components")
load("//tools/sbom/private:sbom.bzl", _FORMATS = "FORMATS", _resolve = "resolve", _sbom = "sbom", _sbom_attrs = "sbom_attrs", _sbom_info = "sbom_info", _write_formats = "write_formats")

visibility("public")

sbom = _sbom
sbom_component = _sbom_component
sbom_components = _sbom_components

# For rules that know more of their target than `sbom` does.
FORMATS = _FORMATS
sbom_attrs = _sbom_attrs
resolve = _resolve
sbom_aspect = _sbom_aspect
sbom_info = _sbom_info
write_formats = _write_formats
