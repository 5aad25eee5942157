# SPDX-License-Identifier: MIT
"""The archives of one platform, built in that platform's configuration."""

load("//platforms:transition.bzl", "host_tool", "row_of")
load("//tools/release:providers.bzl", "ArchiveInfo", "ReleaseFilesInfo")
load("//tools/release:version.bzl", "RELEASE_TIME", "VERSION")

visibility("//tools/release")

_LIBRARY = "lib/libsqlite3.a"

def _strip(ctx, binary):
    out = ctx.actions.declare_file("{}_/{}".format(ctx.label.name, binary.basename))
    args = ctx.actions.args()
    args.add("--in", binary)
    args.add("--out", out)
    ctx.actions.run(
        executable = ctx.executable._strip,
        arguments = [args],
        inputs = [binary],
        outputs = [out],
        mnemonic = "Strip",
        progress_message = "Stripping %{input}",
    )
    return out

def _identify(ctx, row, program):
    """The program with a build identity. Go's own linker writes none into PE, and Go's rules all others."""
    if row.goos != "windows":
        return program
    out = ctx.actions.declare_file("{}_linked/{}".format(ctx.label.name, program.basename))
    args = ctx.actions.args()
    args.add("--set")
    args.add("--in", program)
    args.add("--out", out)
    ctx.actions.run(
        executable = ctx.executable._buildid,
        arguments = [args],
        inputs = [program],
        outputs = [out],
        mnemonic = "Identify",
        progress_message = "Setting the build identity of %{input}",
    )
    return out

def _pack(ctx, *, kind, row, files):
    """Writes an archive of {name: File}; returns the File."""
    format = "zip" if row.goos == "windows" and kind == "release" else "tar.gz"
    name = "gosqlite_{}_{}".format(VERSION, row.name) + ("_debug" if kind == "debug" else "")
    out = ctx.actions.declare_file("{}/{}.{}".format(ctx.label.name, name, format))
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("--out", out)
    args.add("--format", format)
    args.add("--prefix", name)
    args.add("--time", RELEASE_TIME)
    args.add("--rules", "{}/{}".format(kind, row.goos))
    for path, file in files.items():
        args.add("--file")
        args.add(file, format = path + "=%s")
    ctx.actions.run(
        executable = ctx.executable._pack,
        arguments = [args],
        inputs = files.values(),
        outputs = [out],
        mnemonic = "Pack",
        progress_message = "Packing %{output}",
    )
    return struct(name = out.basename, file = out, kind = "archive" if kind == "release" else "debug", platform = row.name)

def _archives_impl(ctx):
    row = row_of(ctx.attr._platform.label)
    exe = ".exe" if row.goos == "windows" else ""
    with_c = "bin/gosqlite" + exe
    linked = {"bin/" + name + exe: program for name, program in {
        "gosqlite": ctx.executable.shell,
        "gosqlite-verify": ctx.executable.verifier,
    }.items()}
    twins = {path: _identify(ctx, row, program) if path != with_c else program for path, program in linked.items()}
    released = {path: _strip(ctx, program) for path, program in twins.items()}
    library = [f for f in ctx.files.library if f.extension == "a"]
    if len(library) != 1:
        fail("{}: {} has {} static libraries, not one".format(ctx.label, ctx.attr.library.label, len(library)))
    headers = {"include/" + f.basename: f for f in ctx.files.headers}
    release = _pack(ctx, kind = "release", row = row, files = {
        "LICENSE": ctx.file.license,
        "THIRD_PARTY_NOTICES.txt": ctx.file.notices,
        "USAGE.md": ctx.file.usage,
        _LIBRARY: library[0],
    } | headers | released)
    debug = _pack(ctx, kind = "debug", row = row, files = {"LICENSE": ctx.file.license} | twins)
    files = [release, debug]
    return [
        ArchiveInfo(
            label = ctx.label,
            archive = release.file,
            libraries = {_LIBRARY: library[0]},
            programs = linked,
            released = released,
            twins = twins,
            with_c = [with_c],
        ),
        DefaultInfo(files = depset([f.file for f in files])),
        ReleaseFilesInfo(label = ctx.label, files = depset(files)),
    ]

platform_archives = rule(
    implementation = _archives_impl,
    doc = "The release archive and the debug twin of the platform that is being built for.",
    attrs = {
        "headers": attr.label_list(allow_files = [".h"]),
        "library": attr.label(mandatory = True),
        "license": attr.label(allow_single_file = True, mandatory = True),
        "notices": attr.label(allow_single_file = True, mandatory = True),
        "shell": attr.label(executable = True, cfg = "target", mandatory = True),
        "usage": attr.label(allow_single_file = True, mandatory = True),
        "verifier": attr.label(
            doc = "a program without C, over the standard library of the shell",
            executable = True,
            cfg = "target",
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_buildid": attr.label(default = "//tools/release/cmd/buildid", executable = True, cfg = host_tool),
        "_pack": attr.label(default = "//tools/release/cmd/pack", executable = True, cfg = host_tool),
        "_platform": attr.label(default = "//platforms:target"),
        "_strip": attr.label(default = "//tools/release/cmd/strip", executable = True, cfg = host_tool),
    },
    provides = [ArchiveInfo, ReleaseFilesInfo],
)
