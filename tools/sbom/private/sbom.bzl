# SPDX-License-Identifier: MIT
"""A bill of materials of one target, from the graph of what is linked into it."""

load("//tools/sbom:providers.bzl", "SbomComponentInfo", "SbomGraphInfo", "SbomInfo")
load(":aspect.bzl", "sbom_aspect")
load(":collected.bzl", "collected", "outputs")

visibility("//tools/sbom")

# Suffixes of documents, by the names that the program sbom has for their formats.
FORMATS = {
    "cyclonedx-1.6+json": ".cdx-1.6.json",
    "cyclonedx-1.6+xml": ".cdx-1.6.xml",
    "cyclonedx-1.7+json": ".cdx.json",
    "spdx-2.3+json": ".spdx.json",
    "spdx-2.3+tag-value": ".spdx",
    "spdx-3.0.1+json": ".spdx3.json",
}

def resolve(ctx, *, name, target, artifact, programs, libraries = {}, platform = ""):
    """Declares the action that resolves a graph.

    Args:
      ctx: of a rule that has sbom_attrs("exec")
      name: of the document
      target: what the aspect went over
      artifact: the File that the document describes
      programs: {name in the artifact: File with its symbols}
      libraries: {name in the artifact: File of a static library}
      platform: row of the matrix, or "" where the word means nothing
    Returns:
      the graph's File
    """
    graph = target[SbomGraphInfo]
    components = [c[SbomComponentInfo] for c in ctx.attr.components]
    tools = [t[SbomGraphInfo] for t in ctx.attr.tools]
    raw = ctx.actions.declare_file(name + ".collected.json")
    out = ctx.actions.declare_file(name + ".graph.json")
    subject = struct(
        name = name,
        title = ctx.attr.title,
        version = ctx.attr.version,
        time = ctx.attr.time,
        platform = platform,
        supplier = ctx.attr.supplier,
        supplier_url = ctx.attr.supplier_url,
        license = ctx.attr.license,
        artifact = artifact.path,
        programs = outputs(programs),
        libraries = outputs(libraries),
    )
    ctx.actions.write(raw, json.encode_indent(collected(str(target.label), subject, graph, tools, components), indent = " ") + "\n")
    sums = ctx.files.go_sums
    args = ctx.actions.args()
    args.add("--collected", raw)
    args.add("--out", out)
    if ctx.file.pins:
        args.add("--pins", ctx.file.pins)
    args.add_all(sums, before_each = "--go-sum")
    ctx.actions.run(
        executable = ctx.executable._collect,
        arguments = [args],
        inputs = depset(
            [raw, artifact] + programs.values() + libraries.values() + runtimes(graph) + sums + ([ctx.file.pins] if ctx.file.pins else []),
            transitive = [g.files for g in [graph] + tools] + [c.files for c in components],
        ),
        outputs = [out],
        mnemonic = "SbomGraph",
        progress_message = "Resolving the bill of materials of %{label}",
    )
    return out

def sbom_info(ctx, *, target, graph, programs):
    """The provider of a bill of materials.

    Args:
      ctx: of a rule that has sbom_attrs("exec")
      target: what the aspect went over
      graph: the graph's File
      programs: Files with their symbols
    Returns:
      an SbomInfo
    """
    seen = target[SbomGraphInfo]
    return SbomInfo(
        label = ctx.label,
        graph = graph,
        objects = seen.objects,
        programs = tuple(programs),
        runtime = tuple(runtimes(seen)),
        sources = depset(transitive = [seen.files] + [t[SbomGraphInfo].files for t in ctx.attr.tools]),
    )

def runtimes(graph):
    """The folders among the files of an SbomGraphInfo's toolchains."""
    return [f for files in graph.toolchains.to_list() for f in files.to_list() if f.is_directory]

def write_formats(ctx, *, name, graph, formats):
    """Declares the action that writes documents.

    Args:
      ctx: of a rule that has the program sbom as its attribute _sbom
      name: of the documents, without suffix
      graph: the graph's File
      formats: keys of FORMATS
    Returns:
      a list of Files
    """
    outs = {f: ctx.actions.declare_file(name + FORMATS[f]) for f in formats}
    args = ctx.actions.args()
    args.add("write")
    args.add("--graph", graph)
    for format, out in outs.items():
        args.add("--out")
        args.add(out, format = format + "=%s")
    ctx.actions.run(
        executable = ctx.executable._sbom,
        arguments = [args],
        inputs = [graph],
        outputs = outs.values(),
        mnemonic = "Sbom",
        progress_message = "Writing the bill of materials of %{label}",
    )
    return outs.values()

def sbom_attrs(cfg):
    """Gives the attributes of every rule that makes documents.

    Args:
      cfg: in which configuration tools run: "exec", or a transition to one
    Returns:
      a dict
    """
    return {
        "components": attr.label_list(doc = "sbom_component and sbom_components targets; those that cover nothing are left out", mandatory = True, providers = [SbomComponentInfo]),
        "formats": attr.string_list(default = ["cyclonedx-1.7+json", "spdx-2.3+json"], doc = "keys of FORMATS"),
        "go_sums": attr.label_list(doc = "go.sum files: the h1: of a module is a property", allow_files = True),
        "license": attr.string(doc = "SPDX expression of the target as a whole", mandatory = True),
        "pins": attr.label(doc = "file of pins that components name keys of", allow_single_file = [".json"]),
        "supplier": attr.string(doc = "who supplies the target", mandatory = True),
        "supplier_url": attr.string(mandatory = True),
        "time": attr.string(doc = "the release date, such as 2026-11-23T00:00:00Z", mandatory = True),
        "title": attr.string(doc = "what the target is called in package URLs", mandatory = True),
        "tools": attr.label_list(
            default = [
                "//tools/sbom/cmd/collect",
                "//tools/sbom/cmd/sbom",
            ],
            aspects = [sbom_aspect],
            cfg = cfg,
            doc = "the programs that make the target out of what was linked: what they are made of is recorded as build tools",
        ),
        "version": attr.string(mandatory = True),
        "_collect": attr.label(default = "//tools/sbom/cmd/collect", executable = True, cfg = cfg),
        "_sbom": attr.label(default = "//tools/sbom/cmd/sbom", executable = True, cfg = cfg),
    }

def _sbom_impl(ctx):
    target = ctx.attr.target
    program = target[DefaultInfo].files_to_run.executable
    if not program:
        fail("{}: {} is no program: name a go_binary or cc_binary".format(ctx.label, target.label))
    graph = resolve(
        ctx,
        name = ctx.label.name,
        target = target,
        artifact = program,
        programs = {program.basename: program},
    )
    documents = write_formats(ctx, name = ctx.label.name, graph = graph, formats = ctx.attr.formats)
    return [
        DefaultInfo(files = depset(documents)),
        OutputGroupInfo(graph = depset([graph])),
        sbom_info(ctx, target = target, graph = graph, programs = [program]),
    ]

sbom = rule(
    implementation = _sbom_impl,
    doc = "A bill of materials of a program, which must have its symbols: NAME.cdx.json and NAME.spdx.json.",
    attrs = sbom_attrs("exec") | {
        "target": attr.label(aspects = [sbom_aspect], mandatory = True),
    },
    provides = [SbomInfo],
)
