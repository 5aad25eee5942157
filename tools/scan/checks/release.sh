#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a release needs of the scan: every scanner over the tree and every platform, by the gate of a release, and then the
# question of the train, whether the report lets these bills of materials and debug twins out; with one of them changed, or
# without a twin, it must not.
#
#   tools/scan/checks/release.sh
#
# Exit 0 it goes out, 1 something could not be done, 3 the gate says no.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit

work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
programs=$(tools/scan/programs/fetch) || exit
day=$(sed -n 's/^RELEASE_TIME = "\([0-9-]*\)T.*/\1/p' tools/release/version.bzl)
./bazelw build --noshow_progress //:release_all || exit
# bazel-bin leads elsewhere once the scanner is built.
cp "$(readlink -f bazel-bin)"/tools/release/release_all/*{.cdx.json,_debug.tar.gz} "$work" || exit
PATH=$programs:$PATH ./bazelw run --noshow_progress //tools/release/scan:scan_all -- --gate release --out "$work/report" || exit

pass() { ./bazelw run --noshow_progress //tools/scan/cmd/scan -- pass --report "$work/report/scan.json" --date "$day" "$@"; }
refuses() { # WHAT FILE...
  pass "${@:2}"
  (($? == 3)) || { printf 'plant: %s was let out\n' "$1" && exit 1; }
}
bills=("$work"/*.cdx.json) twins=("$work"/*_debug.tar.gz)
pass "${bills[@]}" "${twins[@]}" || exit
refuses "a release without one of its debug twins" "${bills[@]}" "${twins[@]:1}"
chmod u+w "${bills[0]}" "${twins[0]}"
for changed in "${twins[0]}" "${bills[0]}"; do
  printf ' ' >>"$changed"
  refuses "a changed ${changed##*/}" "${bills[@]}" "${twins[@]}"
  truncate -s -1 "$changed"
done
printf 'the report lets %d bills of materials and %d debug twins out, and changed ones not\n' "${#bills[@]}" "${#twins[@]}"
