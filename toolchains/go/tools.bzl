# SPDX-License-Identifier: MIT
"""Tools of the Go SDK, which has them as source only."""

load("//platforms:transition.bzl", "without_tags")
load(":build.bzl", "GO_BUILD_ATTRS", "go_build")

visibility("//toolchains/go")

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
