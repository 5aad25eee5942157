#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the actions of targets take from outside their declared inputs, and from each other: no shell, no program or file of
# the host, no file of a stand-in module, no header of another row of the matrix than their compiler's; and no program of the
# C toolchain but their own, so that an edit of one runs no action of the others again. Analysis alone, without a build.
#
#   tools/graph/check.sh TARGET [FILE]     FILE keeps the action graph
#
# The plants are tests of the program graph. Exit 0 nothing found, 1 the graph could not be read or a rule fits nothing in it, 2 usage, 3 found.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 1

if (($# < 1 || $# > 2)) || [[ $1 == -* ]]; then
  sed -n '7s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
file=${2:-$work/graph.json}

./bazelw aquery --noshow_progress --include_param_files --output=jsonproto "deps($1)" >"$file" &&
  ./bazelw build --noshow_progress //toolchains/zig/agreement:rows && cp bazel-bin/toolchains/zig/agreement/rows.json "$work/" || exit 1

args=(--headers "$work/rows.json")
for module in tools/bootstrap/modules/*/; do args+=(--forbid "$(basename "$module")"); done
args+=(--unread 'CppCompile=/toolchains/(zig/tools_[^/]+/ld|programs/(builder|link|pack|runtime)|builder|pack)$')
args+=(--unread 'ZigRuntime=/toolchains/(zig/tools_|programs/(builder|compile|link|pack)$|builder$|pack$)')
./bazelw run --noshow_progress //tools/graph/cmd/graph -- "${args[@]}" <"$file"
