# SPDX-License-Identifier: MIT
"""The licenses of what an archive holds, as one text."""

load("//platforms:transition.bzl", "host_tool")

visibility("//tools/release")

def _notices_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("--out", out)
    for target, title in ctx.attr.texts.items():
        files = target[DefaultInfo].files.to_list()
        for file in files:
            args.add("--section")
            args.add(file, format = title + (", " + file.basename if len(files) > 1 else "") + "=%s")
    ctx.actions.run(
        executable = ctx.executable._notices,
        arguments = [args],
        inputs = ctx.files.texts,
        outputs = [out],
        mnemonic = "Notices",
    )
    return [DefaultInfo(files = depset([out]))]

notices = rule(
    implementation = _notices_impl,
    attrs = {
        "texts": attr.label_keyed_string_dict(doc = "license file: title", allow_files = True, mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_notices": attr.label(default = "//tools/release/cmd/notices", executable = True, cfg = host_tool),
    },
)
