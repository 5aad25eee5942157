# SPDX-License-Identifier: MIT
"""Go's toolchain for each pair of system and processor in the matrix."""

load("@go_sdk_files//:pin.bzl", "EXEC_CPU")
load("@rules_go//go:def.bzl", "go_toolchain")
load("//platforms:defs.bzl", "constraints")
load("//platforms:matrix.bzl", "MATRIX")

visibility("//toolchains/go")

# buildifier: disable=unnamed-macro  # the targets have the names of systems and processors
def declare_toolchains(*, sdk, builder, pack, covdata):
    """One toolchain for each GOOS and GOARCH; libc is the C toolchain's concern.

    Args:
      sdk: the go_sdk
      builder: the program that runs the actions of Go's rules
      pack: a tool of the SDK
      covdata: a tool of the SDK
    """
    seen = {}
    for row in MATRIX:
        name = "{}_{}".format(row.goos, row.goarch)
        if name in seen:
            continue
        seen[name] = row
        go_toolchain(
            name = "impl_" + name,
            builder = builder,
            covdata = covdata,
            goarch = row.goarch,
            goos = row.goos,
            pack = pack,
            sdk = sdk,
        )
        native.toolchain(
            name = name,
            exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:" + EXEC_CPU],
            target_compatible_with = constraints(row)[:2],
            toolchain = "impl_" + name,
            toolchain_type = "@rules_go//go:toolchain",
        )
