# SPDX-License-Identifier: MIT
"""Components that come with zig: parts of C libraries, and headers."""

load("//tools/sbom:defs.bzl", "sbom_component")

visibility("//tools/release/components/...")

_SDK = Label("@zig_sdk//:zig")

def _newest(library):
    """The version of a C library is the newest of which zig knows the symbols."""
    return {
        "version_file": "@zig_sdk//:lib/libc/%s/abilists" % library,
        "version_pattern": r"(\d+)\.(\d+)\.\d+\n$",
    }

# FreeBSD counts its symbols otherwise: FBSD_1.8 came with 15.0.
_VERSIONS = {
    "": {},
    "freebsd": _newest("freebsd") | {"version": "15.0", "version_pattern": r"(1\.8)\.0\n$"},
    "glibc": _newest("glibc"),
    "netbsd": _newest("netbsd"),
}

def bundled(name, *, upstream = "", cpe_of = "", version_of = "", **kwargs):
    """Something that zig carries and that is not zig itself.

    Args:
      name: of the target
      upstream: what its own project calls it in a purl; zig's own if empty
      cpe_of: VENDOR:PRODUCT of its CPE, where one is in use
      version_of: a C library that zig has a list of symbols of, where the version is that library's
      **kwargs: of sbom_component; without a version, it has zig's
    """
    sbom_component(
        name = name,
        cpe = "cpe:2.3:a:%s:{version}:*:*:*:*:*:*:*" % cpe_of if cpe_of else "",
        pin = "zig",
        purl = "pkg:generic/%s@{version}" % (upstream or "zig-" + name.replace("_", "-")),
        repository = _SDK,
        distribution = "https://ziglang.org/download/",
        **(_VERSIONS[version_of] | kwargs)
    )

def headers(name, *, folders, **kwargs):
    """Headers that every compilation for a platform reads.

    Args:
      name: of the target
      folders: folders of zig's lib/libc/include, or "" for clang's own; * stands for any text
      **kwargs: of bundled
    """
    bundled(
        name = name,
        role = "header",
        targets = [
            pattern
            for f in folders
            for pattern in (["lib/libc/include/" + f] if f else ["lib/include", "lib/include/*"])
        ],
        **kwargs
    )
