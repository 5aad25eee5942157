# SPDX-License-Identifier: MIT
"""Bills of materials of a whole release: one document for all platforms, and every format in one archive."""

load("//tools/release:version.bzl", "RELEASE_TIME", "VERSION")
load("//tools/sbom:defs.bzl", "FORMATS", "write_formats")

visibility("//tools/release/private")

# Beside the archives.
_BESIDE = ["cyclonedx-1.7+json", "spdx-2.3+json"]

def _write(ctx, *, stem, graph, formats):
    return write_formats(ctx, name = "{}_/{}".format(ctx.label.name, stem), graph = graph, formats = formats)

def release_sboms(ctx, graphs):
    """Declares the documents of a release of several platforms.

    Args:
      ctx: of a rule that has RELEASE_SBOM_ATTRS
      graphs: the graphs of its platforms
    Returns:
      entries of the manifest, and the graph of the whole
    """
    stem = "gosqlite_" + VERSION
    whole = ctx.actions.declare_file("{}_/{}.graph.json".format(ctx.label.name, stem))
    args = ctx.actions.args()
    args.add("merge")
    args.add_all(graphs, before_each = "--graph")
    args.add("--out", whole)
    ctx.actions.run(
        executable = ctx.executable._sbom,
        arguments = [args],
        inputs = graphs,
        outputs = [whole],
        mnemonic = "SbomMerge",
        progress_message = "Merging the bills of materials of %{label}",
    )
    further = [f for f in FORMATS if f not in _BESIDE]
    files = _write(ctx, stem = stem, graph = whole, formats = _BESIDE)
    packed = _write(ctx, stem = stem, graph = whole, formats = further)
    for graph in graphs:
        packed = packed + _write(ctx, stem = graph.basename.removesuffix(".graph.json"), graph = graph, formats = further)
    archive = ctx.actions.declare_file("{}_/{}_sbom_formats.tar.gz".format(ctx.label.name, stem))
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("--out", archive)
    args.add_all(["--format", "tar.gz", "--prefix", stem + "_sbom_formats", "--time", RELEASE_TIME, "--rules", "sbom/linux"])
    for file in packed:
        args.add("--file")
        args.add(file, format = file.basename + "=%s")
    ctx.actions.run(
        executable = ctx.executable._pack,
        arguments = [args],
        inputs = packed,
        outputs = [archive],
        mnemonic = "Pack",
        progress_message = "Packing %{output}",
    )
    return [struct(name = f.basename, file = f, kind = "sbom", platform = "") for f in files + [archive]], whole

def release_sbom_attrs(cfg):
    """Attributes of a rule that calls release_sboms, with its tools in the configuration cfg."""
    return {
        "_pack": attr.label(default = "//tools/release/cmd/pack", executable = True, cfg = cfg),
        "_sbom": attr.label(default = "//tools/sbom/cmd/sbom", executable = True, cfg = cfg),
    }
