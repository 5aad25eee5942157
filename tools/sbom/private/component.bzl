# SPDX-License-Identifier: MIT
"""What its owner says of a component: what no program can read from the files themselves."""

load("//tools/sbom:providers.bzl", "SbomComponentInfo")

visibility("//tools/sbom")

ROLES = ["linked", "interface-stub", "header", "build-tool"]

def _component_impl(ctx):
    repository = ctx.attr.repository.label if ctx.attr.repository else ctx.label
    declaration = struct(
        label = str(ctx.label),
        repository = repository.repo_name,
        packages = ctx.attr.packages,
        targets = ctx.attr.targets,
        runtime_files = ctx.attr.runtime_files,
        title = ctx.attr.title,
        version = ctx.attr.version,
        version_file = ctx.file.version_file.path if ctx.file.version_file else "",
        version_pattern = ctx.attr.version_pattern,
        facts = ctx.attr.facts,
        role = ctx.attr.role,
        type = ctx.attr.type,
        purl = ctx.attr.purl,
        cpe = ctx.attr.cpe,
        supplier = ctx.attr.supplier,
        supplier_url = ctx.attr.supplier_url,
        files = [f.path for f in ctx.files.files],
        license = ctx.attr.license,
        concluded = ctx.attr.concluded or ctx.attr.license,
        license_files = [f.path for f in ctx.files.license_files],
        copyright = ctx.attr.copyright,
        description = ctx.attr.description,
        website = ctx.attr.website,
        vcs = ctx.attr.vcs,
        distribution = ctx.attr.distribution,
        pin = ctx.attr.pin,
        options = ctx.file.options.path if ctx.file.options else "",
        depends = [str(d.label) for d in ctx.attr.depends],
    )
    files = ctx.files.license_files + ctx.files.files + [f for f in [ctx.file.version_file, ctx.file.options] if f]
    return [SbomComponentInfo(declarations = depset([json.encode(declaration)]), files = depset(files), label = ctx.label)]

sbom_component = rule(
    implementation = _component_impl,
    doc = """\
Declares a component: its name, version, supplier and license, and what it covers.

A target, or a file of a toolchain's runtime, that no component covers is an error of `sbom`; so is a component without
license, version, supplier or digest. Components that cover nothing of a document do not stand in it: one list can serve
every platform.

    sbom_component(
        name = "zlib",
        title = "zlib",
        version = "1.3.1",
        repository = "@zlib//:zlib",  # covers every target of that repository
        supplier = "zlib project",
        supplier_url = "https://zlib.net",
        license = "Zlib",
        license_files = ["@zlib//:LICENSE"],
        distribution = "https://zlib.net/zlib-1.3.1.tar.gz",
    )
""",
    attrs = {
        "concluded": attr.string(doc = "SPDX expression of the license that holds for what is linked; `license` if it is empty"),
        "copyright": attr.string(doc = "copyright notice"),
        "cpe": attr.string(doc = "CPE 2.3 name; {version} stands for the version"),
        "depends": attr.label_list(doc = "other components that this one needs and no edge shows", providers = [SbomComponentInfo]),
        "description": attr.string(),
        "distribution": attr.string(doc = "address of the source distribution; {version} stands for the version; the archive of the pin's public origin if it is empty"),
        "facts": attr.string_dict(doc = "further properties: name, and the pattern of it in version_file"),
        "files": attr.label_list(doc = "files that stand for the component where no source of it is compiled: they are digested one by one", allow_files = True),
        "license": attr.string(doc = "SPDX expression that the component declares", mandatory = True),
        "license_files": attr.label_list(doc = "the very files that say so: evidence, digested and looked through", allow_files = True, mandatory = True),
        "options": attr.label(doc = "header of compile options; each `#define` becomes a property", allow_single_file = True),
        "packages": attr.string_list(doc = "packages of the repository, with those below them; none means all"),
        "pin": attr.string(doc = "key in the file of pins that `sbom` is given: digests of the tree and of archives come from there"),
        "purl": attr.string(doc = "package URL; {version} stands for the version. Go modules need none: their repository has it"),
        "repository": attr.label(allow_files = True, doc = "any target or file of the repository that is covered; this one's own if nothing is said"),
        "role": attr.string(default = "linked", values = ROLES),
        "runtime_files": attr.string_list(doc = "files of a toolchain's runtime that are covered; * stands for any text"),
        "supplier": attr.string(mandatory = True),
        "supplier_url": attr.string(mandatory = True),
        "targets": attr.string_list(doc = "names of targets in `packages` that are covered; * stands for any text; none means all"),
        "title": attr.string(doc = "the component's name", mandatory = True),
        "type": attr.string(default = "library", values = ["application", "file", "framework", "library"]),
        "vcs": attr.string(doc = "address of the source repository"),
        "version": attr.string(doc = "empty for a Go module, whose repository has it, and for what version_file says; beside a version_file it stands as long as the pattern is found there"),
        "version_file": attr.label(doc = "the file that says the version; of one named abilists, zig's list of a C library's symbols, its versions are looked at, one a line, the newest last", allow_single_file = True),
        "version_pattern": attr.string(doc = "regular expression (RE2) whose groups, joined by dots, are the version in version_file"),
        "website": attr.string(),
    },
    provides = [SbomComponentInfo],
)

def _components_impl(ctx):
    parts = [c[SbomComponentInfo] for c in ctx.attr.components]
    return [SbomComponentInfo(
        declarations = depset(transitive = [p.declarations for p in parts]),
        files = depset(transitive = [p.files for p in parts]),
        label = ctx.label,
    )]

sbom_components = rule(
    implementation = _components_impl,
    doc = "A set of components, under one name.",
    attrs = {
        "components": attr.label_list(mandatory = True, providers = [SbomComponentInfo]),
    },
    provides = [SbomComponentInfo],
)
