# SPDX-License-Identifier: MIT
"""`bazel run` of the program sbom: a program of the machine around what was made for the platform that was asked for."""

load("//platforms:transition.bzl", "enter_platform", "host_tool", "leave_platform")
load("//tools/sbom:providers.bzl", "SbomInfo")

visibility("//tools/release")

def _view_impl(ctx):
    sboms = ctx.attr.sboms[0] if type(ctx.attr.sboms) == "list" else ctx.attr.sboms
    graph = sboms[SbomInfo].graph
    documents = [f for f in sboms[DefaultInfo].files.to_list() if f.extension == "json"]
    schemas = {f.short_path.rpartition("/")[0]: None for f in ctx.files._schemas}
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, """#!/bin/sh
# sbom COMMAND ...; a table if no command is said. A command that looks at one platform gets what was made for it, unless
# other documents are named; merge, diff and treemap look at what they are given.
command=${{1:-table}}
[ $# -eq 0 ] || shift
case " $*" in
*" --document"* | *" -document"* | *" --help"* | *" -h"*) documents=named ;;
*) documents=ours ;;
esac
case $command-$documents in
check-* | table-* | tree-* | write-*) set -- --graph "$PWD/{graph}" "$@" ;;
expect-ours) set -- --document "$PWD/{first}" "$@" ;;
score-ours) set -- {score} "$@" ;;
esac
exec "$PWD/{sbom}" "$command" "$@"
""".format(
        sbom = ctx.executable._sbom.short_path,
        graph = graph.short_path,
        first = documents[0].short_path,
        score = " ".join(
            ["--document \"$PWD/%s\"" % f.short_path for f in documents] +
            ["--schemas \"$PWD/%s\"" % folder for folder in schemas],
        ),
    ), is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles([graph] + documents + ctx.files._schemas).merge(ctx.attr._sbom[0][DefaultInfo].default_runfiles),
    )]

sbom_view = rule(
    implementation = _view_impl,
    doc = "Runs the program sbom on what was made for the platform that --platforms names: table, tree, score, write --out FORMAT=FILE.",
    cfg = leave_platform,
    executable = True,
    attrs = {
        "sboms": attr.label(cfg = enter_platform, mandatory = True, providers = [SbomInfo]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_sbom": attr.label(default = "//tools/sbom/cmd/sbom", executable = True, cfg = host_tool),
        "_schemas": attr.label_list(default = ["@cyclonedx_schemas//:schemas", "@spdx_schemas//:schemas"]),
    },
)
