# SPDX-License-Identifier: MIT
"""The tools of Go's rules, built without the shell script that those rules use for it."""

# The builder is linked with this prefix; Go's rules do not export it.
load("@rules_go//go/private:common.bzl", "RULES_GO_STDLIB_PREFIX")  # buildifier: disable=bzl-visibility
load("//platforms:transition.bzl", "without_tags")
load(":build.bzl", "COLLECT_LATE", "GO_BUILD_ATTRS", "go_build")

visibility("//toolchains/go")

# One more file of the builder, for the go command and what else it starts.
_COLLECT_LATE = """\
package main

import "os"

func init() {{
{}
}}
""".format("\n".join(["\tos.Setenv(\"{}\", \"{}\")".format(*item) for item in COLLECT_LATE.items()]))

def _builder_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    collect_late = ctx.actions.declare_file(ctx.label.name + "_/collect_late.go")
    ctx.actions.write(collect_late, _COLLECT_LATE)

    # The go command takes files of one folder only, or what it is told to see there.
    seen_as = ctx.files.srcs[0].dirname + "/" + collect_late.basename
    overlay = ctx.actions.declare_file(ctx.label.name + "_/overlay.json")
    ctx.actions.write(overlay, json.encode({"Replace": {seen_as: collect_late.path}}))
    args = ctx.actions.args()
    args.add_all(["-trimpath", "-ldflags=-buildid= -X main.rulesGoStdlibPrefix=" + RULES_GO_STDLIB_PREFIX])
    args.add("-o", out)
    args.add("-overlay", overlay)
    args.add_all(ctx.files.srcs + [seen_as])
    go_build(
        ctx,
        arguments = [args],
        inputs = ctx.files.srcs + [collect_late, overlay],
        outputs = [out],
        modules = "off",
        mnemonic = "GoBuilder",
        message = "Building the builder of Go's rules",
    )
    return [DefaultInfo(files = depset([out]), executable = out)]

go_builder = rule(
    implementation = _builder_impl,
    doc = "The program that runs nearly every action of Go's rules.",
    cfg = without_tags,
    attrs = {
        "srcs": attr.label_list(allow_files = [".go"], mandatory = True),
    } | GO_BUILD_ATTRS,
    executable = True,
)

def _sdk_tool_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add_all(["-trimpath", "-ldflags=-buildid="])
    args.add("-o", out)
    args.add("cmd/" + ctx.label.name)
    go_build(
        ctx,
        arguments = [args],
        inputs = [],
        outputs = [out],
        modules = "off",
        mnemonic = "GoSdkTool",
        message = "Building {}, which the Go SDK holds as source only".format(ctx.label.name),
    )
    return [DefaultInfo(files = depset([out]), executable = out)]

go_sdk_tool = rule(
    implementation = _sdk_tool_impl,
    doc = "The command of the Go SDK that has this target's name.",
    cfg = without_tags,
    attrs = GO_BUILD_ATTRS,
    executable = True,
)
