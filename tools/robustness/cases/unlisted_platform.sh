# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# A platform that is not in the matrix is refused at analysis: one that exists elsewhere with the list of choices, a
# name that does not exist at all by Bazel itself, before any rule of ours is asked.

# refuses PLATFORM TEXT: the analysis fails and says so.
refuses() {
  local asked=$1
  [[ -z $plant ]] || asked=${platform#--platforms=}
  if build --nobuild --platforms="$asked" "${targets[@]}"; then
    why="$asked was accepted"
    return 1
  fi
  said "$2" || { why="no clear error for $asked: $(first_error)"; return 1; }
}

case_unlisted_platform() {
  local listed=${platform##*:}
  use_base base-analysis
  refuses @platforms//host "choose one.*\b$listed\b" &&
    refuses //platforms:no_such_platform "choose one.*\b$listed\b|no such target '//platforms:no_such_platform'"
}
