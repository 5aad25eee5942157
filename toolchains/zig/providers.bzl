# SPDX-License-Identifier: MIT
"""What the parts of a zig toolchain tell each other."""

visibility("//toolchains/zig/...")

ZigToolsInfo = provider(
    doc = "The C tools of one row of the matrix.",
    fields = {
        "cc": "(File) the compiler",
        "label": "(Label) the target that made them, to simplify debugging",
        "ld": "(File) the linker",
        "zig": "(File) zig itself, which is also the archiver",
    },
)
