# SPDX-License-Identifier: MIT
"""A C toolchain for each row of the matrix."""

load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("@zig_sdk//:pin.bzl", "EXEC_CPU")
load("//platforms:defs.bzl", "constraints")
load("//platforms:matrix.bzl", "MATRIX")
load(":config.bzl", "zig_config")
load(":library.bzl", "headers", "runtime_sources")
load(":runtime.bzl", "zig_runtime")
load(":targets.bzl", "compile_flags", "header_folders", "link_settings", "runtime_libs", "zig_flags")
load(":tools.bzl", "zig_tools")

visibility("//toolchains/zig")

# buildifier: disable=unnamed-macro  # the targets have the names of the rows
def declare_toolchains(*, programs):
    """Runtime, tools and toolchain of every row.

    Args:
      programs: the zig_programs target
    """
    native.filegroup(name = "none")
    for row in MATRIX:
        _declare(row, programs)

def _declare(row, programs):
    name = row.name
    zig_runtime(
        name = "runtime_" + name,
        flags = zig_flags(row) + runtime_libs(row),
        lib = runtime_sources(row),
        programs = programs,
        tags = ["manual"],
        triple = row.triple,
    )
    zig_tools(
        name = "tools_" + name,
        compile_flags = compile_flags(row),
        header_folders = header_folders(row),
        headers = headers(row),
        link_settings = link_settings(row),
        programs = programs,
        runtime = "runtime_" + name,
        tags = ["manual"],
    )
    zig_config(
        name = "config_" + name,
        cpu = row.goarch,
        libc = row.libc,
        tools = "tools_" + name,
        triple = row.triple,
    )
    for group in ["archive", "compile", "link"]:
        native.filegroup(
            name = "{}_{}".format(group, name),
            srcs = ["tools_" + name],
            output_group = group,
        )
    cc_toolchain(
        name = "cc_" + name,
        all_files = "tools_" + name,
        ar_files = "archive_" + name,
        as_files = "compile_" + name,
        compiler_files = "compile_" + name,
        dwp_files = "none",
        linker_files = "link_" + name,
        objcopy_files = "none",
        strip_files = "none",
        supports_param_files = 1,
        toolchain_config = "config_" + name,
    )
    native.toolchain(
        name = name,
        exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:" + EXEC_CPU],
        target_compatible_with = constraints(row),
        toolchain = "cc_" + name,
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )
