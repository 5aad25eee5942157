# SPDX-License-Identifier: MIT
"""Which attributes the aspect follows, and what an edge by each of them means.

This table is the claim that a bill of materials makes. An attribute that is not here is not looked at: what it names
reaches no released byte, or is a tool and stands in TOOLS.

Toolchains hang on no attribute: the aspect asks for the one that Bazel chose for a target's configuration (Bazel 7 has no
`toolchains_aspects`), and takes every file of it by the target that made it.

A build tool is a program that an action ran, with what that program is made of. Bazel itself and the modules whose rules
say which actions there are (rules_cc, bazel_skylib, platforms, gazelle) are none: no action reads a byte of them, the
documents are the same whichever of their versions declared the same actions, and they differ between those who build with
a registry's and those who build with the central one's. Provenance lists them with their digests.

Meanings:
  contains   the target's output holds the other's output as a file
  links      the other's object code is linked into the target's output
  compiles   the other's files are sources of the target
  includes   the other's files are read by the target's compiler, as part of the target
  alias      the target is another name of the other
  builds     the other is a program that ran to make the target
"""

visibility("//tools/sbom/...")

# Followed: the aspect goes on into the target that the attribute names.
FOLLOWED = {
    "actual": "alias",
    "cdeps": "links",
    "deps": "links",
    "embed": "links",
    "embedsrcs": "compiles",
    "hdrs": "includes",
    # Of archives: the programs, libraries and headers that they hold.
    "headers": "contains",
    "implementation_deps": "links",
    "library": "contains",
    # Of cc_import: what it links as it is.
    "objects": "links",
    "pic_objects": "links",
    "pic_static_library": "links",
    "shell": "contains",
    "srcs": "compiles",
    "static_library": "links",
    "textual_hdrs": "includes",
    "verifier": "contains",
}

# Named and not followed: what a tool is made of reaches no released byte.
TOOLS = {
    "_buildid": "builds",
    "_pack": "builds",
    "_strip": "builds",
}

# Attributes whose files are digested one by one.
DIGESTED = ["srcs", "embedsrcs", "hdrs", "textual_hdrs", "objects", "pic_objects", "static_library", "pic_static_library"]
