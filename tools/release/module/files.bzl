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

def root_module_files(name):
    """The files of the root's package, one by one: beside them lie links and settings that git ignores.

    Args:
      name: of the target
    """
    native.filegroup(
        name = name,
        srcs = [
            ".bazelignore",
            ".bazelrc",
            ".bazelversion",
            ".ci/full",
            ".ci/run",
            ".gitignore",
            "BUILD.bazel",
            "CONTRIBUTING.md",
            "LICENSE",
            "MODULE.bazel",
            "README.md",
            "SECURITY.md",
            "bazelw",
            "go.mod",
            "go.sum",
            "go.work",
            "go.work.sum",
        ],
        visibility = ["//tools/release:__subpackages__"],
    )
