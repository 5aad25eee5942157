# SPDX-License-Identifier: MIT
"""The release notes of a set, which list its files and are listed by its manifest."""

load("//tools/release:version.bzl", "VERSION")

visibility("//tools/release/private")

# What the notes are made of beside the files; program notes reads them by their paths in the tree.
_FACTS = [
    "//api:texts",
    "//changes:facts",
    "//changes:next",
    "//docs:advisories",
    "//docs:benchmarks.md",
    "//platforms:matrix.bzl",
    "//tools:scan/triage.json",
    "//tools/release:version.bzl",
    "//tools/scan/feed:records",
]

def release_notes(ctx, manifest, entries):
    """Declares the notes of a release.

    Args:
      ctx: of a rule that has release_notes_attrs
      manifest: the File that lists all files but the notes
      entries: of that manifest; the bills of materials of platforms are compared with what the last release was made of
    Returns:
      entries of the final manifest
    """
    outs = {ext: ctx.actions.declare_file("{}_notes/notes.{}".format(ctx.label.name, ext)) for ext in ["md", "html", "json"]}
    args = ctx.actions.args()
    args.add("--version", "v" + VERSION)
    args.add("--facts")
    args.add("--root", ".")
    args.add("--manifest", manifest)
    bills = [e.file for e in entries if e.kind == "sbom" and e.platform and e.name.endswith(".cdx.json")]
    args.add_all(bills, before_each = "--bill")
    args.add("--out", outs["md"].dirname)
    ctx.actions.run(
        executable = ctx.executable._notes,
        arguments = [args],
        inputs = ctx.files._facts + bills + [manifest],
        outputs = outs.values(),
        mnemonic = "ReleaseNotes",
        progress_message = "Writing the release notes of %{label}",
    )
    return [
        struct(name = "gosqlite_{}_notes.{}".format(VERSION, ext), file = outs[ext], kind = "notes", platform = "")
        for ext in ["md", "json"]
    ]

def release_notes_attrs(cfg):
    """Attributes of a rule that calls release_notes, with its tool in the configuration cfg."""
    return {
        "_facts": attr.label_list(default = _FACTS, allow_files = True),
        "_notes": attr.label(default = "//tools/release/cmd/notes", executable = True, cfg = cfg),
    }
