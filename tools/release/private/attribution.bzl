# SPDX-License-Identifier: MIT
"""Tests that every byte of a released program is somebody's."""

load("//platforms:transition.bzl", "enter_platform", "host_tool", "leave_platform", "row_of")
load("//tools/release:providers.bzl", "ArchiveInfo")
load("//tools/sbom:providers.bzl", "SbomInfo")

visibility("//tools/release")

_CAPI = "pkg:golang/github.com/gosqlite/gosqlite#internal/capi"

# Whose the archives are that the linker was given, by purl without version.
_OBJECTS = {
    "@@//internal/capi:capi": _CAPI,
    "@@//internal/capi:shims": _CAPI,
    "@@//sqlite3_amalgamation:sqlite3_amalgamation": "pkg:generic/sqlite",
}
_STDLIB = "pkg:golang/std"

# Percent of a program that may be of no component: Go's tables, the container and padding. Where there is no C, Go's
# tables are the larger part.
_CEILING = {"apple": 39.5, "mingw": 38.0}
_CEILING_ELF = 40.0
_CEILING_PURE = 55.0

def _with_c(row, info):
    """Arguments and files for a program that has C in it."""
    args, files = ["--runtime", info.runtime[0].short_path], list(info.runtime)
    for seen in info.objects.to_list():
        path = seen.file.short_path
        if seen.label == "stdlib":
            owner, path = _STDLIB, "../{}/{}_{}/runtime/cgo.a".format(path.removeprefix("../"), row.goos, row.goarch)
        elif seen.label in _OBJECTS:
            owner = _OBJECTS[seen.label]
        else:
            continue
        files.append(seen.file)
        args += ["--objects", "{}={}".format(path, owner)]
    return args + ["--ceiling", str(_CEILING.get(row.libc, _CEILING_ELF))], files

def _attribution_impl(ctx):
    archives, sboms = [t[0] if type(t) == "list" else t for t in [ctx.attr.archives, ctx.attr.sboms]]
    row, info, programs = row_of("//platforms:" + ctx.attr.platform), sboms[SbomInfo], archives[ArchiveInfo].twins
    with_c, files = _with_c(row, info)
    lines = ["#!/bin/sh"]
    for path, program in programs.items():
        released = archives[ArchiveInfo].released[path]
        args = ["--graph", info.graph.short_path, "--program", program.short_path, "--released", released.short_path]
        for other in programs.values():
            args += [] if other == program else ["--beside", other.short_path]
        args += with_c if path in archives[ArchiveInfo].with_c else ["--ceiling", str(_CEILING_PURE)]
        files += [program, released]

        # `bazel run` with a folder writes the pieces of each program there, for a treemap.
        areas = "${1:+--areas \"$1/%s.areas.json\"}" % path.rpartition("/")[2]
        lines.append("{} {} {} || exit".format(ctx.executable._attribute.short_path, " ".join(["'%s'" % a for a in args]), areas))
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, "\n".join(lines) + "\n", is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files + [info.graph]).merge(ctx.attr._attribute[0][DefaultInfo].default_runfiles),
    )]

_attribution_test = rule(
    implementation = _attribution_impl,
    cfg = leave_platform,
    test = True,
    attrs = {
        "archives": attr.label(cfg = enter_platform, mandatory = True, providers = [ArchiveInfo]),
        "platform": attr.string(mandatory = True),
        "sboms": attr.label(cfg = enter_platform, mandatory = True, providers = [SbomInfo]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_attribute": attr.label(default = "//tools/sbom/cmd/attribute", executable = True, cfg = host_tool),
    },
)

def attribution_checks(name, archives, sboms, rows, desk):
    """A test for each row, attribution_ROW_test, and a suite of them.

    Args:
      name: of the suite
      archives: the platform_archives
      sboms: the platform_sboms
      rows: names of rows
      desk: names of the rows whose tests run with //...
    """
    for row in rows:
        _attribution_test(
            name = "attribution_%s_test" % row,
            size = "small",
            archives = archives,
            platform = row,
            sboms = sboms,
            tags = [] if row in desk else ["manual"],
        )
    native.test_suite(
        name = name,
        tags = ["manual"],
        tests = ["attribution_%s_test" % row for row in rows],
    )

def _areas_impl(ctx):
    archives, sboms = [t[0] if type(t) == "list" else t for t in [ctx.attr.archives, ctx.attr.sboms]]
    row, info, archive = row_of("//platforms:" + ctx.attr.platform), sboms[SbomInfo], archives[ArchiveInfo]
    path = archive.with_c[0]
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    inputs = [info.graph, archive.twins[path], archive.released[path]] + list(info.runtime)
    args = ctx.actions.args()
    args.add("--quiet")
    args.add("--areas", out)
    args.add("--graph", info.graph)
    args.add("--program", archive.twins[path])
    args.add("--released", archive.released[path])
    args.add("--ceiling", str(_CEILING.get(row.libc, _CEILING_ELF)))
    args.add_all(info.runtime[:1], before_each = "--runtime", expand_directories = False)
    for name, program in archive.twins.items():
        if name != path:
            inputs.append(program)
            args.add("--beside", program)
    for seen in info.objects.to_list():
        form = "%s=" + _OBJECTS.get(seen.label, _STDLIB)
        if seen.label == "stdlib":
            form = "%s/{}_{}/runtime/cgo.a={}".format(row.goos, row.goarch, _STDLIB)
        elif seen.label not in _OBJECTS:
            continue
        inputs.append(seen.file)
        args.add_all([seen.file], before_each = "--objects", expand_directories = False, format_each = form)
    ctx.actions.run(
        executable = ctx.executable._attribute,
        arguments = [args],
        inputs = inputs,
        outputs = [out],
        mnemonic = "Attribute",
        progress_message = "Attributing the bytes of the shell for %s" % row.name,
    )
    return [DefaultInfo(files = depset([out]))]

program_areas = rule(
    implementation = _areas_impl,
    doc = "The pieces of the released shell of one platform, by their owners, for a treemap.",
    cfg = leave_platform,
    attrs = {
        "archives": attr.label(cfg = enter_platform, mandatory = True, providers = [ArchiveInfo]),
        "platform": attr.string(doc = "a row of the matrix", mandatory = True),
        "sboms": attr.label(cfg = enter_platform, mandatory = True, providers = [SbomInfo]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_attribute": attr.label(default = "//tools/sbom/cmd/attribute", executable = True, cfg = host_tool),
    },
)
