# SPDX-License-Identifier: MIT
"""Platforms and constraints, from the matrix."""

load(":matrix.bzl", "MATRIX")

visibility("public")

_OS = {"darwin": "macos"}

_CPU = {
    "386": "x86_32",
    "amd64": "x86_64",
    "arm": "armv7",
    "arm64": "aarch64",
    "loong64": "loongarch64",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}

def constraints(row):
    """The constraint values that a row's platform and its C toolchain share."""
    return [
        Label("@platforms//os:" + _OS.get(row.goos, row.goos)),
        Label("@platforms//cpu:" + _CPU[row.goarch]),
        Label("//platforms:" + ("musl" if row.libc == "musl" else "native_libc")),
    ]

# buildifier: disable=unnamed-macro  # the targets have the names of the rows
def declare_platforms():
    """One platform() for each row of the matrix; and `target`, an alias of the one that is being built for."""
    native.alias(
        name = "target",
        actual = select(
            {":is_" + row.name: ":" + row.name for row in MATRIX},
            no_match_error = "this target is built for platforms of platforms/matrix.bzl only",
        ),
        visibility = ["//visibility:public"],
    )
    for row in MATRIX:
        native.config_setting(
            name = "is_" + row.name,
            constraint_values = constraints(row),
        )
        native.platform(
            name = row.name,
            # Go's rules must not build without C because a toolchain is missing: they have to fail.
            constraint_values = constraints(row) + [Label("@rules_go//go/toolchain:cgo_on")],
            visibility = ["//visibility:public"],
        )
