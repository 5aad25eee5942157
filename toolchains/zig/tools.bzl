# SPDX-License-Identifier: MIT
"""The compiler and linker of one row: the launchers, with the row's settings beside them."""

load("//platforms:transition.bzl", "without_tags")
load("//toolchains:programs.bzl", "ToolchainProgramsInfo")
load(":providers.bzl", "ZigToolsInfo")

visibility("//toolchains/zig/...")

def _tools_impl(ctx):
    programs = ctx.attr.programs[ToolchainProgramsInfo].programs
    zig, marker, runtime = ctx.file._zig, ctx.file._lib_marker, ctx.files.runtime[0]
    folder = ctx.label.name + "/"
    cc = ctx.actions.declare_file(folder + "cc")
    ld = ctx.actions.declare_file(folder + "ld")
    ctx.actions.symlink(output = cc, target_file = programs["compile"], is_executable = True)
    ctx.actions.symlink(output = ld, target_file = programs["link"], is_executable = True)

    include = marker.dirname + "/libc/include/"
    compile_settings = ctx.actions.declare_file(folder + "compile.settings")
    ctx.actions.write(compile_settings, _lines(
        ["zig=" + zig.path, "link=" + ld.path] +
        ["flag=" + f for f in ctx.attr.compile_flags] +
        ["include=%s/include" % marker.dirname] +
        ["include=" + include + f for f in ctx.attr.header_folders],
    ))
    link_settings = ctx.actions.declare_file(folder + "link.settings")
    ctx.actions.write(link_settings, _lines(
        ["zig=" + zig.path, "cc=" + cc.path, "lib=" + marker.dirname, "runtime=" + runtime.path] +
        ["frameworks=" + ctx.file._frameworks.dirname.rpartition("/")[0]] +
        ctx.attr.link_settings,
    ))

    compile = depset([cc, compile_settings, zig], transitive = [h[DefaultInfo].files for h in ctx.attr.headers])
    link = depset([ld, link_settings, zig, runtime, marker, ctx.file._frameworks])
    return [
        DefaultInfo(files = depset(transitive = [compile, link])),
        OutputGroupInfo(compile = compile, link = link, archive = depset([zig])),
        ZigToolsInfo(label = ctx.label, cc = cc, ld = ld, zig = zig),
    ]

def _lines(lines):
    return "\n".join(lines) + "\n"

zig_tools = rule(
    implementation = _tools_impl,
    cfg = without_tags,
    attrs = {
        "compile_flags": attr.string_list(doc = "clang's flags for the row"),
        "header_folders": attr.string_list(doc = "folders of zig's lib/libc/include, in order of search"),
        "headers": attr.label_list(doc = "the files of those folders", cfg = "exec"),
        "link_settings": attr.string_list(doc = "KEY=VALUE lines for the link program"),
        "programs": attr.label(mandatory = True, cfg = "exec", providers = [ToolchainProgramsInfo]),
        "runtime": attr.label(mandatory = True, cfg = "exec"),
        "_frameworks": attr.label(default = "//toolchains/zig:darwin/CoreFoundation.framework/CoreFoundation.tbd", allow_single_file = True, cfg = "exec"),
        "_lib_marker": attr.label(default = "@zig_sdk//:lib/compiler_rt.zig", allow_single_file = True, cfg = "exec"),
        "_zig": attr.label(default = "@zig_sdk//:zig", allow_single_file = True, cfg = "exec"),
    },
    provides = [ZigToolsInfo],
)
