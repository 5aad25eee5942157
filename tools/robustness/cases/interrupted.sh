# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# Ctrl-C, and the death of Bazel, while actions run: the next build gives the same bytes.

# second_run: the build after the trouble, in the same output base.
second_run() {
  build "${cache[@]}" "$platform" "${targets[@]}" || { why="the second run failed: $(first_error)"; return 1; }
  same_bytes
  local verdict=$?
  end_base
  return "$verdict"
}

# first_run: starts a build whose actions are carried out, not taken from a cache; its process in $running.
first_run() {
  reference || return
  use_base "base-$name"
  out=$work/logs/$name-first.txt
  # The signals go to the client alone, not to a group. The shell starts it with SIGINT ignored, as all in the background
  # of a script; the client sets a handler of its own all the same.
  (
    cd -- "$workspace" || exit
    exec "${bazel[@]}" --output_base="$base" build --color=no --curses=no --noshow_progress --disk_cache= "$platform" "${targets[@]}"
  ) >"$out" 2>&1 &
  running=$!
  acting "$running" || { why="not exercised: it ended before an action ran: $(first_error)"; return 1; }
}

plants[ctrl_c]='code 0, not 8'
case_ctrl_c() {
  local running code
  first_run || return
  [[ -n $plant ]] || kill -INT "$running"
  wait "$running"
  code=$?
  # https://bazel.build/run/scripts: 8 is an interrupted build.
  if ((code != 8)); then why="code $code, not 8"; return 1; fi
  second_run
}

plants[killed]='it was not killed'
case_killed() {
  local running code
  first_run || return
  if [[ -z $plant ]]; then
    kill -KILL "$(<"$base/server/server.pid.txt")"
    kill -KILL "$running"
  fi
  wait "$running"
  code=$?
  if ((code == 0)); then why="it was not killed"; return 1; fi
  second_run
}
