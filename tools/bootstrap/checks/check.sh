#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the registries mode on this machine, with real registries: from nothing,
# killed, twice at once, without network, on a full disk, with wrong pins, by
# bundle, and gRPC over TLS. It needs root (tmpfs, a namespace without network)
# and takes some minutes.
#
#   tools/bootstrap/checks/check.sh [SCRATCH-FOLDER [CHECK ...]]
#
# SCRATCH-FOLDER, ${XDG_CACHE_HOME:-$HOME/.cache}/gosqlite/checks if not given,
# takes about 6 GB. They stay, for a look at what failed; the next run reuses
# the place. Exit 0 all passed, 1 one failed, 2 usage.
set -u

all="fresh fast grpc_tls damaged_cache bundle bundle_tampered no_jdk killed two_at_once no_network full_disk wrong_pin"
usage() { echo "usage: check.sh [SCRATCH-FOLDER [CHECK ...]], with CHECK one of $all" >&2; exit 2; }
cache=${XDG_CACHE_HOME:-${HOME:?neither XDG_CACHE_HOME nor HOME is set}/.cache}
scratch=${1:-$cache/gosqlite/checks}
[ $# -eq 0 ] || shift
for c in "$scratch" "$@"; do
  case $c in -*) usage ;; esac
  [ "$c" = "$scratch" ] || case " $all " in *" $c "*) ;; *) usage ;; esac
done
tree=$(cd -- "$(dirname -- "$0")/../../.." && pwd -P)
mkdir -p -- "$scratch" && scratch=$(cd -- "$scratch" && pwd -P) || exit 1
export GOSQLITE_MODE=registries
# Version managers keep the clients below the real home.
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
export GOMODCACHE="${GOMODCACHE:-$(go env GOMODCACHE)}" GOCACHE="${GOCACHE:-$(go env GOCACHE)}"

ws=$scratch/tree
rm -rf -- "$ws"
mkdir -p -- "$ws/tools"
cp -R -- "$tree/bazelw" "$tree/.bazelversion" "$tree/pins" "$ws/"
cp -R -- "$tree/tools/bootstrap" "$ws/tools/"
rm -f -- "$ws"/pins/*.bzl "$ws"/pins/BUILD.bazel
cat >"$ws/tools/go.mod" <<END
module github.com/gosqlite/gosqlite/tools

go 1.26.0
END
cat >"$ws/MODULE.bazel" <<END
bazel_dep(name = "gazelle", version = "0")
bazel_dep(name = "rules_go", version = "0")
bazel_dep(name = "rules_cc", version = "0")
END
echo 'genrule(name = "g", outs = ["o"], cmd = "cat /proc/sys/kernel/random/uuid > $@")' >"$ws/BUILD.bazel"
echo 'try-import %workspace%/.bazelrc.registries' >"$ws/.bazelrc"
echo tools >"$ws/.bazelignore"

passed=0 failed=0
verdict() { # verdict NAME STATUS
  if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "PASS $1"; else failed=$((failed + 1)); echo "FAIL $1"; fi
}
now() { date +%s.%N; }
since() { echo "$1 $(now)" | awk '{ printf "%.1f s", $2 - $1 }'; }
use() { # use NAME: an empty cache of that name
  export XDG_CACHE_HOME="$scratch/$1"
  rm -rf -- "$XDG_CACHE_HOME"
  mkdir -p -- "$XDG_CACHE_HOME"
}
wrapper() { (cd -- "$ws" && ./bazelw "$@"); }
bazel() { wrapper --output_user_root="$scratch/out" "$@"; }
expect() { # expect CODE TEXT COMMAND...: the exit code, and the text on stderr
  code=$1 text=$2
  shift 2
  "$@" >/dev/null 2>"$scratch/stderr" </dev/null
  got=$?
  [ "$got" = "$code" ] && grep -q -- "$text" "$scratch/stderr" && return 0
  echo "  exit code $got, want $code with \"$text\":"; sed 's/^/  /' "$scratch/stderr"
  return 1
}
leftovers() { find "$XDG_CACHE_HOME/gosqlite/inputs" -mindepth 1 -maxdepth 1 -name '.tmp-*' 2>/dev/null | grep -c .; }

check_fresh() {
  use "cache with space"
  t=$(now)
  wrapper fetch || return 1
  echo "  from nothing (module and build cache of Go as they were): $(since "$t")"
  du -sh -- "$XDG_CACHE_HOME/gosqlite"/* | sed 's/^/  /'
  [ "$(leftovers)" = 0 ] && bazel --version
}

check_fast() { # the wrapper's own time, of 20 runs each
  direct=$(echo "$XDG_CACHE_HOME"/gosqlite/inputs/bazel-*/bin/bazel)
  wrapper --version >/dev/null || return 1
  for what in "$direct" ./bazelw; do
    t=$(now)
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (cd -- "$ws" && "$what" --version >/dev/null 2>&1) || return 1; done
    echo "$t $(now)" | awk -v w="${what##*/}" '{ printf "  %s --version: %.0f ms\n", w, ($2 - $1) * 50 }'
  done
}

check_grpc_tls() {
  (cd -- "$ws/tools" && GOWORK=off go build -o "$scratch/grpcserver" ./bootstrap/checks/grpcserver) || return 1
  "$scratch/grpcserver" "$scratch/cert.pem" >"$scratch/grpc.log" &
  server=$!
  sleep 1
  bazel build //:g --remote_cache="grpcs://$(head -n 1 "$scratch/grpc.log")" --tls_certificate="$scratch/cert.pem" \
    >"$scratch/bazel.log" 2>&1
  bazel shutdown
  kill "$server"
  grep -q 'HTTP/2.0 .*Capabilities' "$scratch/grpc.log" && grep -q 'UNIMPLEMENTED: this server only answers' "$scratch/bazel.log"
}

check_no_jdk() { # Java from Debian, as on a machine that has none; TLS too
  use nojdk
  export GOSQLITE_JDK=debian
  wrapper --version && check_grpc_tls
  status=$?
  unset GOSQLITE_JDK
  case $(readlink -f "$XDG_CACHE_HOME"/gosqlite/inputs/bazel-*/jdk/lib) in
  "$XDG_CACHE_HOME"/*) return $status ;;
  *) echo "  Java is the machine's"; return 1 ;;
  esac
}

check_bundle() {
  wrapper fetch --bundle "$scratch/one.tar" && wrapper fetch --bundle "$scratch/two.tar" || return 1
  cmp -- "$scratch/one.tar" "$scratch/two.tar" || return 1
  rm -f -- "$scratch/two.tar"
  echo "  bundle: $(du -h -- "$scratch/one.tar" | cut -f 1)"
  use imported
  t=$(now)
  (cd -- "$ws" && unshare -n ./bazelw fetch --import "$scratch/one.tar" && unshare -n ./bazelw --version) || return 1
  echo "  imported without network: $(since "$t")"
}

check_bundle_tampered() { # one byte in the middle, then a cut file
  use tampered
  size=$(stat -c %s -- "$scratch/one.tar")
  printf X | dd of="$scratch/one.tar" bs=1 seek=$((size / 2)) conv=notrunc status=none
  expect 3 'verify ' wrapper fetch --import "$scratch/one.tar" || return 1
  truncate -s $((size / 3)) "$scratch/one.tar"
  expect 1 'cut short' wrapper fetch --import "$scratch/one.tar" && [ "$(leftovers)" = 0 ]
}

parts() { find "$XDG_CACHE_HOME/gosqlite/inputs" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null | grep -c .; }

check_killed() { # at several moments, then to the end
  use killed
  cut=0
  for seconds in 2 6 20 9; do
    setsid "$ws/bazelw" fetch 2>/dev/null &
    sleep "$seconds"
    kill -KILL "-$!" 2>/dev/null && cut=$((cut + 1))
    wait "$!" 2>/dev/null
    echo "  killed after $seconds s: $(parts) parts, $(leftovers) unfinished"
  done
  [ "$cut" -ge 2 ] || { echo "  not exercised: the runs ended before the kill"; return 1; }
  t=$(now)
  wrapper fetch && [ "$(leftovers)" = 0 ] || return 1
  echo "  resumed to the end: $(since "$t")"
  bazel --version
}

check_two_at_once() {
  use twice
  wrapper --version >"$scratch/a" 2>&1 &
  one=$!
  wrapper --version >"$scratch/b" 2>&1 &
  two=$!
  wait "$one" && wait "$two" || { cat "$scratch/a" "$scratch/b"; return 1; }
  [ "$(cat "$scratch/a" "$scratch/b" | grep -c waiting)" = 1 ] &&
    [ "$(cat "$scratch/a" "$scratch/b" | grep -c 'gosqlite: Bazel')" = 1 ] && [ "$(leftovers)" = 0 ]
}

check_no_network() {
  use offline
  (
    export GOMODCACHE="$scratch/nomod" CARGO_HOME="$scratch/nocargo"
    expect 1 'registry was not reached' unshare -n -- "$ws/bazelw" fetch
  ) && [ "$(leftovers)" = 0 ]
}

check_full_disk() {
  use full
  mount -t tmpfs -o size=150m tmpfs "$XDG_CACHE_HOME" || return 1
  expect 1 'disk .*full' wrapper fetch
  status=$?
  [ "$(leftovers)" = 0 ] || status=1
  umount "$XDG_CACHE_HOME"
  return $status
}

check_wrong_pin() {
  use wrong
  cp -- "$ws/pins/pins.json" "$scratch/pins.json"
  sed -i '/"sqlite_amalgamation"/,/"sha3_256"/s/"tree": "..../"tree": "0000/' "$ws/pins/pins.json"
  expect 3 'verify sqlite_amalgamation' wrapper fetch
  status=$?
  cp -- "$scratch/pins.json" "$ws/pins/pins.json"
  [ -z "$(find "$XDG_CACHE_HOME/gosqlite/inputs" -name 'sqlite*')" ] && return $status
}

check_damaged_cache() { # a folder that goes missing is brought again
  rm -rf -- "$XDG_CACHE_HOME"/gosqlite/inputs/sqlite_amalgamation-*
  wrapper --version 2>"$scratch/stderr" && grep -q 'sqlite_amalgamation' "$scratch/stderr"
}

# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $all
for c; do
  "check_$c"
  verdict "$c" $?
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
