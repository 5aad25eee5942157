# SPDX-License-Identifier: MIT
"""Stand-in for package_metadata's rule of the same name: label and purl, no attributes."""

load("//providers:package_metadata_info.bzl", "PackageMetadataInfo")

def _package_metadata_impl(ctx):
    metadata = ctx.actions.declare_file(ctx.label.name + ".package-metadata.json")
    ctx.actions.write(metadata, json.encode({
        "attributes": {},
        "label": str(ctx.label),
        "purl": ctx.attr.purl,
    }))
    files = depset([metadata])
    return [
        DefaultInfo(files = files),
        PackageMetadataInfo(files = files, metadata = metadata),
    ]

_package_metadata = rule(
    implementation = _package_metadata_impl,
    attrs = {
        "attributes": attr.label_list(doc = "Accepted for compatibility, and not read."),
        "purl": attr.string(
            doc = "The package URL (https://github.com/package-url/purl-spec).",
            mandatory = True,
        ),
    },
    provides = [PackageMetadataInfo],
)

def package_metadata(name, purl, attributes = [], visibility = None, tags = None):
    """Declares the metadata of the package around it.

    Args:
      name: the target's name, to be named in default_package_metadata.
      purl: the package URL.
      attributes: accepted for compatibility, and not read.
      visibility: as of any rule.
      tags: as of any rule.
    """
    _package_metadata(
        name = name,
        # A package's metadata is not its own metadata.
        applicable_licenses = [],
        attributes = attributes,
        purl = purl,
        tags = tags,
        visibility = visibility,
    )
