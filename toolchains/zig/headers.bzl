# SPDX-License-Identifier: MIT
"""The header folders of zig's SDK, each a target of its own, so that a compilation sees only those of its platform."""

load("//platforms:matrix.bzl", "MATRIX")
load(":targets.bzl", "header_folders")

visibility("public")

# buildifier: disable=unnamed-macro  # the targets have the names of the folders
def declare_headers():
    """Called in the SDK's own BUILD file."""
    native.filegroup(
        name = "include",
        # Apple targets read the SDK's settings beside the headers.
        srcs = native.glob(["lib/include/**", "lib/libc/darwin/SDKSettings.json"]),
    )
    for folder in sorted({f: None for row in MATRIX for f in header_folders(row)}):
        native.filegroup(
            name = "include_" + folder,
            srcs = native.glob(["lib/libc/include/%s/**" % folder]),
        )
