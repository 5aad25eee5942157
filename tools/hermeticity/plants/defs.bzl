# SPDX-License-Identifier: MIT
"""Planted actions that take something from outside their declared inputs."""

visibility("private")

def _planted_access_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    args = ctx.actions.args()
    args.add(ctx.label.name)
    args.add(out)
    ctx.actions.run(
        executable = ctx.executable._leak,
        arguments = [args],
        outputs = [out],
        mnemonic = "PlantedAccess",
        progress_message = "Planting: " + ctx.label.name,
    )
    return [DefaultInfo(files = depset([out]))]

planted_access = rule(
    implementation = _planted_access_impl,
    doc = "An action that does what the program leak calls by this target's name.",
    attrs = {
        "_leak": attr.label(default = "//tools/hermeticity/plants/leak", executable = True, cfg = "exec"),
    },
)
