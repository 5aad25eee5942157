# SPDX-License-Identifier: MIT
"""The programs that toolchains need before Go's rules can build any, in one action: all stand on the same standard library."""

load("//platforms:transition.bzl", "without_tags")
load("//toolchains/go:build.bzl", "COLLECT_LATE", "GO_BUILD_ATTRS", "go_build")

visibility("//toolchains/...")

ToolchainProgramsInfo = provider(
    doc = "Programs that stand between Bazel's and Go's rules, zig and the Go SDK.",
    fields = {
        "label": "(Label) the target that made them, to simplify debugging",
        "programs": "(dict) name to File",
    },
)

# One more file of a program, for the go command and what else it starts.
_COLLECT_LATE = """\
package main

import "os"

func init() {{
{}
}}
""".format("\n".join(["\tos.Setenv(\"{}\", \"{}\")".format(*item) for item in COLLECT_LATE.items()]))

def _collect_late_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".go")
    ctx.actions.write(out, _COLLECT_LATE)
    return [DefaultInfo(files = depset([out]))]

collect_late = rule(
    implementation = _collect_late_impl,
    doc = "A file of package main, which has the program collect garbage late.",
)

def _programs_impl(ctx):
    # The go command finds packages in a folder that does not exist, by a list of where their files are.
    packages = {}
    for sources, path in ctx.attr.packages.items():
        for f in sources[DefaultInfo].files.to_list():
            packages["packages/src/{}/{}".format(path, f.basename)] = f.path
    overlay = ctx.actions.declare_file(ctx.label.name + "_/overlay.json")
    ctx.actions.write(overlay, json.encode({"Replace": packages}))
    names = [p.rpartition("/")[2] for p in ctx.attr.programs]
    outs = {n: ctx.actions.declare_file("{}/{}".format(ctx.label.name, n)) for n in names}
    args = ctx.actions.args()
    args.add_all(["-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="])
    for path, flags in ctx.attr.ldflags.items():
        args.add("-ldflags={}=-s -w -buildid= {}".format(path, flags))
    args.add("-overlay", overlay)
    args.add("-o", "%PWD%/{}/".format(outs.values()[0].dirname))
    args.add_all(ctx.attr.programs)
    go_build(
        ctx,
        arguments = [args],
        gopath = "packages",
        inputs = ctx.files.packages + [overlay],
        outputs = outs.values(),
        mnemonic = "ToolchainPrograms",
        message = "Building the programs of the toolchains",
    )
    return [
        DefaultInfo(files = depset(outs.values())),
        ToolchainProgramsInfo(label = ctx.label, programs = outs),
    ]

toolchain_programs = rule(
    implementation = _programs_impl,
    doc = "One action for all programs; each program's bytes decide what is rebuilt after it, not the action.",
    cfg = without_tags,
    attrs = {
        "ldflags": attr.string_dict(doc = "further flags of the linker, by a program's package"),
        "packages": attr.label_keyed_string_dict(doc = "Go files to the path of the package that they are of", allow_files = [".go"], mandatory = True),
        "programs": attr.string_list(doc = "packages, of these or of the Go SDK", mandatory = True),
    } | GO_BUILD_ATTRS,
    provides = [ToolchainProgramsInfo],
)

def _program_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = out, target_file = ctx.attr.programs[ToolchainProgramsInfo].programs[ctx.label.name], is_executable = True)
    return [DefaultInfo(files = depset([out]), executable = out)]

toolchain_program = rule(
    implementation = _program_impl,
    doc = "The program of this target's name.",
    attrs = {"programs": attr.label(mandatory = True, providers = [ToolchainProgramsInfo])},
    executable = True,
)
