#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the registries mode on this machine, with real registries: from nothing,
# killed, interrupted, with a download that is cut short, twice at once, without
# network, on a full disk, with wrong pins, by bundle, and gRPC over TLS. It needs
# root (tmpfs, a namespace without network) and takes some minutes.
#
#   tools/bootstrap/checks/check.sh [--plants] [SCRATCH-FOLDER [CHECK ...]]
#
# --plants leaves the trouble of each check out, or breaks what it asks for: each
# must be red, by the words that tell of just that.
# SCRATCH-FOLDER, ${XDG_CACHE_HOME:-$HOME/.cache}/gosqlite/checks if not given,
# takes about 6 GB. They stay, for a look at what failed; the next run reuses
# the place. Exit 0 all passed, 1 one failed, 2 usage.
set -u

all="fresh fast grpc_tls damaged_cache bundle bundle_tampered no_jdk killed interrupted cut_download two_at_once no_network full_disk wrong_pin"
usage() { echo "usage: check.sh [--plants] [SCRATCH-FOLDER [CHECK ...]], with CHECK one of $all" >&2; exit 2; }
plants='' plant=''
if [ "${1-}" = --plants ]; then plants=1; shift; fi
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
no_leftovers() { [ "$(leftovers)" = 0 ] || { echo "  unfinished parts are left"; return 1; }; }
leftovers() { find "$XDG_CACHE_HOME/gosqlite/inputs" -mindepth 1 -maxdepth 1 -name '.tmp-*' 2>/dev/null | grep -c .; }

check_fresh() {
  use "cache with space"
  t=$(now)
  wrapper fetch || return 1
  echo "  from nothing (module and build cache of Go as they were): $(since "$t")"
  du -sh -- "$XDG_CACHE_HOME/gosqlite"/* | sed 's/^/  /'
  [ -z "$plant" ] || mkdir -- "$XDG_CACHE_HOME/gosqlite/inputs/.tmp-planted"
  no_leftovers && bazel --version
}

check_fast() { # the wrapper's own time, of 20 runs each: at most 200 ms
  direct=$(echo "$XDG_CACHE_HOME"/gosqlite/inputs/bazel-*/bin/bazel)
  wrapper --version >/dev/null || return 1
  printf '#!/bin/sh\nsleep 0.3\nexec ./bazelw "$@"\n' >"$scratch/slow" && chmod +x "$scratch/slow"
  set -- "$direct" ./bazelw
  [ -z "$plant" ] || set -- "$direct" "$scratch/slow"
  for what; do
    t=$(now)
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (cd -- "$ws" && "$what" --version >/dev/null 2>&1) || return 1; done
    echo "$t $(now)" | awk '{ printf "%.0f\n", ($2 - $1) * 50 }'
  done >"$scratch/ms"
  awk 'NR == 1 { d = $1 } NR == 2 { printf "  plain %d ms, through bazelw %d ms\n", d, $1; if ($1 - d > 200) { print "  bazelw adds more than 200 ms"; exit 1 } }' "$scratch/ms"
}

check_grpc_tls() {
  (cd -- "$ws/tools" && GOWORK=off go build -o "$scratch/grpcserver" ./bootstrap/checks/grpcserver) || return 1
  "$scratch/grpcserver" "$scratch/cert.pem" >"$scratch/grpc.log" &
  server=$!
  sleep 1
  trusted=$scratch/cert.pem
  [ -z "$plant" ] || trusted=/etc/ssl/certs/ca-certificates.crt
  bazel build //:g --remote_cache="grpcs://$(head -n 1 "$scratch/grpc.log")" --tls_certificate="$trusted" \
    >"$scratch/bazel.log" 2>&1
  bazel shutdown
  kill "$server"
  if ! { grep -q 'HTTP/2.0 .*Capabilities' "$scratch/grpc.log" && grep -q 'UNIMPLEMENTED: this server only answers' "$scratch/bazel.log"; }; then
    echo "  the server was not reached through TLS"
    return 1
  fi
}

check_no_jdk() { # Java from Debian, as on a machine that has none; TLS too
  use nojdk
  [ -n "$plant" ] || export GOSQLITE_JDK=debian
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
  [ -z "$plant" ] || echo >>"$scratch/two.tar"
  cmp -- "$scratch/one.tar" "$scratch/two.tar" 2>&1 || { echo "  two bundles of the same have other bytes"; return 1; }
  rm -f -- "$scratch/two.tar"
  echo "  bundle: $(du -h -- "$scratch/one.tar" | cut -f 1)"
  use imported
  t=$(now)
  (cd -- "$ws" && unshare -n ./bazelw fetch --import "$scratch/one.tar" && unshare -n ./bazelw --version) || return 1
  echo "  imported without network: $(since "$t")"
}

check_bundle_tampered() { # one byte in the middle, then a cut file
  use tampered
  cp -- "$scratch/one.tar" "$scratch/bad.tar"
  size=$(stat -c %s -- "$scratch/bad.tar")
  [ -n "$plant" ] || printf X | dd of="$scratch/bad.tar" bs=1 seek=$((size / 2)) conv=notrunc status=none
  expect 3 'verify ' wrapper fetch --import "$scratch/bad.tar" || return 1
  truncate -s $((size / 3)) "$scratch/bad.tar"
  expect 1 'cut short' wrapper fetch --import "$scratch/bad.tar" && no_leftovers
}

parts() { find "$XDG_CACHE_HOME/gosqlite/inputs" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null; }
# Which folders the parts are: one that was fetched anew has another number or time of its own.
folders() { parts | sort | xargs -r -d '\n' stat -c '%i %y %z %n'; }
trouble() { # trouble SIGNAL SECONDS: a fetch whose processes get the signal after that time; its exit code
  # A shell starts what runs in the background with SIGINT ignored, which a terminal does not.
  setsid env --default-signal=INT "$ws/bazelw" fetch 2>"$scratch/stderr" </dev/null &
  sleep "$2"
  [ "$plant" = untroubled ] || { kill "-$1" "-$!" 2>/dev/null && cut=$((cut + 1)); }
  wait "$!" 2>/dev/null
  code=$?
  echo "  $1 after $2 s: code $code, $(parts | grep -c .) parts, $(leftovers) unfinished"
}
resumed() { # the last run, which takes what is there as it is
  folders >"$scratch/before"
  [ -s "$scratch/before" ] || { echo "  not exercised: no part was complete"; return 1; }
  [ "$plant" != removed ] || rm -rf -- "$(parts | head -n 1)"
  t=$(now)
  wrapper fetch && no_leftovers || return 1
  folders >"$scratch/after"
  [ "$(sort "$scratch/before" "$scratch/after" | uniq -d | grep -c .)" = "$(grep -c . "$scratch/before")" ] ||
    { echo "  a part that was complete was fetched anew"; return 1; }
  echo "  resumed to the end: $(since "$t"), $(grep -c . "$scratch/before") parts as they were"
}

check_killed() { # at several moments, then to the end
  use killed
  cut=0
  for seconds in 2 6 20 9; do trouble KILL "$seconds"; done
  [ "$cut" -ge 2 ] || { echo "  not exercised: the runs ended before the kill"; return 1; }
  resumed && bazel --version
}

check_interrupted() { # by Ctrl-C, which a terminal sends to the clients as well: nothing unfinished stays, not even for the next run
  use interrupted
  cut=0
  for seconds in 2 8 15; do
    trouble INT "$seconds"
    if [ "$code" != 1 ] || ! grep -q 'interrupted: ' "$scratch/stderr" || grep -q 'error: run ' "$scratch/stderr"; then
      echo "  exit code $code, want 1 with \"interrupted\":"; sed 's/^/  /' "$scratch/stderr"
      return 1
    fi
    no_leftovers || return 1
  done
  resumed
}

check_cut_download() { # pip is sent to an index of our own, which ends in the middle of the wheel
  use short
  rm -f -- "$scratch/port"
  python3 "$ws/tools/bootstrap/checks/half_index.py" "$scratch/port" >"$scratch/index.log" 2>&1 &
  index=$!
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$scratch/port" ] || sleep 0.5; done
  [ -s "$scratch/port" ] || { echo "  not exercised: the index did not start"; kill "$index"; return 1; }
  address=http://127.0.0.1:$(cat -- "$scratch/port")/simple
  (
    [ -n "$plant" ] || export PIP_CONFIG_FILE=/dev/null PIP_INDEX_URL="$address" PIP_EXTRA_INDEX_URL='' PIP_RETRIES=0 no_proxy=127.0.0.1
    expect 1 'cut short' wrapper fetch
  )
  status=$?
  kill "$index"
  wait "$index" 2>/dev/null
  [ -n "$plant" ] || grep -q 'half of .*whl' "$scratch/index.log" || { echo "  not exercised: nothing was asked of the index"; return 1; }
  no_leftovers || return 1
  [ -z "$(find "$XDG_CACHE_HOME/gosqlite/inputs" -name 'zig*')" ] || { echo "  something of the cut download was kept"; return 1; }
  return $status
}

check_two_at_once() {
  use twice
  wrapper --version >"$scratch/a" 2>&1 &
  one=$!
  [ -z "$plant" ] || { wait "$one"; one=; }
  wrapper --version >"$scratch/b" 2>&1 &
  two=$!
  if { [ -n "$one" ] && ! wait "$one"; } || ! wait "$two"; then cat "$scratch/a" "$scratch/b"; return 1; fi
  [ "$(cat "$scratch/a" "$scratch/b" | grep -c waiting)" = 1 ] || { echo "  none waited for the other"; return 1; }
  [ "$(cat "$scratch/a" "$scratch/b" | grep -c 'gosqlite: Bazel')" = 1 ] && no_leftovers
}

check_no_network() {
  use offline
  (
    if [ -n "$plant" ]; then
      set --
    else
      export GOMODCACHE="$scratch/nomod" CARGO_HOME="$scratch/nocargo"
      set -- unshare -n --
    fi
    expect 1 'registry was not reached' "$@" "$ws/bazelw" fetch
  ) && no_leftovers
}

check_full_disk() {
  use full
  size=150m
  [ -z "$plant" ] || size=8g
  mount -t tmpfs -o size=$size tmpfs "$XDG_CACHE_HOME" || return 1
  expect 1 'disk .*full' wrapper fetch
  status=$?
  no_leftovers || status=1
  umount "$XDG_CACHE_HOME"
  return $status
}

check_wrong_pin() {
  use wrong
  cp -- "$ws/pins/pins.json" "$scratch/pins.json"
  [ -n "$plant" ] || sed -i '/"sqlite_amalgamation"/,/"sha3_256"/s/"tree": "..../"tree": "0000/' "$ws/pins/pins.json"
  expect 3 'verify sqlite_amalgamation' wrapper fetch
  status=$?
  cp -- "$scratch/pins.json" "$ws/pins/pins.json"
  [ -z "$(find "$XDG_CACHE_HOME/gosqlite/inputs" -name 'sqlite*')" ] && return $status
}

check_damaged_cache() { # a folder that goes missing is brought again
  [ -n "$plant" ] || rm -rf -- "$XDG_CACHE_HOME"/gosqlite/inputs/sqlite_amalgamation-*
  wrapper --version 2>"$scratch/stderr" || return 1
  grep -q 'sqlite_amalgamation' "$scratch/stderr" || { echo "  the missing folder was not brought"; return 1; }
}

# The plants of a check: where it has several, each has a name.
plants_of() {
  case $1 in
  killed | interrupted) echo untroubled removed ;;
  *) echo planted ;;
  esac
}
# What a check says of its plant, and of nothing else.
words() { # words CHECK PLANT
  [ "$2" != removed ] || { echo 'was fetched anew'; return; }
  case $1 in
  fresh) echo 'unfinished parts are left' ;;
  fast) echo 'adds more than 200 ms' ;;
  grpc_tls) echo 'not reached through TLS' ;;
  damaged_cache) echo 'was not brought' ;;
  bundle) echo 'have other bytes' ;;
  bundle_tampered) echo 'exit code 0, want 3' ;;
  no_jdk) echo 'Java is the machine' ;;
  killed) echo 'not exercised' ;;
  two_at_once) echo 'none waited' ;;
  interrupted | cut_download | no_network | full_disk) echo 'exit code 0, want 1' ;;
  wrong_pin) echo 'exit code 0, want 3' ;;
  esac
}

# The state that a check leaves to the next one comes from its own run, so that a planted check follows an honest one.
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $all
for c; do
  plant=''
  "check_$c"
  verdict "$c" $?
  [ -n "$plants" ] || continue
  for plant in $(plants_of "$c"); do
    "check_$c" >"$scratch/plant" 2>&1
    status=$?
    [ "$status" != 0 ] && grep -q -- "$(words "$c" "$plant")" "$scratch/plant"
    status=$?
    [ "$status" = 0 ] || sed 's/^/  /' "$scratch/plant"
    verdict "$c, $plant" "$status"
  done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
