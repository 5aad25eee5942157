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

def kind(*, sdk, constraints = [], tested = None):
    """One kind of toolchains.

    Args:
      sdk: a go_sdk
      constraints: values beside system and processor
      tested: the go_sdk where tests run, if that is another
    """
    return struct(sdk = sdk, constraints = constraints, tested = tested or sdk)

# buildifier: disable=unnamed-macro  # the targets have the names of kinds, systems and processors
def declare_toolchains(*, kinds, builder, pack, covdata):
    """For each kind, one toolchain for each GOOS and GOARCH; libc is the C toolchain's concern.

    Bazel takes the first that fits in the order of names.

    Args:
      kinds: a name to what `kind` makes
      builder: the program that runs the actions of Go's rules
      pack: a tool of the SDK
      covdata: a tool of the SDK
    """
    rows = {"{}_{}".format(row.goos, row.goarch): row for row in MATRIX}
    tested = ["{}_{}".format(row.goos, row.goarch) for row in MATRIX if row.tier == "tested"]
    for prefix, parts in kinds.items():
        for pair, row in rows.items():
            name = "{}_{}".format(prefix, pair)
            go_toolchain(
                name = "impl_" + name,
                builder = builder,
                covdata = covdata,
                goarch = row.goarch,
                goos = row.goos,
                pack = pack,
                sdk = parts.tested if pair in tested else parts.sdk,
            )
            native.toolchain(
                name = name,
                exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:" + EXEC_CPU],
                target_compatible_with = constraints(row)[:2] + parts.constraints,
                toolchain = "impl_" + name,
                toolchain_type = "@rules_go//go:toolchain",
            )
