# SPDX-License-Identifier: MIT
"""Stand-in for rules_shell's sh_binary: the rule that is built into Bazel 7."""

sh_binary = native.sh_binary
