# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # for check.sh, which sources this
# The sandbox that shows declared inputs only, by build.sh.

# turned ARGUMENTS...: builds with as little mounted as can be; the exit code is build.sh's.
turned() {
  out=$work/reports/$name.txt
  mkdir -p "$work/logs/$name"
  BAZEL="${bazel[*]}" STARTUP="--output_base=$work/base" LOGS="$work/logs/$name" "$here/build.sh" "$@" >"$out" 2>"$out.err"
  local status=$?
  ((status == 0)) || why=$(tail -n 1 "$out" "$out.err" | grep -v '^==>' | grep . | tail -n 1)
  return "$status"
}

case_mounts() {
  local platform
  for platform in "${platforms[@]}"; do
    name=mounts-$platform
    turned --jobs="${JOBS:-2}" --platforms="//platforms:$platform" "${targets[@]}" || { why="$platform: $why"; return 1; }
    printf '%s: %s; %s\n' "$platform" "$(grep ' can run zig cc$' "$out")" "$(tail -n 1 "$out")"
    sed -n '/^turn .*, \/proc/,/^turn .*, nothing/{/^turn/!p}' "$out" # what ran with /proc, of those
  done
}

# Nothing is there to be seen: neither /proc, nor a file of the machine.
case_hidden() { # case_hidden PLANT
  name=hidden-$1
  turned --platforms=//platforms:host "//tools/hermeticity/plants:$1"
  local status=$?
  case $1:$status in
  clean:0) return 0 ;;
  clean:*) return 1 ;;
  *:3) grep -q 'PlantedAccess of //tools/hermeticity/plants:'"$1"' failed' "$out" && return 0 ;;
  esac
  why="the planted action was to fail, and the code is $status: $why"
  return 1
}
