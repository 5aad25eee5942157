#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a release needs of the scan: every scanner over the tree and every platform, by the gate of a release, and then the
# question of the train, whether the report lets these bills of materials out; with one of them changed it must not.
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
cp "$(readlink -f bazel-bin)"/tools/release/release_all/*.cdx.json "$work" || exit
PATH=$programs:$PATH ./bazelw run --noshow_progress //tools/release/scan:scan_all -- --gate release --out "$work/report" || exit

pass() { ./bazelw run --noshow_progress //tools/scan/cmd/scan -- pass --report "$work/report/scan.json" --date "$day" "$work"/*.cdx.json; }
pass || exit
bills=("$work"/*.cdx.json)
printf ' ' >>"${bills[0]}"
pass
(($? == 3)) || { printf 'plant: a changed bill of materials was let out\n' && exit 1; }
printf 'the report lets %d bills of materials out, and a changed one not\n' "${#bills[@]}"
