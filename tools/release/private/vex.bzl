# SPDX-License-Identifier: MIT
"""What is decided about known vulnerabilities of a set, by its bills of materials."""

load("//tools/release:version.bzl", "RELEASE_TIME", "VERSION")

visibility("//tools/release/private")

def vex_documents(ctx, entries):
    """Declares the VEX documents of a release.

    Args:
      ctx: of a rule that has vex_attrs
      entries: of the manifest; the bills in CycloneDX 1.7 among them are what the documents are about
    Returns:
      entries of the manifest
    """
    bills = [e.file for e in entries if e.kind == "sbom" and e.name.endswith(".cdx.json")]

    # Not *.cdx.json: that names bills of materials, of which the scan is made. CSAF says how a file has to be called, by the
    # document's id; the program refuses another name.
    names = {
        "openvex": "gosqlite_{}_vex.openvex.json".format(VERSION),
        "cyclonedx": "gosqlite_{}_vex.cyclonedx.json".format(VERSION),
        "csaf": "gosqlite-vex-{}.json".format(VERSION.lower().replace(".", "_")),
    }
    outs = {flag: ctx.actions.declare_file("{}_vex/{}".format(ctx.label.name, name)) for flag, name in names.items()}
    database = [f for f in ctx.files._decisions if f.basename == "database.json"][0]
    triage = [f for f in ctx.files._decisions if f.basename == "triage.json"][0]
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("--version", VERSION)
    args.add("--time", RELEASE_TIME)
    args.add("--triage", triage)
    args.add("--db", database.dirname)
    for flag, out in outs.items():
        args.add("--" + flag, out)
    args.add_all(bills, before_each = "--sbom")
    ctx.actions.run(
        executable = ctx.executable._vex,
        arguments = [args],
        inputs = bills + ctx.files._decisions,
        outputs = outs.values(),
        mnemonic = "Vex",
        progress_message = "Writing what is decided about vulnerabilities of %{label}",
    )
    return [struct(name = names[flag], file = out, kind = "vex", platform = "") for flag, out in outs.items()]

def vex_attrs(cfg):
    """Attributes of a rule that calls vex_documents, with its tool in the configuration cfg."""
    return {
        "_decisions": attr.label(default = "//tools:scan_decisions", allow_files = True),
        "_vex": attr.label(default = "//tools/scan/cmd/vex", executable = True, cfg = cfg),
    }
