# SPDX-License-Identifier: MIT
"""The manual as a site."""

load("//platforms:transition.bzl", "host_tool")
load("//tools/release:version.bzl", "RELEASE_TIME", "VERSION")

visibility("//docs")

def _site_impl(ctx):
    out = ctx.actions.declare_file("gosqlite_{}_manual.tar.gz".format(VERSION))
    inputs = [ctx.file.contents, ctx.file.areas] + ctx.files.pages + ctx.files.sources
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("--version", VERSION)
    args.add("--time", RELEASE_TIME)
    args.add("--out", out)
    args.add("--contents", ctx.file.contents)
    args.add("--areas", ctx.file.areas)
    for flag, files in {"--page": ctx.files.pages, "--source": ctx.files.sources}.items():
        for file in files:
            args.add(flag)
            args.add(file, format = file.short_path + "=%s")
    ctx.actions.run(
        executable = ctx.executable._manual,
        arguments = [args],
        inputs = inputs,
        outputs = [out],
        mnemonic = "Manual",
        progress_message = "Making the manual",
    )
    return [DefaultInfo(files = depset([out]))]

manual_site = rule(
    implementation = _site_impl,
    doc = "A site in one tar.gz. A link that leads nowhere and a page that would load something from elsewhere fail the build.",
    attrs = {
        "areas": attr.label(doc = "pieces of a program, for a picture", allow_single_file = [".json"], mandatory = True),
        "contents": attr.label(doc = "the table of contents", allow_single_file = [".json"], mandatory = True),
        "pages": attr.label_list(doc = "Markdown files and pictures", allow_files = [".md", ".svg"], mandatory = True),
        "sources": attr.label_list(doc = "Go files of the packages that are described", allow_files = [".go"], mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_manual": attr.label(default = "//tools/manual/cmd/manual", executable = True, cfg = host_tool),
    },
)
