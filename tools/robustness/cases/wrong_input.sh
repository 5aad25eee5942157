# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# The files of a pinned input are not what the pin says: nothing is used, and the error says what to do.

# input: the folder of the amalgamation, as the registries mode hands it over.
input() {
  local folder=${INPUT:-}
  [[ -n $folder ]] || folder=$(sed -n 's/^common --repo_env=GOSQLITE_SQLITE=//p' "$workspace/.bazelrc.registries" 2>/dev/null)
  if [[ ! -d $folder ]]; then
    why="no folder of SQLite's source: run ./bazelw fetch in the registries mode, or set INPUT"
    return 4
  fi
  rm -rf "$work/input" && cp -LR "$folder" "$work/input" && chmod -R u+w "$work/input"
}

# refused NAME OF THE FILE: the build with the folder as it is now must fail.
refused() {
  use_base base-analysis
  if build --nobuild --repo_env=GOSQLITE_SQLITE="$work/input" "$platform" "${targets[@]}"; then
    why="the changed folder was accepted"
    return 1
  fi
  said 'verify sqlite_amalgamation.*nothing is used.*bazelw fetch' ||
    { why="no clear error: $(first_error)"; return 1; }
  if [[ -n $(find "$base/external" -path '*sqlite3_source*' -name "$1" 2>/dev/null) ]]; then
    why="$1 stands in the repository all the same"
    return 1
  fi
}

plants[wrong_hash]='the changed folder was accepted'
case_wrong_hash() {
  local file
  input || return
  file=$(find "$work/input" -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
  # A byte in the middle of the largest file, of which no tool would complain.
  [[ -n $plant ]] || printf '\001' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc status=none
  refused "${file##*/}"
}

plants[truncated_input]='the changed folder was accepted'
case_truncated_input() {
  local file
  input || return
  file=$(find "$work/input" -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
  [[ -n $plant ]] || truncate -s $(($(stat -c %s "$file") / 2)) "$file"
  refused "${file##*/}"
}

plants[missing_input]='the changed folder was accepted'
case_missing_input() {
  local file
  input || return
  file=$(find "$work/input" -type f | LC_ALL=C sort | head -n 1)
  [[ -n $plant ]] || rm -f "$file"
  refused "${file##*/}"
}

plants[additional_input]='the changed folder was accepted'
case_additional_input() {
  input || return
  [[ -n $plant ]] || echo '#error' >"$work/input/additional.h"
  refused additional.h
}
