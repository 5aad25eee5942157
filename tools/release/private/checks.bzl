# SPDX-License-Identifier: MIT
"""Tests of what a release of one platform holds, on the bytes: leaks, format, imports."""

load("//platforms:transition.bzl", "enter_platform", "host_tool", "leave_platform", "row_of")
load("//tools/release:providers.bzl", "ReleaseFilesInfo")
load("//tools/release:version.bzl", "RELEASE_TIME")

visibility("//tools/release")

_MIB = 1024 * 1024

def _leak(row, files, _program, _golden):
    stack = ["--stack-size", str((2 if row.goarch == "386" and row.libc == "mingw" else 8) * _MIB)] if row.libc in ["musl", "mingw"] else []
    return ["--time", RELEASE_TIME] + stack + files

def _format(row, _files, program, _golden):
    libc = "/musl" if row.libc == "musl" else ""
    return ["format", "--expect", "{}/{}{}".format(row.goos, row.goarch, libc), program]

def _imports(row, _files, program, golden):
    floor = ["--max-glibc", row.floor.split(" ")[1]] if row.libc == "glibc" else []
    return ["imports"] + floor + ["--golden", golden, program]

_KINDS = {"format": _format, "imports": _imports, "leak": _leak}

def _check_impl(ctx):
    archives = ctx.attr.archives[0] if type(ctx.attr.archives) == "list" else ctx.attr.archives
    row = row_of("//platforms:" + ctx.attr.platform)
    program = archives[OutputGroupInfo].program.to_list()[0]
    files = [f.file for f in archives[ReleaseFilesInfo].files.to_list()]
    golden = ctx.file.golden
    arguments = _KINDS[ctx.attr.kind](row, [f.short_path for f in files], program.short_path, golden.short_path if golden else "")
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/bin/sh\nexec {} {}\n".format(ctx.executable._leak.short_path, " ".join(["'%s'" % a for a in arguments])),
        is_executable = True,
    )
    runfiles = ctx.runfiles(files + [program] + ([golden] if golden else []))
    return [DefaultInfo(
        executable = script,
        runfiles = runfiles.merge(ctx.attr._leak[0][DefaultInfo].default_runfiles),
    )]

_check_test = rule(
    implementation = _check_impl,
    cfg = leave_platform,
    test = True,
    attrs = {
        "archives": attr.label(cfg = enter_platform, mandatory = True, providers = [ReleaseFilesInfo]),
        "golden": attr.label(doc = "the list that imports are held against", allow_single_file = True),
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
                golden = "imports/%s.txt" % row.name if kind == "imports" else None,
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
