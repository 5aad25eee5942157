# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# The disk is full in the middle of a build: a clear error, no crash; with space, the same folder builds on.

plants[full_disk]='it fits into'
case_full_disk() {
  local verdict
  mkdir -p "$work/disk"
  if ! mount -t tmpfs -o size="${SMALL_DISK:-40m}" none "$work/disk" 2>/dev/null; then
    why="no tmpfs can be mounted here: run it as root"
    return 4
  fi
  reference && full_then_space
  verdict=$?
  use_base disk/base
  end_base
  umount "$work/disk"
  return "$verdict"
}

full_then_space() {
  use_base disk/base
  [[ -z $plant ]] || mount -o remount,size="${LARGE_DISK:-8g}" "$work/disk"
  if build "${cache[@]}" "$platform" "${targets[@]}"; then
    why="not exercised: it fits into ${SMALL_DISK:-40m}"
    return 1
  fi
  said '[Nn]o space left on device|[Dd]isk is full' || { why="no clear error (code $status): $(first_error)"; return 1; }
  mount -o remount,size="${LARGE_DISK:-8g}" "$work/disk"
  build "${cache[@]}" "$platform" "${targets[@]}" || { why="with space it does not build: $(first_error)"; return 1; }
  same_bytes
}
