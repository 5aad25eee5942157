# SPDX-License-Identifier: MIT
"""Builds the toolchain's programs with the Go SDK alone: Go's rules would need the toolchain that these make."""

load("//toolchains/go:build.bzl", "GO_BUILD_ATTRS", "go_build")
load(":providers.bzl", "ZigProgramsInfo")

visibility("//toolchains/zig/...")

def _programs_impl(ctx):
    names = ["compile", "link", "runtime"]
    outs = {n: ctx.actions.declare_file("{}/{}".format(ctx.label.name, n)) for n in names}
    args = ctx.actions.args()
    args.add_all(["-C", ctx.file.module.dirname or ".", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="])
    args.add("-o", "%PWD%/{}/".format(outs["compile"].dirname))
    args.add_all(["./zig/" + n for n in names])
    go_build(
        ctx,
        arguments = [args],
        inputs = ctx.files.srcs + [ctx.file.module],
        outputs = outs.values(),
        modules = "on",
        mnemonic = "ZigPrograms",
        message = "Building the C toolchain's programs",
    )
    return [
        DefaultInfo(files = depset(outs.values())),
        ZigProgramsInfo(label = ctx.label, **outs),
    ]

zig_programs = rule(
    implementation = _programs_impl,
    doc = "One action for all programs; each program's bytes decide what is rebuilt after it, not the action.",
    attrs = {
        "module": attr.label(doc = "go.mod of the programs' module", allow_single_file = True, mandatory = True),
        "srcs": attr.label_list(doc = "Go files", allow_files = [".go"], mandatory = True),
    } | GO_BUILD_ATTRS,
    provides = [ZigProgramsInfo],
)
