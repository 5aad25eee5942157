#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Shows what a remote cache does for this workspace, and that Bazel survives all that can happen to one.
#
#   tools/remotecache/check.sh [CASE...]      all cases, or those named (populate is always first)
#   tools/remotecache/check.sh --plants       every case with its sabotage left out, or its condition broken: each
#                                             must be red
#
#   populate   CI writes: the cache was empty, and has results
#   warm       anybody reads, in a fresh output base: every action is a hit, same bytes, at most LIMIT seconds
#   server     the Go tests against nginx itself: who may do what, clean stop; none may be skipped
#   secret     the password is in no log and no build event
#   anonymous  a write without password is refused, nothing is stored, the build finishes
#   corrupt    wrong bytes under a right name are noticed, the build gives the right ones
#   full       the server's disk is full: the build finishes, no half blob is stored (needs root)
#   frozen     the server takes connections and never answers: the build finishes
#   dead       the server is down from the start: the build finishes
#   killed     the server is killed in the middle: the build finishes with the same bytes
#
# Variables: BAZEL (./bazelw), STARTUP (startup options), TARGETS (//:release --platforms=//platforms:linux_amd64),
# LIMIT (60 s), LEAST (20 hits), NGINX (the installed one), TMPDIR (/var/tmp). BAZEL is looked up from the current
# folder, which is the workspace. Two cold builds and a half, for the whole.
# Exit 0 all passed, 1 one failed or could not be run, 2 usage.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
read -r -a bazel <<<"${BAZEL:-./bazelw} ${STARTUP:-}"
read -r -a targets <<<"${TARGETS:-//:release --platforms=//platforms:linux_amd64}"
limit=${LIMIT:-60} least=${LEAST:-20}
cases=(populate server warm secret anonymous corrupt full frozen dead killed)

usage() {
  sed -n '5,7s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# shellcheck source=tools/remotecache/bazel.bash
source "$here/bazel.bash"

# --- the server

server=''
start_server() {
  : >"$work/serve.log"
  "$work/bin/serve" -dir "$work/srv" ${NGINX:+-nginx "$NGINX"} >/dev/null 2>"$work/serve.log" &
  server=$!
  for _ in {1..150}; do
    grep -q 'is ready' "$work/serve.log" && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  why=$(tail -n 1 "$work/serve.log")
  wait "$server"
  server=
  return 1
}
stop_server() {
  [[ -n $server ]] || return 0
  kill -TERM "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}
# nginx and its workers; the group is nginx's own.
signal_nginx() { kill "-$1" -- "-$(<"$work/srv/run/nginx.pid")"; }

write() { NETRC=$work/srv/netrc build remote-cache-write; }

stored() { find "$work/srv/data/$1" -type f | wc -l; }
# warm_base: an output base in which everything is built.
warm_base() {
  use_base base-warm
  [[ -d $base ]] || build remote-cache
}

# --- the cases; $plant is set when a case has to become red

case_populate() {
  local before
  use_base base-populate
  before=$(stored ac)
  if [[ -n $plant ]]; then build remote-cache-write; else write; fi || return
  list_outputs || { why="the build events name no files"; return 1; }
  digests >"$work/digests"
  [[ -s $work/digests ]] || { why="no file was built"; return 1; }
  cp "$work/digests" "$work/logs/digests"
  cp -a "$work/srv/data" "$work/data"
  note="$(count carried) actions, $(stored ac) results, $(stored cas) blobs"
  end_base
  if ((before != 0)); then why="the cache was not empty: $before results"; return 1; fi
  # Equal actions share one result, so that no number is the right one. That none is missing is what "warm" shows.
  if (($(stored ac) == 0)); then why="no result is stored"; return 1; fi
}

case_server() {
  local nginx=${NGINX:-}
  [[ -z $plant ]] || nginx=/bin/false
  out=$work/logs/server.txt
  (cd -- "$here/.." && NGINX=$nginx GOWORK=off go test -count=1 -v ./remotecache/...) >"$out" 2>&1 ||
    { why="go test: $(grep -m 1 -- '--- FAIL' "$out")"; return 1; }
  note="$(grep -c -- '^--- PASS' "$out") tests"
  ! grep -q -- '--- SKIP' "$out" || { why="skipped: $(grep -m 1 -- '--- SKIP' "$out")"; return 1; }
}

case_warm() {
  use_base base-warm
  if [[ -n $plant ]]; then end_base; empty_store; fi
  build remote-cache || return
  note="$(count hits) hits, $(count internal) internal"
  if ! why=$("$work/bin/processes" -all-hits -least "$least" "$out" 2>&1 >/dev/null); then return 1; fi
  if ((seconds > limit)); then why="it took $seconds s, at most $limit s are allowed"; return 1; fi
  same_bytes
}

case_secret() {
  local secret
  secret=$(awk '{ print $6 }' "$work/srv/netrc")
  [[ ${#secret} -ge 32 ]] || { why="no password in $work/srv/netrc"; return 1; }
  warm_base || return
  empty_store
  forget_outputs
  write || return
  if [[ -n $plant ]]; then printf 'password %s\n' "$secret" >>"$base/server/planted.log"; fi
  if grep -rqF -- "$secret" "$work/logs" "$base/server" "$base/command.log" "$base"/java.log*; then
    why="the password is in a log"
    return 1
  fi
  # Without a pipe, whose first program would fail as soon as the second one has found the password.
  grep -qF -- "$secret" "/proc/$(<"$base/server/server.pid.txt")/cmdline"
  case $? in
  0) why="the password is in the server's arguments" && return 1 ;;
  1) ;;
  *) why="the server's arguments cannot be read" && return 1 ;;
  esac
  # A search in the wrong places finds nothing, too: the password's file is known to these logs.
  grep -qF -- "$work/srv/netrc" "$work/logs/$name.json" || { why="not exercised: NETRC did not reach Bazel"; return 1; }
}

empty_store() { rm -rf "$work/srv/data" && mkdir -p "$work/srv/data/ac" "$work/srv/data/cas"; }
restore_store() { rm -rf "$work/srv/data" && cp -a "$work/data" "$work/srv/data"; }

case_anonymous() {
  warm_base || return
  empty_store
  forget_outputs
  if [[ -n $plant ]]; then write; else build remote-cache-write; fi || return
  note="$(count carried) actions carried out, $(stored ac) results and $(stored cas) blobs stored"
  if (($(count carried) < 1)); then why="not exercised: nothing was to be stored"; return 1; fi
  if (($(stored ac) + $(stored cas) > 0)); then why="stored without a password"; return 1; fi
  grep -qE '401 Unauthorized|403 Forbidden' "$out" || { why="no refusal in Bazel's output"; return 1; }
  same_bytes
}

case_corrupt() {
  local blob
  warm_base || return
  restore_store
  if [[ -z $plant ]]; then
    while read -r blob _; do
      # Same size, other bytes; the smallest file is one byte long.
      printf '\377' | dd of="$work/srv/data/cas/$blob" bs=1 conv=notrunc status=none || return
    done <"$work/digests"
  fi
  forget_outputs
  build remote-cache || return
  note="$(count hits) hits, $(count carried) carried out"
  if (($(count carried) < 1)); then why="wrong bytes were taken, or none were read"; return 1; fi
  same_bytes
}

case_full() {
  local file status
  # The whole folder of the server: a finished upload is renamed within one file system, as in earnest.
  stop_server
  if ! mount -t tmpfs -o size=512k none "$work/srv" 2>/dev/null; then
    why="no tmpfs can be mounted here: run it as root"
    start_server
    return 4
  fi
  start_server && warm_base && forget_outputs && {
    [[ -n $plant ]] || dd if=/dev/zero of="$work/srv/fill" bs=1k status=none 2>/dev/null
    write
  } && same_bytes
  status=$?
  for file in "$work"/srv/data/cas/* "$work"/srv/data/ac/*; do
    [[ ! -e $file || $file =~ /ac/[0-9a-f]{64}$ || $(sha256sum <"$file") == "${file##*/}  -" ]] ||
      { why="half a blob is stored: $file"; status=1; }
  done
  stop_server
  umount "$work/srv"
  start_server || return
  ((status == 0)) || return 1
  warned || { why="no warning: nothing was refused"; return 1; }
}

case_frozen() {
  warm_base || return
  restore_store
  forget_outputs
  [[ -n $plant ]] || signal_nginx STOP
  build remote-cache
  local status=$?
  [[ -n $plant ]] || signal_nginx CONT
  ((status == 0)) || return 1
  note="$(count carried) carried out"
  warned || { why="no warning"; return 1; }
  same_bytes
}

case_dead() {
  warm_base || return
  restore_store
  forget_outputs
  [[ -n $plant ]] || stop_server
  build remote-cache
  local status=$?
  [[ -n $server ]] || start_server || return
  ((status == 0)) || return 1
  note="$(count carried) carried out"
  warned || { why="no warning"; return 1; }
  same_bytes
}

# sandboxes: the highest number of one that is in use.
sandboxes() { find "$base/sandbox/linux-sandbox" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' 2>/dev/null | sort -n | tail -n 1; }

case_killed() {
  local n=0 file running status
  restore_store
  # Half of the results are gone, so hits and own work mix.
  for file in "$work"/srv/data/ac/*; do ((n++ % 2)) || rm -f "$file"; done
  use_base base-killed
  build remote-cache &
  running=$!
  # Sandboxes are numbered: at the fourth there have been hits as well.
  until [[ $(sandboxes) -ge 4 ]] || ! kill -0 "$running" 2>/dev/null; do sleep 0.05; done
  [[ -n $plant ]] || signal_nginx KILL
  wait "$running"
  status=$?
  out=$work/logs/$name.txt
  if [[ -z $plant ]]; then
    wait "$server" 2>/dev/null
    start_server || return
  fi
  if ((status != 0)); then why="the build failed: $(grep -m 1 ERROR "$out")"; return 1; fi
  note="$(count hits) hits, $(count carried) carried out"
  same_bytes
  status=$?
  end_base
  if (($(count hits) < 1 || $(count carried) < 1)); then why="not in the middle"; return 1; fi
  warned || { why="no warning"; return 1; }
  return "$status"
}

# What a case says of its plant, and of nothing else.
# shellcheck disable=SC2034 # bazel.bash reads it
declare -A words=(
  [populate]='no result is stored' [server]='go test: .*FAIL' [warm]='did not come from the cache' [secret]='the password is in a log'
  [anonymous]='stored without a password' [corrupt]='wrong bytes were taken' [full]='nothing was refused'
  [frozen]='no warning' [dead]='no warning' [killed]='no warning'
)

# --- the end

finish() {
  end_bases
  stop_server
  mountpoint -q "$work/srv" && umount "$work/srv"
  if ((failed)) && [[ -d $work/logs ]]; then
    printf 'logs: %s/logs\n' "$work"
    rm -rf "${work:?}/srv" "${work:?}/data" "${work:?}/bin"
  else
    rm -rf "$work"
  fi
}

plants=
if [[ ${1-} == --plants ]]; then
  plants=plant
  shift
fi
for c; do [[ " ${cases[*]} " == *" $c "* ]] || usage; done
(($#)) || set -- "${cases[@]}"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/gosqlite-cache.XXXXXX") || exit 1
mkdir "$work/logs"
rc=$work/srv/bazelrc
trap finish EXIT
trap 'exit 130' INT TERM
(cd -- "$here/.." && GOWORK=off go build -o "$work/bin/" ./remotecache/cmd/...) || exit 1
if ! start_server; then
  printf 'not run: %s\n0 passed, 0 failed, %d not run\n' "$why" $#
  exit 1
fi
[[ -z $plants ]] || run populate plant
[[ -z $plants ]] || { use_base base-populate; end_base; rm -rf "$work/data"; empty_store; }
run populate
for c; do
  [[ $c == populate ]] || run "$c" "$plants"
  # What a red case leaves must not make the next one red.
  ((failed == 0)) || restore_store
done
printf '%d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
((failed == 0 && not_run == 0))
