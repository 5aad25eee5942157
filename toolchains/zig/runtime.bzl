# SPDX-License-Identifier: MIT
"""The start files, libc and compiler-rt of one row: one declared action, whose output is plain files."""

load("//toolchains:programs.bzl", "ToolchainProgramsInfo")

visibility("//toolchains/zig/...")

def _runtime_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add(ctx.file._zig)
    args.add(ctx.file._lib_marker.dirname)
    args.add(ctx.attr.triple)
    args.add_all([out], expand_directories = False)
    args.add_all(ctx.attr.flags)
    ctx.actions.run(
        executable = ctx.attr.programs[ToolchainProgramsInfo].programs["runtime"],
        arguments = [args],
        inputs = depset([ctx.file._zig], transitive = [lib[DefaultInfo].files for lib in ctx.attr.lib]),
        outputs = [out],
        mnemonic = "ZigRuntime",
        progress_message = "Building libc and compiler-rt for " + ctx.attr.triple,
    )
    return [DefaultInfo(files = depset([out]))]

zig_runtime = rule(
    implementation = _runtime_impl,
    attrs = {
        "flags": attr.string_list(doc = "further arguments for zig cc: the processor, libraries"),
        "lib": attr.label_list(doc = "the parts of zig's library that it is made of", cfg = "exec"),
        "programs": attr.label(mandatory = True, cfg = "exec", providers = [ToolchainProgramsInfo]),
        "triple": attr.string(doc = "zig's name of the target", mandatory = True),
        "_lib_marker": attr.label(default = "@zig_sdk//:lib/compiler_rt.zig", allow_single_file = True, cfg = "exec"),
        "_zig": attr.label(default = "@zig_sdk//:zig", allow_single_file = True, cfg = "exec"),
    },
)
