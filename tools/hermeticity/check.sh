#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Shows that build actions take nothing from outside their declared inputs.
#
#   tools/hermeticity/check.sh [CASE...]      all cases, or those named
#   tools/hermeticity/check.sh --plants       planted actions: each turns exactly its rule red under strace; and what the
#                                             sandbox does not show, they fail to read
#
#   strace     every action runs under strace; whatever path, program or socket it touches outside its execution root is
#              in paths.json, or is named here with its action
#   mounts     the sandbox shows declared inputs only; /proc is mounted for what runs zig cc, and nothing for all else
#   offline    without network, from an empty output base, after ./bazelw fetch: the same bytes
#   root       without network, in a root that holds a minimal Debian, from git's archive of COMMIT and a file of
#              ./bazelw fetch --bundle: the same bytes (needs root, debootstrap, and go of this machine)
#   system     the variation "system" of //:reproduce with OTHER_SUITE: another distribution's root, on this machine and kernel
#
# The first two build PLATFORMS (linux_amd64 linux_amd64_musl windows_amd64 darwin_arm64), the others the first of them, cold
# each time. What the bytes have to be is told by DIGESTS, a list as sha256sum prints it; without it by a build of this tree
# in the usual output base, with the usual caches.
#
# Variables: BAZEL (./bazelw), STARTUP (startup options), TARGETS (//:release), JOBS (2), SUITE (bookworm), OTHER_SUITE (trixie),
# COMMIT (HEAD), TMPDIR (/var/tmp), REPORTS (a folder that keeps reports and lists). Needs Linux, strace and go.
# Exit 0 all passed, 1 one failed or could not be run, 2 usage.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
tree=${here%/tools/hermeticity}
read -r -a bazel <<<"${BAZEL:-./bazelw} ${STARTUP:-}"
read -r -a targets <<<"${TARGETS:-//:release}"
read -r -a platforms <<<"${PLATFORMS:-linux_amd64 linux_amd64_musl windows_amd64 darwin_arm64}"
cases=(strace mounts offline root system)

usage() {
  sed -n '5,6s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# --- Bazel, in an output base of its own; nothing comes from a cache

under=() startup=() # what Bazel runs under, and further startup options
bazel() {
  (cd -- "$tree" &&
    TMPDIR=$work/tmp exec "${under[@]}" "${bazel[@]}" "${startup[@]}" --output_base="$work/base" "$@")
}
build() { # build ARGUMENTS...: output in $out
  bazel build --disk_cache= --remote_cache= --color=no --curses=no --noshow_progress "$@" >"$out" 2>&1 && return
  why="the build failed: $(grep -m 1 -E '^(ERROR|FATAL)' "$out" || tail -n 1 "$out")"
  return 1
}
end_base() {
  [[ -d $work/base ]] || return 0
  bazel shutdown >/dev/null 2>&1
  # What repositories and sandboxes leave can be read-only.
  chmod -R u+w "$work/base" 2>/dev/null
  rm -rf "$work/base"
}

end_root() { # what a case made of a distribution
  chmod -R u+w "$work/root" 2>/dev/null
  rm -rf --one-file-system "$work/root"
}

for file in "$here"/cases/*.sh; do
  # shellcheck source=/dev/null
  source "$file"
done

# --- the runner

passed=0 failed=0 not_run=0
# run CASE [ARGUMENT]: 0 passed, 4 could not be run, else failed; it sets $why, or $note.
run() {
  local start=$SECONDS title="$*" status
  why='' note=''
  "case_$1" "${@:2}"
  status=$?
  if ((status == 0)); then
    passed=$((passed + 1))
    printf '%-24s passed, %d s%s\n' "$title" $((SECONDS - start)) "${note:+ ($note)}"
  elif ((status == 4)); then
    not_run=$((not_run + 1))
    printf '%-24s not run: %s\n' "$title" "$why"
  else
    failed=$((failed + 1))
    printf '%-24s FAILED, %d s: %s\n' "$title" $((SECONDS - start)) "$why"
  fi
}

finish() {
  end_base
  end_root
  if [[ -n ${REPORTS-} ]]; then mkdir -p "$REPORTS" && cp -R "$work/reports/." "$REPORTS/"; fi
  if ((failed)); then
    printf 'logs: %s\n' "$work"
    rm -rf "${work:?}/bin" "${work:?}/tmp"
  else
    rm -rf "$work"
  fi
}

planted=
[[ ${1-} != --plants ]] || { planted=1 && shift; }
for c; do [[ -z $planted && " ${cases[*]} " == *" $c "* ]] || usage; done
(($#)) || set -- "${cases[@]}"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/gosqlite-hermeticity.XXXXXX") && work=$(cd -- "$work" && pwd -P) || exit 1
mkdir "$work/logs" "$work/reports" "$work/tmp"
trap finish EXIT
trap 'exit 130' INT TERM
(cd -- "$here/.." && GOWORK=off go build -o "$work/bin/" ./hermeticity/cmd/hermeticity) || exit 1
if [[ -n $planted ]]; then
  run plants
  end_base
  for c in clean proc file; do run hidden "$c"; done
else
  for c; do
    run "$c"
    end_base
    end_root
  done
fi
printf '%d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
((failed == 0 && not_run == 0))
