# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# Two clones build at once, with the same caches: both finish, with the same bytes.

# clone NAME: the workspace as it is, without what Bazel links into it.
clone() {
  mkdir -p "$work/$1" && tar -C "$workspace" --exclude='./bazel-*' --exclude=./.git -cf - . | tar -C "$work/$1" -xf -
}

plants[two_at_once]='the clones have other bytes'
case_two_at_once() {
  local original=$workspace one two code=0 verdict=0
  clone one && clone two || { why="the workspace cannot be copied"; return 1; }
  [[ -z $plant ]] || printf '\nplanted\n' >>"$work/two/${PLANTED:-LICENSE}"
  in_clone one & one=$!
  in_clone two & two=$!
  wait "$one" || code=1
  wait "$two" || code=1
  if ((code != 0)); then
    why="one failed: $(grep -h -m 1 -E '^(ERROR|FATAL)' "$work/logs/$name"-*.txt | head -n 1)"
    verdict=1
  elif ! cmp -s "$work/logs/$name-one.sha256" "$work/logs/$name-two.sha256"; then
    why="the clones have other bytes: compare $name-one.sha256 and $name-two.sha256"
    verdict=1
  fi
  for workspace in "$work/one" "$work/two"; do
    use_base "base-${workspace##*/}"
    end_base
  done
  workspace=$original
  return "$verdict"
}

# in_clone NAME: in a process of its own.
in_clone() {
  workspace=$work/$1 name=$name-$1
  use_base "base-$1"
  build "${cache[@]}" "$platform" "${targets[@]}" && digests "$work/logs/$name.sha256"
}
