# SPDX-License-Identifier: MIT
"""What targets.bzl says of each row of the matrix, as a file that a test can read."""

load("//platforms:matrix.bzl", "MATRIX")
load("//toolchains/zig:targets.bzl", "compile_flags", "header_folders", "zig_flags")

visibility("//toolchains/zig/...")

def _rows_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(out, json.encode_indent([
        {
            "name": row.name,
            "triple": row.triple,
            "zig_flags": zig_flags(row),
            "compile_flags": compile_flags(row),
            "header_folders": header_folders(row),
        }
        for row in MATRIX
    ]))
    return [DefaultInfo(files = depset([out]))]

rows = rule(implementation = _rows_impl)
