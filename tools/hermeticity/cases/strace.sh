# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # for check.sh, which sources this
# Builds under strace: of releases, and of planted actions.

# traced ARGUMENTS...: a build under strace, in the sandbox that hides nothing of the machine. Bazel's process is strace's
# child (--batch), so that all its actions are seen. Repositories are there before, which belong to no action.
# The report is $report.txt and $report.json; the exit code is hermeticity's.
traced() {
  local judge status
  out=$work/logs/$name.txt report=$work/reports/$name
  build --nobuild "$@" || return 1
  bazel shutdown >/dev/null 2>&1
  rm -f "$work/trace" && mkfifo "$work/trace" || return 1
  "$work/bin/hermeticity" trace --log "$work/log.zst" --paths "$here/paths.json" --temp "$work/tmp" --json "$report.json" \
    <"$work/trace" >"$report.txt" 2>"$report.err" &
  judge=$!
  local under=(strace -f -y --decode-pids=pidns --seccomp-bpf -s 65536 -e 'abbrev=!execve' -e "trace=$("$work/bin/hermeticity" calls)" -o "$work/trace")
  local startup=(--batch)
  build --jobs="${JOBS:-2}" --spawn_strategy=processwrapper-sandbox --execution_log_compact_file="$work/log.zst" "$@"
  status=$?
  # Where strace did not start, nobody else opens the trace; opened for both, a pipe lets nobody wait.
  : 1<>"$work/trace"
  wait "$judge"
  judged=$?
  ((status == 0)) || return 1
  case $judged in
  0) return 0 ;;
  3) why="$(grep -c ' ([0-9]*)$' "$report.txt") findings, the first: $(grep -m 1 ' ([0-9]*)$' "$report.txt")" ;;
  *) why=$(tail -n 1 "$report.err") ;;
  esac
  return 1
}

strace_there() { command -v strace >/dev/null || { why="strace is not installed: apt-get install strace"; return 4; }; }

case_strace() {
  local platform reports=() failed_ones=()
  strace_there || return
  for platform in "${platforms[@]}"; do
    name=strace-$platform
    traced --platforms="//platforms:$platform" "${targets[@]}" || failed_ones+=("$platform: $why")
    reports+=("$work/reports/$name.json")
    [[ ! -s $report.txt ]] || printf '%s: %s\n' "$platform" "$(tail -n 1 "$report.txt")"
  done
  if ((${#failed_ones[@]})); then
    why=$(printf '%s; ' "${failed_ones[@]}")
    return 1
  fi
  # An entry that nothing needs any more would let something pass later. Fewer platforms may need fewer.
  [[ -n ${PLATFORMS-}${TARGETS-} ]] || "$work/bin/hermeticity" unused --paths "$here/paths.json" "${reports[@]}" >"$work/unused" 2>&1 ||
    { why="paths.json has entries that no action needs: $(tr '\n' ' ' <"$work/unused")"; return 1; }
}

# case_plants: a traced build of planted actions has one finding for each, by its own rule, and no other.
case_plants() {
  local package=//tools/hermeticity/plants want found
  strace_there || return
  name=plants
  echo planted >"$work/tmp/left"
  traced --platforms=//platforms:host "$package:clean" "$package:file" "$package:held" "$package:left" "$package:link" "$package:program" "$package:socket"
  want="left by another: $package:held
left by another: $package:left
path: $package:file
path: $package:program
socket: $package:socket
undeclared: $package:link"
  found=$(sed -n 's/^\(.*\): PlantedAccess of \(.*\): leak: .* (1)$/\1: \2/p; t; s/ ([0-9]*)$/&/p' "$report.txt")
  note=$(tail -n 1 "$report.txt")
  [[ $found != "$want" ]] || return 0
  why="wanted $(tr '\n' ';' <<<"$want") and found $(tr '\n' ';' <<<"$found"): $why"
  return 1
}
