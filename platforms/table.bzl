# SPDX-License-Identifier: MIT
"""The matrix for people: Markdown tables."""

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

_SYSTEMS = {"darwin": "macOS", "freebsd": "FreeBSD", "linux": "Linux", "netbsd": "NetBSD", "windows": "Windows"}

def archives(rows):
    """Makes a Markdown table of what to download.

    Args:
      rows: of the matrix
    Returns:
      its lines
    """
    lines = ["| Archive | System | Processor | needs | tier |", "|---|---|---|---|---|"]
    for row in rows:
        format = "zip" if row.goos == "windows" else "tar.gz"
        lines.append("| `gosqlite_VERSION_{}.{}` | {} | {} | {} | {} |".format(
            row.name,
            format,
            _SYSTEMS[row.goos],
            row.goarch,
            row.floor,
            row.tier,
        ))
    return lines

def _table_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".md")
    lines = {"archives": archives, "platforms": markdown}[ctx.attr.shows](MATRIX)
    ctx.actions.write(out, "\n".join(lines) + "\n")
    return [DefaultInfo(files = depset([out]))]

platform_table = rule(
    implementation = _table_impl,
    attrs = {
        "shows": attr.string(
            doc = "platforms for who builds, archives for who downloads",
            default = "platforms",
            values = ["archives", "platforms"],
        ),
    },
)
