# SPDX-License-Identifier: MIT
"""`bazel run` of the scanner around a release set: its bills of materials, its debug twins, and the release's date."""

load("//platforms:transition.bzl", "host_tool")
load("//tools/release:version.bzl", "RELEASE_TIME")

visibility("//tools/release")

def _scan_view_impl(ctx):
    bills = [f for f in ctx.files.set if f.basename.endswith(".cdx.json")]
    twins = [f for f in ctx.files.set if f.basename.endswith("_debug.tar.gz")]
    for what, found in {"bills of materials (*.cdx.json)": bills, "debug twins (*_debug.tar.gz)": twins}.items():
        if not found:
            fail("{}: {} has no {}: name a release set".format(ctx.label, ctx.attr.set.label, what))
    args = ["--date " + RELEASE_TIME.partition("T")[0], "--zig \"$PWD/%s\"" % ctx.file._zig.short_path]
    args += ["--sbom \"$PWD/%s\"" % f.short_path for f in bills] + ["--twin \"$PWD/%s\"" % f.short_path for f in twins]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, """#!/bin/sh
# The Go that made the scanner reads the packages, too: what another one says of them it may not understand.
PATH=$(dirname "$(readlink -f "$PWD/{go}")"):$PATH GOTOOLCHAIN=local
export PATH GOTOOLCHAIN
# The scanner's other commands, and the scan of a published release, need nothing of what was built.
case ${{1-}} in
advisory | db | pass) exec "$PWD/{scan}" "$@" ;;
esac
for argument; do
    case $argument in
    -release | --release | -release=* | --release=*) exec "$PWD/{scan}" "$@" ;;
    esac
done
# Of a flag that is given twice the last one counts.
exec "$PWD/{scan}" {args} "$@"
""".format(scan = ctx.executable._scan.short_path, go = ctx.file._go.short_path, args = " ".join(args)), is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(bills + twins + [ctx.file._go, ctx.file._zig]).merge(ctx.attr._scan[0][DefaultInfo].default_runfiles),
    )]

scan_view = rule(
    implementation = _scan_view_impl,
    doc = "Scans the tree and what the set holds: ./bazelw run //:scan -- [--gate release] [--out DIR].",
    executable = True,
    attrs = {
        "set": attr.label(doc = "a release set", mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_go": attr.label(default = "@go_sdk_files//:bin/go", allow_single_file = True, cfg = "exec"),
        "_scan": attr.label(default = "//tools/scan/cmd/scan", executable = True, cfg = host_tool),
        "_zig": attr.label(default = "@zig_sdk//:zig", allow_single_file = True, cfg = "exec"),
    },
)
