# SPDX-License-Identifier: MIT
"""What the parts of a release tell each other."""

visibility(["//docs/...", "//tools/..."])

ReleaseFilesInfo = provider(
    doc = "Files of a release, each with what the manifest says of it.",
    fields = {
        "files": "(depset[struct]) name (string), file (File), kind (string) and platform (string) of each file",
        "label": "(Label) the target that made them, to simplify debugging",
    },
)
