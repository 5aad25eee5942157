#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes bills of materials of somebody else's programs, in this workspace of theirs, and looks what stands in them; then
# plants defects in their declarations and in the rules, each of which has to be refused by name. All of it happens in a
# copy of the tree.
#
#   e2e/sbom/check.sh
#
# Exit 0 all passed, 1 one failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit

copy=$(mktemp -d) || exit
leave() {
  cd "$copy/e2e/sbom" && ../../bazelw clean --expunge >/dev/null 2>&1
  rm -rf "$copy"
}
trap leave EXIT
# What git tracks or would track; links lead out of a copy.
git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [[ -L $file || ! -f $file ]] || printf '%s\0' "$file"; done |
  xargs -0 cp --parents -t "$copy" || exit
# The rc of the registries mode lies in the tree above; it is written by any command there.
(cd "$copy" && ./bazelw --version >/dev/null) || exit
cd "$copy/e2e/sbom" || exit

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

build :consumer_sbom :plain_sbom --output_groups=+graph
verdict build $?
holds bazel-bin/consumer_sbom.graph.json \
  '"purl": "pkg:golang/github.com/yuin/goldmark@v1.8.7"' 'golang:h1' '"path": "greeting.c"' '"path": "crt1.o"' \
  '"name": "Go standard library"' '"role": "build-tool"'
verdict "module, C library, start files and standard library" $?
holds bazel-bin/plain_sbom.graph.json '"path": "plain.c"' '"path": "greeting.c"' '"path": "crt1.o"'
verdict "a program of C alone" $?
! grep -qF 'Go standard library' bazel-bin/plain_sbom.graph.json
verdict "no Go in it" $?

# An archive that nobody compiles here; an empty one, of eight bytes.
printf '!<arch>\n' >given.a
sed -i -e 's/"cc_binary", /&"cc_import", /' -e '0,/^    deps = \[":greeting"\]/s//    deps = [":given", ":greeting"]/' BUILD.bazel
printf 'cc_import(name = "given", static_library = "given.a")\n' >>BUILD.bazel
build :plain_sbom --output_groups=+graph
verdict "build with a given archive" $?
holds bazel-bin/plain_sbom.graph.json '"path": "given.a"'
verdict "an archive that was not compiled here" $?

# plant NAME FILE SED-SCRIPT TEXT: the bill of materials of the changed tree is refused with the text.
plant() {
  local status
  cp "$2" "$copy/before"
  sed -i "$3" "$2"
  if cmp -s "$2" "$copy/before"; then
    printf 'nothing was planted in %s\n' "$2"
    status=1
  elif build :consumer_sbom >"$copy/log" 2>&1; then
    printf 'the build passed\n'
    status=1
  else
    holds "$copy/log" "$4"
    status=$?
  fi
  verdict "plant: $1" "$status"
  cp "$copy/before" "$2"
}
plant "an undeclared module" BUILD.bazel '/^            ":goldmark",$/d' \
  'no component covers it: declare an sbom_component'
plant "an undeclared C file" BUILD.bazel 's/^    name = "own",$/&\n    targets = ["consumer*", "greeting", "greeting.h", "main.go"],/' \
  'greeting.c: no component covers it'
plant "a wrong license" BUILD.bazel '/^    name = "goldmark",$/,/^)/s/^    license = "MIT",$/    license = "Zlib",/' \
  'MIT was found in it, and Zlib is declared'
plant "a missing license" BUILD.bazel 's/^    license_files = \["LICENSE"\],$/    license_files = ["go.sum"],/' \
  'no license was found in it'
plant "a removed edge" ../../tools/sbom/private/edges.bzl '/^    "deps": "links",$/d' \
  'it is linked and no target of the graph has it: an edge is missing from private/edges.bzl'

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
