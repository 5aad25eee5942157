# SPDX-License-Identifier: MIT
"""Tests of what a release of one platform holds, on the bytes: leaks, format, imports."""

load("//platforms:transition.bzl", "enter_platform", "host_tool", "leave_platform", "row_of")
load("//toolchains/zig:targets.bzl", "stack_size")
load("//tools/release:providers.bzl", "ArchiveInfo", "ReleaseFilesInfo")
load("//tools/release:version.bzl", "RELEASE_TIME")

visibility("//tools/release")

def _leak(row, files, _programs, _goldens):
    size = stack_size(row)
    stack = ["--stack-size", str(size)] if size else []
    return [["--time", RELEASE_TIME] + stack + files]

def _format(row, _files, programs, _goldens):
    libc = "/musl" if row.libc == "musl" else ""
    return [
        ["format", "--expect", "{}/{}{}".format(row.goos, row.goarch, libc if p.with_c else ""), p.path]
        for p in programs
    ]

def _imports(row, _files, programs, goldens):
    floor = ["--max-glibc", row.floor.split(" ")[1]] if row.libc == "glibc" else []
    return [
        ["imports"] + (floor if p.with_c else []) + ["--golden", goldens[0 if p.with_c else 1], p.path]
        for p in programs
    ]

def _pure(row):
    """Which list the programs without C are held against: those of Linux and the BSDs take nothing from outside."""
    return row.goos if row.goos in ["linux", "freebsd", "netbsd"] else row.goos + "_" + row.goarch

# Each makes the command lines, which are run one after another.
_KINDS = {"format": _format, "imports": _imports, "leak": _leak}

def _check_impl(ctx):
    archives = ctx.attr.archives[0] if type(ctx.attr.archives) == "list" else ctx.attr.archives
    row, info = row_of("//platforms:" + ctx.attr.platform), archives[ArchiveInfo]
    programs = [struct(path = f.short_path, with_c = name in info.with_c) for name, f in info.released.items()]
    files = [f.file for f in archives[ReleaseFilesInfo].files.to_list()]
    commands = _KINDS[ctx.attr.kind](row, [f.short_path for f in files], programs, [f.short_path for f in ctx.files.goldens])
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    lines = ["{} {} || exit".format(ctx.executable._leak.short_path, " ".join(["'%s'" % a for a in args])) for args in commands]
    ctx.actions.write(script, "\n".join(["#!/bin/sh"] + lines) + "\n", is_executable = True)
    runfiles = ctx.runfiles(files + info.released.values() + ctx.files.goldens)
    return [DefaultInfo(
        executable = script,
        runfiles = runfiles.merge(ctx.attr._leak[0][DefaultInfo].default_runfiles),
    )]

_check_test = rule(
    implementation = _check_impl,
    cfg = leave_platform,
    test = True,
    attrs = {
        "archives": attr.label(cfg = enter_platform, mandatory = True, providers = [ArchiveInfo, ReleaseFilesInfo]),
        "goldens": attr.label_list(doc = "the lists that imports are held against: with C and without", allow_files = [".txt"]),
        "kind": attr.string(mandatory = True, values = _KINDS.keys()),
        "platform": attr.string(mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_leak": attr.label(default = "//tools/release/leak/cmd/leak", executable = True, cfg = host_tool),
    },
)

def release_checks(name, archives, rows, desk, suites):
    """Tests for each row: leak_ROW_test, format_ROW_test, imports_ROW_test; and suites of them.

    Args:
      name: of the suite of all rows
      archives: the platform_archives
      rows: the matrix
      desk: names of the rows whose tests run with //...
      suites: {name: names of rows}
    """
    for row in rows:
        for kind in _KINDS:
            _check_test(
                name = "{}_{}_test".format(kind, row.name),
                size = "small",
                archives = archives,
                goldens = ["imports/%s.txt" % row.name, "imports/pure_%s.txt" % _pure(row)] if kind == "imports" else [],
                kind = kind,
                platform = row.name,
                tags = [] if row.name in desk else ["manual"],
            )
    for suite, names in ({name: [row.name for row in rows]} | suites).items():
        native.test_suite(
            name = suite,
            tags = ["manual"],
            tests = ["{}_{}_test".format(kind, row) for row in names for kind in _KINDS],
        )
