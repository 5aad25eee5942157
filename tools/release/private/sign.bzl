# SPDX-License-Identifier: MIT
"""`bazel run` of the signer around a release set. Keys stay outside the build: the set is the only input."""

load("//platforms:transition.bzl", "host_tool")

visibility("//tools/release")

def _sign_impl(ctx):
    files = ctx.files.set
    folder = files[0].short_path.rpartition("/")[0]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")

    # What becomes of the arguments is the signer's own matter, where tests see it.
    ctx.actions.write(script, """#!/bin/sh
exec "$PWD/%s" --built "$PWD/%s" "$@"
""" % (ctx.executable._sign.short_path, folder), is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files).merge(ctx.attr._sign[0][DefaultInfo].default_runfiles),
    )]

_sign = rule(
    implementation = _sign_impl,
    doc = "Signs what the set holds: ./bazelw run //:sign -- --key KEY --out DIR.",
    executable = True,
    attrs = {
        "set": attr.label(doc = "a release set", mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_sign": attr.label(default = "//tools/release/cmd/sign", executable = True, cfg = host_tool),
    },
)

def signers(name, sets):
    """Declares a signer for each set: NAME for :release, NAME_all for :release_all.

    Args:
      name: of the first
      sets: labels of release sets, each :release or :release and an ending
    """
    for label in sets:
        _sign(
            name = name + label.removeprefix(":release"),
            set = label,
            tags = ["manual"],
        )
