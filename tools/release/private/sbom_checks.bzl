# SPDX-License-Identifier: MIT
"""Tests of a platform's bills of materials: what they say, by which rules, and how they score."""

load("//platforms:transition.bzl", "enter_platform", "host_tool", "leave_platform")
load("//tools/release:providers.bzl", "ArchiveInfo")
load("//tools/sbom:providers.bzl", "SbomInfo")

visibility("//tools/release")

# The least score by the sbomqs formula. What is linked for glibc is under a copyleft license with an exception, which
# costs points: docs/sbom.md has the arithmetic.
_SCORES = {
    "glibc": {"cdx": "9.62", "spdx": "9.19"},
    "": {"cdx": "9.81", "spdx": "9.28"},
}

def _documents(sboms):
    return [f for f in sboms[DefaultInfo].files.to_list() if f.extension == "json"]

def _schemas(ctx):
    args = []
    for folder in {f.dirname: None for f in ctx.files._schemas}:
        args += ["--schemas", _runfile(folder)]
    return args

def _runfile(path):
    """The path of an external source file or folder below the runfiles of the main repository."""
    return "../" + path.removeprefix("external/")

# How many digests each document has at least of what lies beside it: three of each source of SQLite, two of the archive,
# of each program and of the library.
_EQUAL = 15

def _check(ctx, sboms, archives):
    args = ["check", "--graph", sboms[SbomInfo].graph.short_path, "--policy", ctx.file._policy.short_path]
    if ctx.file.expect:
        args += ["--expect", ctx.file.expect.short_path]
    for document in _documents(sboms):
        args += ["--document", document.short_path]
    for source in ctx.files._sqlite:
        args += ["--linked", "{}={}".format(source.basename, source.short_path)]
    args += ["--at-least-equal", str(_EQUAL)]
    return args + ["--release", archives[ArchiveInfo].archive.short_path.rpartition("/")[0]] + _schemas(ctx)

def _score(ctx, sboms, suffix):
    least = _SCORES.get(ctx.attr.libc, _SCORES[""])[suffix]
    documents = [f for f in _documents(sboms) if f.basename.endswith(".%s.json" % suffix)]
    return ["score", "--at-least", least, "--document", documents[0].short_path] + _schemas(ctx)

def _sbom_check_impl(ctx):
    archives, sboms = [t[0] if type(t) == "list" else t for t in [ctx.attr.archives, ctx.attr.sboms]]
    commands = [_check(ctx, sboms, archives), _score(ctx, sboms, "cdx"), _score(ctx, sboms, "spdx")]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    lines = ["{} {} || exit".format(ctx.executable._sbom.short_path, " ".join(["'%s'" % a for a in args])) for args in commands]
    ctx.actions.write(script, "\n".join(["#!/bin/sh"] + lines) + "\n", is_executable = True)
    files = _documents(sboms) + [sboms[SbomInfo].graph, archives[ArchiveInfo].archive, ctx.file._policy] + ctx.files._schemas + ctx.files._sqlite + ctx.files.expect
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files).merge(ctx.attr._sbom[0][DefaultInfo].default_runfiles),
    )]

_sbom_check_test = rule(
    implementation = _sbom_check_impl,
    cfg = leave_platform,
    test = True,
    attrs = {
        "archives": attr.label(cfg = enter_platform, mandatory = True, providers = [ArchiveInfo]),
        "expect": attr.label(doc = "the components that have to be there", allow_single_file = True),
        "libc": attr.string(),
        "platform": attr.string(mandatory = True),
        "sboms": attr.label(cfg = enter_platform, mandatory = True, providers = [SbomInfo]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_policy": attr.label(default = "//tools/release/sbom:licenses.json", allow_single_file = True),
        "_sbom": attr.label(default = "//tools/sbom/cmd/sbom", executable = True, cfg = host_tool),
        "_sqlite": attr.label_list(
            allow_files = True,
            default = ["@sqlite3_source//:sqlite3.c", "@sqlite3_source//:sqlite3.h", "@sqlite3_source//:sqlite3ext.h"],
            doc = "what was linked, to take its digests again",
        ),
        "_schemas": attr.label_list(default = ["@cyclonedx_schemas//:schemas", "@spdx_schemas//:schemas"]),
    },
)

def sbom_checks(name, archives, sboms, rows, desk, suites):
    """A test for each row, sbom_ROW_test, and suites of them.

    Args:
      name: of the suite of all rows
      archives: the platform_archives
      sboms: the platform_sboms
      rows: the matrix
      desk: names of the rows whose tests run with //...
      suites: {name: names of rows}
    """
    for row in rows:
        _sbom_check_test(
            name = "sbom_%s_test" % row.name,
            size = "small",
            archives = archives,
            expect = "expected/%s.txt" % row.name,
            libc = row.libc,
            platform = row.name,
            sboms = sboms,
            tags = [] if row.name in desk else ["manual"],
        )
    for suite, names in ({name: [row.name for row in rows]} | suites).items():
        native.test_suite(
            name = suite,
            tags = ["manual"],
            tests = ["sbom_%s_test" % row for row in names],
        )
