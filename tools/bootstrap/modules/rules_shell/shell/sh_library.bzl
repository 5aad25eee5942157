# SPDX-License-Identifier: MIT
"""Stand-in for rules_shell's sh_library: the rule that is built into Bazel 7."""

sh_library = native.sh_library
