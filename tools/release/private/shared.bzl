# SPDX-License-Identifier: MIT
"""What a release holds for all platforms and makes of the tree alone: the Go module, and the description of interfaces."""

load("//platforms:transition.bzl", "host_tool")
load("//tools/release:providers.bzl", "ReleaseFilesInfo", "ReleaseSourcesInfo")
load("//tools/release:version.bzl", "RELEASE_TIME", "VERSION")

visibility("//tools/release")

# Each package of the root module has its own; a test holds the list against git.
_MODULE_FILES = [
    "//:module_files",
    "//api:module_files",
    "//changes:module_files",
    "//cmd/gosqlite:module_files",
    "//docs:module_files",
    "//driver:module_files",
    "//driver/compat/sqlite3:module_files",
    "//driver/jsoncolumn:module_files",
    "//driver/migrate:module_files",
    "//internal/capi:module_files",
    "//internal/golden:module_files",
    "//internal/plumbing:module_files",
    "//pins:module_files",
    "//platforms:module_files",
    "//platforms/tests:module_files",
    "//shell:module_files",
    "//sqlite:module_files",
    "//sqlite/internal/bridge:module_files",
    "//sqlite/vfs:module_files",
    "//sqlite/vtab:module_files",
    "//sqlite3_amalgamation:module_files",
]

# The tag has these as well: tools/release/module, Generated.
_AMALGAMATION = [
    "@sqlite3_source//:sqlite3.c",
    "@sqlite3_source//:sqlite3.h",
    "//sqlite3_amalgamation:sqlite3_options.h",
]

def _params(ctx):
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    return args

def _module(ctx):
    outs = {
        ext: ctx.actions.declare_file("{}/gosqlite_v{}.{}".format(ctx.label.name, VERSION, ext))
        for ext in ["zip", "mod", "info"]
    }
    args = _params(ctx)
    args.add("--version", "v" + VERSION)
    args.add("--time", RELEASE_TIME)
    for ext, out in outs.items():
        args.add("--" + ext, out)
    for file in ctx.files._module_files:
        args.add("--file")
        args.add(file, format = file.short_path + "=%s")
    for file in ctx.files._amalgamation:
        args.add("--file")
        args.add(file, format = "internal/capi/" + file.basename + "=%s")
    ctx.actions.run(
        executable = ctx.executable._modulezip,
        arguments = [args],
        inputs = ctx.files._module_files + ctx.files._amalgamation,
        outputs = outs.values(),
        mnemonic = "ModuleZip",
        progress_message = "Packing the Go module",
    )
    return [struct(name = f.basename, file = f, kind = "module", platform = "") for f in outs.values()]

def _api(ctx):
    name = "gosqlite_{}_api".format(VERSION)
    out = ctx.actions.declare_file("{}/{}.tar.gz".format(ctx.label.name, name))
    args = _params(ctx)
    args.add("--out", out)
    args.add_all(["--format", "tar.gz", "--prefix", name, "--time", RELEASE_TIME, "--rules", "api/linux"])
    for file in ctx.files._api:
        args.add("--file")
        args.add(file, format = file.basename + "=%s")
    ctx.actions.run(
        executable = ctx.executable._pack,
        arguments = [args],
        inputs = ctx.files._api,
        outputs = [out],
        mnemonic = "Pack",
        progress_message = "Packing %{output}",
    )
    return [struct(name = out.basename, file = out, kind = "api", platform = "")]

def _shared_impl(ctx):
    entries = _module(ctx) + _api(ctx)
    return [
        DefaultInfo(files = depset([e.file for e in entries])),
        ReleaseFilesInfo(label = ctx.label, files = depset(entries)),
        ReleaseSourcesInfo(label = ctx.label, sources = depset(ctx.files._module_files + ctx.files._amalgamation)),
    ]

shared_files = rule(
    implementation = _shared_impl,
    doc = "The Go module and the description of interfaces. Whatever is built, their configuration is one, so that they are made once.",
    cfg = host_tool,
    attrs = {
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_amalgamation": attr.label_list(default = _AMALGAMATION, allow_files = True),
        "_api": attr.label_list(default = ["//api:texts"], allow_files = [".txt"]),
        "_module_files": attr.label_list(default = _MODULE_FILES, allow_files = True),
        "_modulezip": attr.label(default = "//tools/release/cmd/modulezip", executable = True, cfg = host_tool),
        "_pack": attr.label(default = "//tools/release/cmd/pack", executable = True, cfg = host_tool),
    },
    provides = [ReleaseFilesInfo, ReleaseSourcesInfo],
)
