# SPDX-License-Identifier: MIT
"""Parts of zig's library, each a target of its own, so that an action sees what its platform needs and no more.

A sandbox is made of a link for each file, and the library has 19,517.
"""

load("//platforms:matrix.bzl", "MATRIX")
load(":targets.bzl", "header_folders", "libc_folder")

visibility("public")

# What runtimes are not made of.
_APART = ["lib/libc/**", "lib/libcxx/**", "lib/libcxxabi/**", "lib/libtsan/**"]

def headers(row):
    """The parts that a row's compilations read."""
    return ["@zig_sdk//:include"] + ["@zig_sdk//:include_" + f for f in header_folders(row)]

def runtime_sources(row):
    """The parts that a row's runtime is made of."""
    return ["@zig_sdk//:common", "@zig_sdk//:libc_" + libc_folder(row)] + headers(row)

# buildifier: disable=unnamed-macro  # the targets have the names of the folders
def declare_parts():
    """Called in the SDK's own BUILD file."""
    native.filegroup(
        name = "common",
        srcs = native.glob(["lib/**"], exclude = _APART) + native.glob(["lib/libc/*"]),
    )
    native.filegroup(
        name = "include",
        # Apple targets read the SDK's settings beside the headers.
        srcs = native.glob(["lib/include/**", "lib/libc/darwin/SDKSettings.json"]),
    )
    for folder in sorted({libc_folder(row): None for row in MATRIX}):
        native.filegroup(
            name = "libc_" + folder,
            srcs = native.glob(["lib/libc/%s/**" % folder]),
        )
    for folder in sorted({f: None for row in MATRIX for f in header_folders(row)}):
        native.filegroup(
            name = "include_" + folder,
            srcs = native.glob(["lib/libc/include/%s/**" % folder]),
        )
