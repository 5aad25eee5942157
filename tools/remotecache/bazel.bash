# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the checks of a cache have in common: one Bazel at a time, in output bases of their own, and the runner of cases.
# Sourced by tools/remotecache/check.sh and tools/remoteexec/check.sh.
#
# The one that sources it sets: work, a folder with bin/processes and logs/; bazel and targets, arrays; rc, the settings
# that the server left; and has functions case_NAME, which fail with the reason in `why`, or set `note`.

base='' out='' seconds=0
bazel() { "${bazel[@]}" --output_base="$base" --bazelrc="$rc" "$@"; }
use_base() {
  base=$work/$1
}
end_base() {
  [[ -d $base ]] || return 0
  bazel shutdown >/dev/null 2>&1
  chmod -R u+w "$base" 2>/dev/null
  rm -rf "$base"
}
end_bases() {
  local b
  for b in "$work"/base-*; do
    base=$b
    end_base
  done
}

# build CONFIGURATION [FLAG...]: output in $out, seconds in $seconds. The disk cache would answer first, so there is none.
build() {
  local start=$SECONDS status
  out=$work/logs/$name.txt
  # Without path conversion, files have names here, not in the cache.
  bazel build --config="$1" "${@:2}" --disk_cache= --color=no --curses=no --noshow_progress \
    --build_event_json_file="$work/logs/$name.json" --nobuild_event_json_file_path_conversion "${targets[@]}" >"$out" 2>&1
  status=$?
  seconds=$((SECONDS - start))
  ((status == 0)) || { why="the build failed with code $status: $(grep -m 1 ERROR "$out")"; return "$status"; }
  # What cannot be counted is not taken for nothing.
  "$work/bin/processes" "$out" >/dev/null 2>"$work/logs/$name.processes" || { why=$(tail -n 1 "$work/logs/$name.processes"); return 1; }
}

# count NAME: hits, carried, internal or total of the last build.
count() {
  "$work/bin/processes" "$out" 2>/dev/null | tr ' ' '\n' | grep -x -A 1 "$1" | tail -n 1
}
# shellcheck disable=SC2329 # the cases call it
warned() { grep -q 'WARNING: Remote Cache' "$out"; }

# The files that were asked for, below the folder where actions run.
root() { printf '%s/execroot/_main\n' "$base"; }
# list_outputs: once, after the first build, from its build events (cquery does not know what a transition leaves).
list_outputs() {
  grep '"namedSetOfFiles"' "$work/logs/$name.json" | grep -o '"uri":"file://[^"]*' |
    sed "s|.*file://$(root)/||" | LC_ALL=C sort -u >"$work/outputs"
  [[ -s $work/outputs ]]
}
outputs() { (cd -- "$(root)" && while IFS= read -r file; do find -L "$file" -type f; done <"$work/outputs"); }
digests() { (cd -- "$(root)" && outputs | xargs -r -d '\n' sha256sum); }
same_bytes() {
  digests >"$work/logs/$name.sha256"
  [[ -s $work/logs/$name.sha256 ]] && cmp -s "$work/digests" "$work/logs/$name.sha256" && return 0
  why="other bytes than the first build's: compare digests and $name.sha256"
  return 1
}
# forget_outputs: Bazel has to make them again, and asks the cache for them; nothing else is left to do. What a release gathers
# are links: what they lead to is forgotten, too.
forget_outputs() { (cd -- "$(root)" && { outputs && outputs | xargs -r -d '\n' readlink -f | grep -F "$(pwd -P)/"; } | xargs -r -d '\n' rm -f); }

passed=0 failed=0 not_run=0
# run CASE [plant]: code 4 of a case says that it could not be run. A plant is noticed by its own words, words[CASE].
run() {
  local start=$SECONDS status
  # shellcheck disable=SC2034 # the cases read plant
  name=$1 plant=${2-} why='' note=''
  "case_$name"
  status=$?
  if ((status == 4)); then
    printf '%-10s not run: %s\n' "$name" "$why"
    not_run=$((not_run + 1))
  elif [[ -z $plant ]] && ((status == 0)); then
    printf '%-10s passed, %d s (%s)\n' "$name" $((SECONDS - start)) "$note"
    passed=$((passed + 1))
  elif [[ -n $plant ]] && ((status != 0)) && [[ -n ${words[$name]-} && $why =~ ${words[$name]} ]]; then
    printf '%-10s passed: the plant was noticed, %d s (%s)\n' "$name" $((SECONDS - start)) "$why"
    passed=$((passed + 1))
  else
    printf '%-10s FAILED, %d s: %s\n' "$name" $((SECONDS - start)) "${why:-the plant was not noticed}"
    failed=$((failed + 1))
  fi
}
