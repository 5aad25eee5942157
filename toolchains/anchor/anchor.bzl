# SPDX-License-Identifier: MIT
"""Compiles anchor.c with zig's clang and linker alone: it comes before every other tool."""

visibility(["//toolchains/..."])

_COMPILE_FLAGS = [
    # Without these three, clang's driver looks for settings and a GCC where the machine has them.
    "--no-default-config",
    "--sysroot=/dev/null",
    "--gcc-toolchain=/dev/null",
    "-nostdinc",
    "-ffreestanding",
    "-fno-stack-protector",
    "-fno-pic",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-g0",
]

def _anchor_impl(ctx):
    obj = ctx.actions.declare_file(ctx.label.name + ".o")
    out = ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add("clang")
    args.add("--target={}-unknown-linux".format(ctx.attr.cpu))
    args.add_all(_COMPILE_FLAGS)
    args.add("-c", ctx.file.src)
    args.add("-o", obj)
    ctx.actions.run(
        executable = ctx.file._zig,
        arguments = [args],
        inputs = [ctx.file.src],
        outputs = [obj],
        env = {"LC_ALL": "C"},
        mnemonic = "AnchorCompile",
    )
    args = ctx.actions.args()
    args.add_all(["ld.lld", "-static", "--build-id=sha1", "-o", out, obj])
    ctx.actions.run(
        executable = ctx.file._zig,
        arguments = [args],
        inputs = [obj],
        outputs = [out],
        env = {"LC_ALL": "C"},
        mnemonic = "AnchorLink",
    )
    return [DefaultInfo(files = depset([out]), executable = out)]

anchor = rule(
    implementation = _anchor_impl,
    attrs = {
        "cpu": attr.string(doc = "clang's name of the processor that actions run on", mandatory = True),
        "src": attr.label(allow_single_file = [".c"], mandatory = True),
        "_zig": attr.label(default = "@zig_sdk//:zig", allow_single_file = True, cfg = "exec"),
    },
    executable = True,
)
