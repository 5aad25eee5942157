# SPDX-License-Identifier: MIT
"""Bills of materials of one platform's archive."""

load("//platforms:transition.bzl", "host_tool", "row_of")
load("//tools/release:providers.bzl", "ArchiveInfo", "ReleaseFilesInfo")
load("//tools/sbom:defs.bzl", "FORMATS", "resolve", "sbom_aspect", "sbom_attrs", "sbom_info", "write_formats")
load("//tools/sbom:providers.bzl", "SbomInfo")

visibility("//tools/release")

def _sboms_impl(ctx):
    row = row_of(ctx.attr._platform.label)
    info = ctx.attr.archives[ArchiveInfo]
    stem = info.archive.basename.removesuffix(".zip").removesuffix(".tar.gz")
    graph = resolve(
        ctx,
        name = stem,
        target = ctx.attr.archives,
        artifact = info.archive,
        programs = info.programs,
        libraries = info.libraries,
        platform = row.name,
    )
    documents = write_formats(ctx, name = stem, graph = graph, formats = ctx.attr.formats)
    files = [struct(name = f.basename, file = f, kind = "sbom", platform = row.name) for f in documents]
    return [
        DefaultInfo(files = depset(documents)),
        OutputGroupInfo(graph = depset([graph])),
        ReleaseFilesInfo(label = ctx.label, files = depset(files)),
        sbom_info(ctx, target = ctx.attr.archives, graph = graph, programs = info.programs.values()),
    ]

platform_sboms = rule(
    implementation = _sboms_impl,
    doc = "The bills of materials of the release archive of the platform that is being built for; formats: " + ", ".join(FORMATS.keys()),
    attrs = sbom_attrs(host_tool) | {
        "archives": attr.label(aspects = [sbom_aspect], doc = "a platform_archives", mandatory = True, providers = [ArchiveInfo]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_platform": attr.label(default = "//platforms:target"),
    },
    provides = [ReleaseFilesInfo, SbomInfo],
)
