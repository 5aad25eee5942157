# SPDX-License-Identifier: MIT
"""What the parts of a zig toolchain tell each other."""

visibility("//toolchains/zig/...")

ZigProgramsInfo = provider(
    doc = "The programs that stand between Bazel's and Go's rules and zig.",
    fields = {
        "compile": "(File) the compiler of a target, under the name cc",
        "label": "(Label) the target that made them, to simplify debugging",
        "link": "(File) the linker of a target, under the name ld",
        "runtime": "(File) builds a target's runtime",
    },
)

ZigToolsInfo = provider(
    doc = "The C tools of one row of the matrix.",
    fields = {
        "cc": "(File) the compiler",
        "label": "(Label) the target that made them, to simplify debugging",
        "ld": "(File) the linker",
        "zig": "(File) zig itself, which is also the archiver",
    },
)
