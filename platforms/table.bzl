# SPDX-License-Identifier: MIT
"""The matrix for people: a Markdown table."""

load(":matrix.bzl", "MATRIX")

visibility(["//docs/...", "//platforms/..."])

def markdown(rows):
    """Makes a Markdown table.

    Args:
      rows: of the matrix
    Returns:
      its lines
    """
    lines = ["| `--platforms=//platforms:` | Go | needs | tier |", "|---|---|---|---|"]
    for row in rows:
        lines.append("| `{}` | {}/{} | {} | {} |".format(row.name, row.goos, row.goarch, row.floor, row.tier))
    return lines

def _table_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".md")
    ctx.actions.write(out, "\n".join(markdown(MATRIX)) + "\n")
    return [DefaultInfo(files = depset([out]))]

platform_table = rule(implementation = _table_impl)
