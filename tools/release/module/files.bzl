# SPDX-License-Identifier: MIT
"""The files of a package, of which a release makes the Go module."""

visibility("public")

def module_files(name, exclude = []):
    """All files of the package. Public proxies pack whatever the release's tag holds, so that nothing may be left out.

    Args:
      name: of the target
      exclude: patterns of files that git ignores
    """
    native.filegroup(
        name = name,
        srcs = native.glob(
            ["**"],
            exclude = exclude,
        ),
        visibility = ["//tools/release:__subpackages__"],
    )
