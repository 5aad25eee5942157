# SPDX-License-Identifier: MIT
"""A program with C in it for several rows of the matrix, over the driver's own unit."""

load(":transition.bzl", "enter_each_own_unit", "leave_platform")

visibility("public")

platform_programs = rule(
    implementation = lambda ctx: [DefaultInfo(files = depset(transitive = [p[DefaultInfo].files for p in ctx.attr.program]))],
    doc = "That the program compiles and links on all platforms, or on those in `only`.",
    cfg = leave_platform,
    attrs = {
        "only": attr.string_list(doc = "names in the matrix; none means all"),
        "program": attr.label(cfg = enter_each_own_unit, mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
