# SPDX-License-Identifier: MIT
"""The Go files of a package, of which the description of the interface and the manual's reference are made."""

visibility("public")

def go_sources(name):
    """All Go files of the package, for the test that describes them and for the manual.

    Args:
      name: of the target
    """
    native.filegroup(
        name = name,
        srcs = native.glob(["*.go"]),
        visibility = [
            "//docs:__pkg__",
            "//tools/manual:__pkg__",
            "//tools/release/api:__pkg__",
        ],
    )
