# SPDX-License-Identifier: MIT
"""What the parts of a release tell each other."""

visibility(["//docs/...", "//tools/..."])

ArchiveInfo = provider(
    doc = "What a release archive holds that was linked.",
    fields = {
        "archive": "(File) the archive",
        "label": "(Label) the target that made it, to simplify debugging",
        "libraries": "(dict[string, File]) static libraries by their names in the archive",
        "programs": "(dict[string, File]) programs by their names in the archive, each as its target linked it",
        "twins": "(dict[string, File]) the same programs with their symbols, as the debug archive holds them",
        "with_c": "(list[string]) the names of the programs that have C in them",
        "released": "(dict[string, File]) the same programs as the archive holds them, stripped",
    },
)

ReleaseSourcesInfo = provider(
    doc = "Source files that files of a release were made of.",
    fields = {
        "label": "(Label) the target that made them, to simplify debugging",
        "sources": "(depset[File]) the files; those of other repositories may be among them",
    },
)

ReleaseFilesInfo = provider(
    doc = "Files of a release, each with what the manifest says of it.",
    fields = {
        "files": "(depset[struct]) name (string), file (File), kind (string) and platform (string) of each file",
        "label": "(Label) the target that made them, to simplify debugging",
    },
)
