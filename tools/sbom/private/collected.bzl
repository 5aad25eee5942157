# SPDX-License-Identifier: MIT
"""What the aspect saw, as the program collect reads it."""

visibility("//tools/sbom/private")

# Parts of a folder's path by which a toolchain's source files are told apart.
_DEPTH = 4

def _source(file):
    return struct(path = file.path, label = str(file.owner))

def outputs(files):
    """Files by their names in the artifact."""
    return [struct(name = name, path = file.path, label = str(file.owner)) for name, file in files.items()]

def _group(file):
    """The label of a file; of a source that lies deep, of the folder in which it lies."""
    label = file.owner
    if not file.is_source:
        return str(label)
    folder = label.name.rpartition("/")[0]
    name = "/".join(folder.split("/")[:_DEPTH]) if folder else label.name
    return "@@{}//{}:{}".format(label.repo_name, label.package, name)

def collected(root, subject, graph, tools, components):
    """What the program reads: one value, with files by their paths.

    Args:
      root: label of the target, as text
      subject: struct of the document's own facts
      graph: SbomGraphInfo
      tools: list of SbomGraphInfo, of the programs that make the artifact
      components: list of SbomComponentInfo
    Returns:
      a struct for json.encode
    """
    toolchain = depset(transitive = graph.toolchains.to_list()).to_list()
    return struct(
        schema = "gosqlite-sbom-collected/1",
        root = root,
        subject = subject,
        targets = [struct(
            label = t.label,
            kind = t.kind,
            importpath = t.importpath,
            purl = t.purl,
            files = [_source(f) for f in t.sources],
        ) for t in depset(transitive = [g.targets for g in [graph] + tools]).to_list()],
        tools = [str(t.label) for t in tools],
        toolchain = struct(
            runtime = [f.path for f in toolchain if f.is_directory],
            # Thousands of headers: a folder stands for them.
            labels = {_group(f): None for f in toolchain if not f.is_directory}.keys(),
        ),
        edges = [struct(to = e.to, attribute = e.attribute, meaning = e.meaning, **{"from": e.source}) for e in depset(transitive = [g.edges for g in [graph] + tools]).to_list()],
        components = [json.decode(d) for d in depset(transitive = [c.declarations for c in components]).to_list()],
    )
