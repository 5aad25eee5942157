# SPDX-License-Identifier: MIT
"""Go's toolchains for each pair of system and processor in the matrix."""

load("@go_sdk_files//:pin.bzl", "EXEC_CPU", "EXEC_GOARCH", "PINNED_VERSION")
load("@rules_go//go:def.bzl", "go_sdk", "go_toolchain")
load("//platforms:defs.bzl", "constraints")
load("//platforms:matrix.bzl", "MATRIX")

visibility("//toolchains/go/...")

def sdk(name, srcs, visibility = None):
    """The pinned SDK with a part of its standard library.

    Args:
      name: of the target
      srcs: a label of sources
      visibility: of the target
    """
    go_sdk(
        name = name,
        srcs = [srcs],
        go = "@go_sdk_files//:bin/go",
        goarch = EXEC_GOARCH,
        goos = "linux",
        headers = ["@go_sdk_files//:headers"],
        root_file = "@go_sdk_files//:VERSION",
        tools = ["@go_sdk_files//:tools"],
        version = PINNED_VERSION,
        visibility = visibility,
    )

# buildifier: disable=unnamed-macro  # the targets have the names of kinds, systems and processors
def declare_toolchains(*, kinds, builder, pack, covdata):
    """For each kind, one toolchain for each GOOS and GOARCH; libc is the C toolchain's concern.

    Bazel takes the first that fits in the order of names.

    Args:
      kinds: a name to a go_sdk and to the constraint values beside system and processor
      builder: the program that runs the actions of Go's rules
      pack: a tool of the SDK
      covdata: a tool of the SDK
    """
    rows = {"{}_{}".format(row.goos, row.goarch): row for row in MATRIX}
    for kind, parts in kinds.items():
        for pair, row in rows.items():
            name = "{}_{}".format(kind, pair)
            go_toolchain(
                name = "impl_" + name,
                builder = builder,
                covdata = covdata,
                goarch = row.goarch,
                goos = row.goos,
                pack = pack,
                sdk = parts[0],
            )
            native.toolchain(
                name = name,
                exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:" + EXEC_CPU],
                target_compatible_with = constraints(row)[:2] + parts[1:],
                toolchain = "impl_" + name,
                toolchain_type = "@rules_go//go:toolchain",
            )
