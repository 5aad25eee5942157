# SPDX-License-Identifier: MIT
"""The aspect: walks the targets that are linked, and writes down what it sees of them and of their toolchains."""

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_go//go:def.bzl", "GoArchive", "GoInfo")

# Go's rules do not export it: the archives of the standard library.
load("@rules_go//go/private:providers.bzl", "GoStdLib")  # buildifier: disable=bzl-visibility
load("//tools/sbom:providers.bzl", "SbomGraphInfo")
load(":edges.bzl", "DIGESTED", "FOLLOWED", "TOOLS")

visibility("//tools/sbom/...")

_CC = "@bazel_tools//tools/cpp:toolchain_type"
_GO = "@rules_go//go:toolchain"

def _targets_of(value):
    """The targets that an attribute's value names, whatever its type."""
    if type(value) == "Target":
        return [value]
    if type(value) == "list":
        return [v for v in value if type(v) == "Target"]
    if type(value) == "dict":
        return [v for v in value.keys() + value.values() if type(v) == "Target"]
    return []

def _metadata_of(rule):
    """The purl that the package metadata of a target's repository states; the first of several, or ""."""
    for name in ["package_metadata", "applicable_licenses"]:
        for target in _targets_of(getattr(rule.attr, name, None)):
            if SbomGraphInfo in target:
                for seen in target[SbomGraphInfo].targets.to_list():
                    if seen.purl:
                        return seen.purl
    return ""

def _importpath(target):
    if GoArchive in target:
        return target[GoArchive].data.importpath
    return target[GoInfo].importpath if GoInfo in target else ""

def _sources(target, rule):
    """The files that are compiled, if the target is code."""
    if GoInfo not in target and GoArchive not in target and CcInfo not in target:
        return []
    return [f for name in DIGESTED for f in getattr(rule.files, name, []) if f.is_source]

def _toolchains(ctx):
    """The files of the toolchains that Bazel chose for code of this configuration."""
    out = []
    cc, go = ctx.toolchains[_CC], ctx.toolchains[_GO]
    if cc:
        out.append(getattr(cc, "cc", cc).all_files)
    if go:
        # Of the SDK, the program stands for the rest: it is one tree with one digest.
        out.append(depset([go.sdk.go, go._builder]))
    return out

def _objects(target, rule, with_c):
    """Archives that the linker is given: of C, of Go with C in it, and of Go's standard library where C is in it."""
    out = []
    if GoArchive in target and getattr(rule.attr, "cgo", False):
        out.append(struct(label = str(target.label), file = target[GoArchive].data.file))
    elif CcInfo in target and GoArchive not in target:
        out += [struct(label = str(target.label), file = f) for f in target[DefaultInfo].files.to_list() if f.extension == "a"]
    for other in _targets_of(getattr(rule.attr, "_go_context_data", None)):
        if GoStdLib in other and with_c:
            out += [struct(label = "stdlib", file = f) for f in other[GoStdLib].libs.to_list()]
    return out

def _aspect_impl(target, ctx):
    rule, label = ctx.rule, str(target.label)
    edges, below = [], []
    for names in [FOLLOWED, TOOLS]:
        for name, meaning in names.items():
            for other in _targets_of(getattr(rule.attr, name, None)):
                if SbomGraphInfo in other:
                    below.append(other[SbomGraphInfo])
                elif name in DIGESTED:
                    continue  # a file, which stands among the target's own
                edges.append(struct(source = label, to = str(other.label), attribute = name, meaning = meaning))
    sources = _sources(target, rule)
    seen = struct(
        label = label,
        kind = rule.kind,
        importpath = _importpath(target),
        purl = getattr(rule.attr, "purl", "") or _metadata_of(rule),
        sources = tuple(sources),
    )
    return [SbomGraphInfo(
        edges = depset(edges, transitive = [b.edges for b in below]),
        files = depset(sources, transitive = [b.files for b in below]),
        label = target.label,
        objects = depset(_objects(target, rule, ctx.toolchains[_CC] != None), transitive = [b.objects for b in below]),
        toolchains = depset(_toolchains(ctx) if sources else [], transitive = [b.toolchains for b in below]),
        targets = depset([seen], transitive = [b.targets for b in below]),
    )]

sbom_aspect = aspect(
    implementation = _aspect_impl,
    doc = "Collects; resolves nothing. edges.bzl says which attributes are followed and why.",
    attr_aspects = FOLLOWED.keys() + ["package_metadata", "applicable_licenses"],
    toolchains = [config_common.toolchain_type(t, mandatory = False) for t in [_CC, _GO]],
)
