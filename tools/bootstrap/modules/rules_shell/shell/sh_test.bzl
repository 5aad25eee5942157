# SPDX-License-Identifier: MIT
"""Stand-in for rules_shell's sh_test: the rule that is built into Bazel 7."""

sh_test = native.sh_test
