# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # the runner's variables
# With all inputs there, a build needs no network: it runs in a namespace that has only its own loopback.

# Bazel's client and server talk over loopback, which is down in a new namespace.
loopback_up='import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14s", b"lo", 1, b""))'

plants[no_network]='there is a network'
case_no_network() {
  local without=(unshare -n --) bazel_here=("${bazel[@]}")
  [[ $EUID == 0 ]] || without=(unshare -r -n --)
  if ! "${without[@]}" true 2>/dev/null; then
    why="no namespace can be made here: run it as root"
    return 4
  fi
  command -v python3 >/dev/null || { why="not installed: apt-get install python3"; return 4; }
  reference || return
  [[ -z $plant ]] || without=(env)
  use_base base-offline
  # shellcheck disable=SC2016 # expanded by the shell inside
  bazel=("${without[@]}" sh -c '
    [ "$(wc -l </proc/net/route)" -le 1 ] || { echo "ERROR: there is a network"; exit 99; }
    python3 -c "$1" || exit 98
    shift
    "$@"
    code=$?
    # The server must end with the namespace.
    "$1" "$2" shutdown >/dev/null 2>&1
    exit $code' sh "$loopback_up" "${bazel_here[@]}")
  build "${cache[@]}" "$platform" "${targets[@]}"
  bazel=("${bazel_here[@]}")
  case $status in
  0) same_bytes ;;
  99) why="there is a network" && return 1 ;;
  *) why="it does not build: $(first_error)" && return 1 ;;
  esac
  status=$?
  end_base
  return "$status"
}
