# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # for check.sh, which sources this
# Builds without network, whose bytes have to be those that were made with one.

# digests EVENTS [ROOT]: of the files that a build was asked for, whose paths begin in ROOT; without their folders, as in a
# release's SHA256SUMS.
digests() {
  local file
  grep '"namedSetOfFiles"' "$1" | grep -o '"uri":"file://[^"]*' | sed 's|.*file://||' | LC_ALL=C sort -u |
    while IFS= read -r file; do find -L "${2-}$file" -type f -print0; done | xargs -0 -r sha256sum | sed 's|  .*/|  |' | LC_ALL=C sort -u
}

# wanted: the digests that the release has to have, in $work/wanted.
wanted() {
  [[ ! -s $work/wanted ]] || return 0
  if [[ -n ${DIGESTS-} ]]; then
    [[ -r $DIGESTS ]] || { why="DIGESTS=$DIGESTS cannot be read"; return 4; }
    LC_ALL=C sort -u -- "$DIGESTS" >"$work/wanted"
  else
    out=$work/logs/wanted.txt
    (cd -- "$tree" && "${bazel[@]}" build --color=no --curses=no --noshow_progress --build_event_json_file="$work/events.json" \
      "--platforms=//platforms:${platforms[0]}" "${targets[@]}") >"$out" 2>&1 ||
      { why="the build with network failed: $(grep -m 1 -E '^(ERROR|FATAL)' "$out")"; return 1; }
    digests "$work/events.json" >"$work/wanted"
  fi
  [[ -s $work/wanted ]] || { why="there are no digests to compare with"; return 1; }
}

# same FILE: it has every digest that is wanted.
same() {
  local missing
  missing=$(LC_ALL=C comm -23 "$work/wanted" "$1")
  note="$(wc -l <"$work/wanted") files equal"
  [[ -n $missing ]] || return 0
  why="other bytes, or no such file: $(head -n 1 <<<"$missing")"
  return 1
}

case_offline() {
  local under=() startup=()
  name=offline
  wanted || return
  (cd -- "$tree" && ./bazelw fetch) >"$work/logs/fetch.txt" 2>&1 || { why="./bazelw fetch: $(tail -n 1 "$work/logs/fetch.txt")"; return 1; }
  end_base
  # A network of its own, with nothing in it; without root that takes a user namespace, too.
  under=(unshare --net)
  ((EUID == 0)) || under+=(--map-root-user)
  "${under[@]}" true 2>/dev/null || { why="this system allows no network namespace"; return 4; }
  # A server would be reached by an address that this network has not.
  startup=(--batch)
  out=$work/logs/$name.txt
  build --jobs="${JOBS:-2}" --build_event_json_file="$work/offline.json" "--platforms=//platforms:${platforms[0]}" "${targets[@]}" || return 1
  digests "$work/offline.json" >"$work/reports/$name.sha256"
  same "$work/reports/$name.sha256"
}
