# SPDX-License-Identifier: MIT
"""How a release set was built, as a statement about its manifest's files."""

visibility("//tools/release/private")

def provenance(ctx, *, out, manifest, sources):
    """Declares the action that writes the statement.

    Args:
      ctx: of a rule that has provenance_attrs
      out: the File to write
      manifest: the File whose entries are the subjects
      sources: a depset of source Files; those of this tree are its source
    """

    # A file of its own: where Bazel spills long arguments, it does so beside the output, which is among the released files.
    told = ctx.actions.declare_file(ctx.label.name + "_provenance/arguments")
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.add("--out", out)
    args.add("--manifest", manifest)
    args.add("--target", "//{}:{}".format(ctx.label.package, ctx.label.name))
    args.add("--pins", ctx.file._pins)
    args.add("--debs", ctx.file._debs)
    args.add_all(ctx.files._go_sums, before_each = "--gosum")
    own = [f for f in sources.to_list() if not f.owner.repo_name]
    for file in own:
        args.add("--source")
        args.add(file, format = file.short_path + "=%s")
    ctx.actions.write(told, args)
    ctx.actions.run(
        executable = ctx.executable._provenance,
        arguments = ["@" + told.path],
        inputs = [told, manifest, ctx.file._pins, ctx.file._debs] + ctx.files._go_sums + own,
        outputs = [out],
        mnemonic = "Provenance",
        progress_message = "Writing %{output}",
    )

def provenance_attrs(cfg):
    """Attributes of a rule that calls provenance, with its tool in the configuration cfg."""
    return {
        "_debs": attr.label(default = "//pins:debs.sha256", allow_single_file = True),
        "_go_sums": attr.label_list(default = ["//:go.sum", "//tools:go.sum"], allow_files = True),
        "_pins": attr.label(default = "//pins:pins.json", allow_single_file = True),
        "_provenance": attr.label(default = "//tools/release/cmd/provenance", executable = True, cfg = cfg),
    }
