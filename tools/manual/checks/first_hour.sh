#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A new user's first hour: what the pages of the manual's site tell, done word for word in an empty home, with the module and
# the archive of this tree in place of published ones. The page about verifying has a check of its own, which reads the site,
# too: tools/verify/checks/check.sh manual.
#
#   tools/manual/checks/first_hour.sh [PAGE...]    all pages, or those named: first-program, install
#
# Needs go, a C compiler, git and internal/capi/sqlite3.c (./bazelw run //internal/capi:amalgamation); what is committed is
# what is walked. RELEASE is a release set that was built, with SHA256SUMS; without it, ./bazelw builds the one of
# linux_amd64. SITE is the folder of a site that was built, such as //docs:site unpacked; without it, the site is made of the
# tree. Exit 0 all passed, 1 one failed or could not be run, 2 usage.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
pages=("${@:-}")
[[ -n ${pages[0]} ]] || pages=(first-program install)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

fail() { printf 'first_hour: %s\n' "$*" >&2; exit 1; }
tool() { GOWORK=off go -C "$root/tools" run "$@"; }

# The module as a proxy serves it, before whatever this machine uses for others. It goes into a module cache of its own: in
# the machine's, the version would stand for other files than those that will be published.
first-program() {
  local version
  version=$(sed -n 's/^VERSION = "\(.*\)"$/\1/p' "$root/tools/release/version.bzl")
  tool ./release/cmd/module --root "$root" --version "v$version" --out "$work/proxy" >&2 || return
  GOPROXY=file://$work/proxy,file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)
  export GOPROXY GOMODCACHE=$work/modules GONOSUMDB=github.com/gosqlite/gosqlite GOFLAGS='' GOWORK=off
}

install() {
  if [[ -z ${RELEASE:-} ]]; then
    (cd "$root" && ./bazelw build --noshow_progress --platforms=//platforms:linux_amd64 //:release) || return
    RELEASE=$(readlink -f "$root/bazel-bin")/tools/release/release
  fi
  cp "$RELEASE"/SHA256SUMS "$RELEASE"/gosqlite_*_linux_amd64.tar.gz "$work/install/"
}

for page in "${pages[@]}"; do
  [[ $page == first-program || $page == install ]] || { printf 'first_hour: no page %s\n' "$page" >&2; exit 2; }
done
if [[ -n ${SITE:-} ]]; then
  site=$(cd -- "$SITE" && pwd -P) || fail "SITE has to be a folder"
else
  site=$work/site
  tool ./manual/cmd/manual --version 0.0.0 --tree "$root" --folder "$site" || fail "make the site"
fi

passed=0 failed=0
for page in "${pages[@]}"; do
  mkdir -p "$work/$page"
  if (
    tool ./manual/cmd/walk --page "$site/$page.html" >"$work/$page.sh" || exit
    "$page" || fail "prepare $page"
    cd "$work/$page" && sh "$work/$page.sh"
  ); then passed=$((passed + 1)) && printf 'ok      %s\n' "$page"
  else failed=$((failed + 1)) && printf 'FAILED  %s\n' "$page"
  fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
