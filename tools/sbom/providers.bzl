# SPDX-License-Identifier: MIT
"""What the parts of a bill of materials tell each other."""

visibility("public")

SbomGraphInfo = provider(
    doc = "What the aspect saw below a target. It only collects: nothing is resolved, judged or digested here.",
    fields = {
        "edges": "(depset[struct]) from, to (labels as text), attribute and meaning of each edge",
        "files": "(depset[File]) all files that `targets` name",
        "label": "(Label) the target that the aspect looked at, to simplify debugging",
        "objects": "(depset[struct]) label (text, or stdlib) and file of each archive that the linker is given",
        "targets": "(depset[struct]) label, kind, importpath, purl and sources (tuple of Files) of each target",
        "toolchains": "(depset[depset[File]]) the files of each toolchain that was chosen",
    },
)

SbomComponentInfo = provider(
    doc = "Declared components. A single declaration is a set of one.",
    fields = {
        "declarations": "(depset[string]) the attributes of each sbom_component, as JSON: a depset holds no dict",
        "files": "(depset[File]) license files and other files that the declarations name",
        "label": "(Label) the target that made the set, to simplify debugging",
    },
)

SbomInfo = provider(
    doc = "A bill of materials.",
    fields = {
        "graph": "(File) the resolved graph, from which every format is written",
        "label": "(Label) the target that made it, to simplify debugging",
        "objects": "(depset[struct]) as in SbomGraphInfo, of what is linked",
        "programs": "(tuple[File]) the programs with their symbols, for the attribution of bytes",
        "runtime": "(tuple[File]) folders of the runtimes that toolchains link",
        "sources": "(depset[File]) source files of what is linked, and of the programs that make the artifact",
    },
)
