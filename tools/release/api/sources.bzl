# SPDX-License-Identifier: MIT
"""The Go files of a package, of which the description of the interface is made."""

visibility("public")

def go_sources(name):
    """All Go files of the package, for the test that describes them.

    Args:
      name: of the target
    """
    native.filegroup(
        name = name,
        srcs = native.glob(["*.go"]),
        visibility = ["//tools/release/api:__pkg__"],
    )
