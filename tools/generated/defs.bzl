# SPDX-License-Identifier: MIT
"""Files of the tree that the build writes, and a test that they are current."""

load("@rules_go//go:def.bzl", "go_binary")

visibility("public")

def generated_files(name, sources, targets = [], visibility = None):
    """NAME, to be run, brings files of the tree up to date; NAME_test fails when they are not.

    Args:
      name: of the program
      sources: {TARGET: label of a single file}; TARGET is a path in the tree, with #SECTION a part of a Markdown file
      targets: labels of the files of the tree, for the test; none means that there is no test, as for ignored files
      visibility: of the program
    """
    pairs = ["{}=$(rlocationpath {})".format(target, source) for target, source in sources.items()]
    go_binary(
        name = name,
        args = pairs,
        data = sources.values(),
        embed = ["//tools/generated/cmd/place:place_lib"],
        pure = "on",
        visibility = visibility,
    )
    if targets:
        go_binary(
            name = name + "_check",
            embed = ["//tools/generated/cmd/current:current_lib"],
            pure = "on",
            visibility = ["//visibility:private"],
        )

        # buildifier: disable=native-sh-test  # rules_shell is a stand-in where modules come from package registries
        native.sh_test(
            name = name + "_test",
            srcs = [name + "_check"],
            args = ["'./bazelw run //{}:{}'".format(native.package_name(), name)] + pairs,
            data = sources.values() + targets,
        )
