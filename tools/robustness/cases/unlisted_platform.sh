# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# A platform that is not in the matrix is refused with the list of choices: one that exists elsewhere at analysis, a name
# that does not exist at all by bazelw. A Bazel that is not behind bazelw (BAZEL=) can say of the latter only that the
# target is missing.

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

plants[unlisted_platform]='was accepted'
case_unlisted_platform() {
  local listed=${platform##*:} missing="choose one.*\b${platform##*:}\b"
  use_base base-analysis
  [[ ${bazel[0]##*/} == bazelw ]] || missing="no such target '//platforms:no_such_platform'"
  refuses @platforms//host "choose one.*\b$listed\b" && refuses //platforms:no_such_platform "$missing"
}

# A program with C, for a platform without a C toolchain, is an error, and not silently one without C.
plants[no_toolchain]='was accepted'
case_no_toolchain() {
  local targets=(//sqlite)
  use_base base-analysis
  refuses //platforms/tests:no_toolchain 'Unable to find a CC toolchain'
}
