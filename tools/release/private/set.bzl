# SPDX-License-Identifier: MIT
"""A release set: the files of one or several platforms in one folder, with manifest and checksums."""

load("//platforms:transition.bzl", "enter_each", "enter_platform", "host_tool", "leave_platform")
load("//tools/release:providers.bzl", "ReleaseFilesInfo", "ReleaseSourcesInfo")
load("//tools/release:version.bzl", "RELEASE_TIME", "VERSION")
load("//tools/sbom:providers.bzl", "SbomInfo")
load(":notes.bzl", "release_notes", "release_notes_attrs")
load(":provenance.bzl", "provenance", "provenance_attrs")
load(":release_sboms.bzl", "release_sbom_attrs", "release_sboms")
load(":vex.bzl", "vex_attrs", "vex_documents")

visibility("//tools/release")

def _place(ctx, name):
    return ctx.actions.declare_file("{}/{}".format(ctx.label.name, name))

def _manifest(ctx, entries, manifest, sums):
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("--out", manifest)
    args.add("--sums", sums)
    args.add("--version", VERSION)
    args.add("--time", RELEASE_TIME)
    for entry in entries:
        args.add("--file")
        args.add(entry.file, format = entry.name + "=%s:{}:{}".format(entry.kind, entry.platform))
    ctx.actions.run(
        executable = ctx.executable._manifest,
        arguments = [args],
        inputs = [e.file for e in entries],
        outputs = [manifest, sums],
        mnemonic = "Manifest",
        progress_message = "Writing %{output}",
    )

def _set_impl(ctx):
    parts = [t for targets in ctx.split_attr.platform_files.values() for t in targets]
    entries = depset(transitive = [t[ReleaseFilesInfo].files for t in parts + [ctx.attr._shared]]).to_list()
    sboms = [t[SbomInfo] for t in parts if SbomInfo in t]
    graphs = [s.graph for s in sboms]
    if ctx.attr.whole:
        documents, graph = release_sboms(ctx, graphs)
        entries = entries + documents
        graphs = graphs + [graph]
    entries = entries + vex_documents(ctx, entries)

    # The notes list every other file, and the manifest lists the notes.
    listed = ctx.actions.declare_file(ctx.label.name + "_notes/manifest.json")
    _manifest(ctx, entries, listed, ctx.actions.declare_file(ctx.label.name + "_notes/SHA256SUMS"))
    entries = entries + release_notes(ctx, listed, entries)
    outs = []
    for entry in entries:
        out = _place(ctx, entry.name)
        ctx.actions.symlink(output = out, target_file = entry.file)
        outs.append(out)
    manifest, sums = _place(ctx, "manifest.json"), _place(ctx, "SHA256SUMS")
    _manifest(ctx, entries, manifest, sums)
    statement = _place(ctx, "provenance.intoto.json")
    provenance(
        ctx,
        out = statement,
        manifest = manifest,
        sources = depset(ctx.files._facts + ctx.files._decisions, transitive = [s.sources for s in sboms] + [ctx.attr._shared[ReleaseSourcesInfo].sources]),
    )
    return [
        DefaultInfo(files = depset(outs + [manifest, sums, statement])),
        OutputGroupInfo(
            graphs = depset(graphs),
            programs = depset([p for s in sboms for p in s.programs]),
        ),
    ]

def _set_rule(doc, enter, whole, attrs = {}):
    return rule(
        implementation = _set_impl,
        doc = doc,
        cfg = leave_platform,
        attrs = attrs | provenance_attrs(host_tool) | release_notes_attrs(host_tool) | release_sbom_attrs(host_tool) | vex_attrs(host_tool) | {
            "whole": attr.bool(default = whole, doc = "whether the set is a release, with documents of its own"),
            "platform_files": attr.label_list(
                default = ["//tools/release:archives", "//tools/release/sbom:sboms"],
                cfg = enter,
                providers = [ReleaseFilesInfo],
            ),
            "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
            "_manifest": attr.label(default = "//tools/release/cmd/manifest", executable = True, cfg = host_tool),
            "_shared": attr.label(default = "//tools/release/shared", providers = [ReleaseFilesInfo, ReleaseSourcesInfo]),
        },
    )

release_set = _set_rule("The files of the platform that --platforms names.", enter_platform, False)

release_sets = _set_rule(
    "The files of all platforms, or of those in `only`.",
    enter_each,
    True,
    {"only": attr.string_list(doc = "names in the matrix; none means all")},
)
