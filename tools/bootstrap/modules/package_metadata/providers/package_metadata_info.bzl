# SPDX-License-Identifier: MIT
"""Stand-in for package_metadata's provider of the same name."""

PackageMetadataInfo = provider(
    doc = "Metadata of the package that a target belongs to.",
    fields = {
        "files": "depset of Files: the metadata file and all that it refers to.",
        "metadata": "File: JSON with the keys label, purl and attributes.",
    },
)
