#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds in the sandbox that shows declared inputs only, with nothing mounted; /proc alone is mounted for actions that run
# `zig cc`, which asks it for its own name.
#
#   tools/hermeticity/build.sh FLAG|TARGET...      as behind `./bazelw build`
#
# Bazel mounts for all actions or none, so it builds in turn: with nothing mounted, where those actions fail; then with /proc,
# where nothing but those that failed may run. It stops when another action fails, and when nothing fails any more. Prints the
# list of actions that can run zig cc, as the graph has it, and for each build which actions ran in it. Nothing comes from a cache.
#
# Variables: BAZEL (./bazelw), STARTUP (startup options; the output base), LOGS (a folder that keeps Bazel's output).
# Exit 0 built, 1 a build failed, 2 usage, 3 an action saw more than it may, or needed more than that.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
read -r -a bazel <<<"${BAZEL:-./bazelw} ${STARTUP:-}"
targets=()
for argument; do [[ $argument == -* ]] || targets+=("$argument"); done
((${#targets[@]})) || { sed -n '6s/^# */usage: /p' "${BASH_SOURCE[0]}" >&2; exit 2; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
logs=${LOGS:-$work}
say() { printf 'build.sh: %s\n' "$*" >&2; }
# For temporary files this sandbox has /tmp, and no folder that TMPDIR names.
bazel() { (unset TMPDIR && cd -- "${here%/tools/hermeticity}" && exec "${bazel[@]}" "$@"); }
hermeticity() { "$work/bin/hermeticity" "$@"; }

# build NAME FLAGS...: $log is the log of executed commands, $out Bazel's output.
build() {
  log=$work/$1.zst out=$logs/$1.txt
  shift
  bazel build --keep_going --disk_cache= --remote_cache= --spawn_strategy=linux-sandbox --experimental_use_hermetic_linux_sandbox \
    --execution_log_compact_file="$log" --color=no --curses=no --noshow_progress "$@" >"$out" 2>&1
}
first_error() { grep -m 1 -E '^(ERROR|FATAL)' "$out" || tail -n 1 "$out"; }

(cd -- "$here/.." && GOWORK=off go build -o "$work/bin/" ./hermeticity/cmd/hermeticity) || exit 1
flags=()
for argument; do [[ $argument != -* ]] || flags+=("$argument"); done
bazel aquery --output=jsonproto --noshow_progress "${flags[@]}" "deps(set(${targets[*]}))" >"$work/graph.json" 2>"$logs/graph.txt" ||
  { out=$logs/graph.txt; say "the graph cannot be printed: $(first_error)"; exit 1; }
hermeticity list --graph "$work/graph.json" || exit 1

before=
for ((turn = 1; turn < 30; turn++)); do
  build "$turn-nothing" "$@"
  status=$?
  [[ -s $log ]] || { say "Bazel wrote no log: $(first_error)"; exit 1; }
  echo "turn $turn, nothing mounted:"
  hermeticity mounted --graph "$work/graph.json" --log "$log" || exit
  hermeticity flags --graph "$work/graph.json" --log "$log" >"$work/flags"
  code=$?
  ((code == 0)) || { cat "$work/flags"; say "$(first_error)"; exit "$code"; }
  if ((status == 0)); then
    echo "built in $turn turns"
    exit 0
  fi
  mapfile -t allowed <"$work/flags"
  ((${#allowed[@]})) || { say "the build failed, and no action did: $(first_error)"; exit 1; }
  [[ ${allowed[*]} != "$before" ]] || { say "the same actions fail again: $(first_error)"; exit 3; }
  before=${allowed[*]}
  # That others cannot run is an error to Bazel, so its exit code says nothing.
  build "$turn-proc" --sandbox_add_mount_pair=/proc "${allowed[@]}" "$@"
  echo "turn $turn, /proc mounted:"
  hermeticity mounted --proc --graph "$work/graph.json" --log "$log" || exit
done
say "too many turns"
exit 1
