# SPDX-License-Identifier: MIT
"""`bazel run` of a bill of materials: a program of the machine around a graph of the platform that was asked for."""

load("//platforms:transition.bzl", "enter_platform", "host_tool", "leave_platform")
load("//tools/sbom:providers.bzl", "SbomInfo")

visibility("//tools/release")

def _view_impl(ctx):
    sboms = ctx.attr.sboms[0] if type(ctx.attr.sboms) == "list" else ctx.attr.sboms
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, """#!/bin/sh
# sbom COMMAND --graph FILE ...; a table if no command is said.
command=${1:-table}
[ $# -eq 0 ] || shift
exec %s "$command" --graph %s "$@"
""" % (ctx.executable._sbom.short_path, sboms[SbomInfo].graph.short_path), is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles([sboms[SbomInfo].graph]).merge(ctx.attr._sbom[0][DefaultInfo].default_runfiles),
    )]

sbom_view = rule(
    implementation = _view_impl,
    doc = "Runs the program sbom on the graph of the platform that --platforms names: table, tree, write --out FORMAT=FILE.",
    cfg = leave_platform,
    executable = True,
    attrs = {
        "sboms": attr.label(cfg = enter_platform, mandatory = True, providers = [SbomInfo]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_sbom": attr.label(default = "//tools/sbom/cmd/sbom", executable = True, cfg = host_tool),
    },
)
