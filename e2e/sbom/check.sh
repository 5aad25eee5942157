#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes bills of materials of somebody else's programs, in this workspace of theirs, and looks what stands in them; then
# plants a defect in their declarations, which has to be refused by name.
#
#   e2e/sbom/check.sh
#
# Exit 0 all passed, 1 one failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit

passed=0 failed=0
verdict() { # NAME STATUS
  if (($2 == 0)); then passed=$((passed + 1)); else failed=$((failed + 1)) && printf 'FAILED: %s\n' "$1"; fi
}
holds() { # FILE TEXT...
  local file=$1 text
  shift
  for text; do grep -qF -- "$text" "$file" || { printf '%s lacks %s\n' "$file" "$text" && return 1; }; done
}
build() { ../../bazelw build --noshow_progress "$@"; }

# The rc of the registries mode lies in the tree above; it is written by any command there.
(cd ../.. && ./bazelw --version >/dev/null) || exit

build :consumer_sbom :plain_sbom --output_groups=+graph
verdict build $?
holds bazel-bin/consumer_sbom.graph.json \
  '"purl": "pkg:golang/github.com/klauspost/compress@v1.20.3"' 'golang:h1' '"path": "greeting.c"' '"path": "crt1.o"' \
  '"name": "Go standard library"' '"role": "build-tool"'
verdict "module, C library, start files and standard library" $?
holds bazel-bin/plain_sbom.graph.json '"path": "plain.c"' '"path": "greeting.c"' '"path": "crt1.o"'
verdict "a program of C alone" $?
! grep -qF 'Go standard library' bazel-bin/plain_sbom.graph.json
verdict "no Go in it" $?

planted=$(mktemp -d)
trap 'rm -rf "$planted"; cp "$planted.BUILD" BUILD.bazel 2>/dev/null; rm -f "$planted.BUILD"' EXIT
cp BUILD.bazel "$planted.BUILD"
sed -i 's/^            ":compress",$//' BUILD.bazel
build :consumer_sbom >"$planted/log" 2>&1
(($? != 0)) && holds "$planted/log" 'no component covers it: declare an sbom_component'
verdict "plant: an undeclared module" $?
cp "$planted.BUILD" BUILD.bazel

../../bazelw shutdown
printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
