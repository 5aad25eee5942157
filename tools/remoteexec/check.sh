#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Shows what BuildGrid does for this workspace as a cache and with workers, and that Bazel survives what can happen to it.
#
#   tools/remoteexec/check.sh [CASE...]      all cases, or those named (populate is always first)
#   tools/remoteexec/check.sh --targets LABEL [CASE...]      the same with another target
#   tools/remoteexec/check.sh --plants       every case with its sabotage left out, or its condition broken: each must
#                                            be red
#
#   populate   CI writes: nothing came from the cache, every action's result is stored
#   server     the Go tests against the server itself: who may do what; none may be skipped
#   warm       anybody reads, in a fresh output base: every action is a hit, same bytes and ledger, at most LIMIT seconds
#   differs    a ledger in which one digest has another digit is not taken for that of the first build
#   secret     no token is in a log or a build event
#   anonymous  a write without token is refused, nothing is stored, the build finishes
#   reader     a write with the token of one who reads is refused, nothing is stored, the build finishes
#   expired    a token that is no longer valid is refused, the build finishes
#   corrupt    wrong bytes under a right name are noticed, the build gives the right ones
#   lie        CI's token writes a wrong result: Bazel takes it, and the ledger of a build that reads no cache names it
#   full       the server's disk is full: the build finishes, no half blob is stored (needs root)
#   frozen     the server takes connections and never answers: the build finishes
#   dead       the server is down from the start: the build finishes
#   remote     two workers carry out every action: the same bytes and the same ledger as here
#   shared     what workers made is a hit for everybody
#   lost       a worker is killed in the middle: every action is carried out, the same bytes
#   one        one worker: the same bytes; the time, to compare
#   died       the server is killed in the middle of a build on workers: the build fails, and nothing of it was done here
#   stopped    the server has ended: no process of it is left
#
# Variables: BAZEL (./bazelw), STARTUP (startup options), TARGETS (//:release --platforms=//platforms:linux_amd64),
# LIMIT (60 s), LEAST (20 actions), TMPDIR (/var/tmp). BAZEL is looked up from the current folder, which is the workspace.
# Eight cold builds, for the whole, one of which is ended halfway. Exit 0 all passed, 1 one failed or could not be run, 2 usage.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
read -r -a bazel <<<"${BAZEL:-./bazelw} ${STARTUP:-}"
read -r -a targets <<<"${TARGETS:-//:release --platforms=//platforms:linux_amd64}"
limit=${LIMIT:-60} least=${LEAST:-20}
cases=(populate server warm differs secret anonymous reader expired corrupt lie full frozen dead remote shared lost one died stopped)

usage() {
  sed -n '5,8s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# shellcheck source=tools/remotecache/bazel.bash
source "$here/../remotecache/bazel.bash"

# --- the server

server=''
# start_server [WORKERS]
start_server() {
  : >"$work/serve.log"
  "$work/bin/serve" -programs "$programs" -dir "$work/srv" -workers "${1:-0}" >/dev/null 2>"$work/serve.log" &
  server=$!
  for _ in {1..1500}; do
    grep -q 'is ready' "$work/serve.log" && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  why=$(tail -n 1 "$work/serve.log")
  stop_server
  return 1
}
stop_server() {
  [[ -n $server ]] || return 0
  kill -TERM "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}
signal() { kill "-$1" -- "-$(<"$work/srv/run/$2.pid")"; }
as() {
  rc=$work/srv/${1:+$1.}bazelrc
  build "${@:2}"
}
blobs() { find "$work/srv/cas/cas/objects" -type f | wc -l; }
# with_store STATE [WORKERS]: the server anew, with nothing in it or with what the first build left.
with_store() {
  stop_server
  rm -rf "$work/srv/cas" "$work/srv/redis"
  [[ $1 == empty ]] || cp -a "$work/store/." "$work/srv/"
  start_server "${2:-0}"
}
# either WORD OTHER: the other one when there is a plant.
either() { if [[ -z $plant ]]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi; }
# warm_base: an output base in which everything is built.
warm_base() {
  use_base base-warm
  [[ -d $base ]] || as '' remote-cache
}

# logged NAME: the flag for a build whose ledger is to be written.
logged() { printf -- '--execution_log_compact_file=%s\n' "$work/$1.zst"; }
# write_ledger NAME: of what the last build made, whoever carried it out.
write_ledger() {
  local folder
  folder=$(root)/$(head -n 1 "$work/outputs")
  [[ -d $folder ]] || folder=${folder%/*}
  "$work/bin/reproduce" ledger --cached --log "$work/$1.zst" --files "$folder" --out "$work/$1.json" >"$work/logs/$1.ledger" 2>&1 ||
    { why="no ledger: $(tail -n 1 "$work/logs/$1.ledger")"; return 1; }
}
# same_ledger NAME: files, actions, their commands, inputs and outputs are those of the first build.
same_ledger() {
  "$work/bin/compare" "$work/local.json" "$work/$1.json" >"$work/logs/$1.compare" 2>&1 &&
    { note="$note, ledger $(grep -m 1 -oE '[0-9a-f]{64}' "$work/logs/$1.ledger" | cut -c1-12)"; return 0; }
  why="the ledger differs from that of the first build: $work/logs/$1.compare"
  return 1
}

# What a case says of its plant, and of nothing else.
# shellcheck disable=SC2034 # bazel.bash reads it
declare -A words=(
  [populate]='blobs of .* actions are stored' [server]='^(go test|skipped): .*(FAIL|SKIP)' [warm]='did not come from the cache'
  [differs]='the ledgers do not differ' [secret]='is in a log' [anonymous]='^stored ' [reader]='^stored ' [expired]='^stored ' [corrupt]='wrong bytes were taken'
  [lie]='the ledgers do not differ' [full]='nothing was refused' [frozen]='no warning' [dead]='no warning'
  [remote]='not every action was carried out by a worker' [shared]='did not come from the cache'
  [one]='not every action was carried out by a worker' [lost]='no worker was killed' [died]='went on without its server' [stopped]='^still there'
)

# --- the cases; $plant is set when a case has to become red

case_populate() {
  use_base base-populate
  # A reader's token: the build is the same, and nothing is stored.
  as "$(either ci reader)" remote-cache-write "$(logged local)" || return
  list_outputs || { why="the build events name no files"; return 1; }
  digests >"$work/digests"
  [[ -s $work/digests ]] || { why="no file was built"; return 1; }
  write_ledger local || return
  cp "$work/digests" "$work/logs/digests"
  note="$(count carried) actions, $(blobs) blobs, $seconds s"
  end_base
  if (($(count hits) > 0)); then why="the cache was not empty: $(count hits) hits"; return 1; fi
  # A blob for each action and one for its command; what they made may be the same.
  if (($(blobs) <= 2 * $(count carried))); then why="only $(blobs) blobs of $(count carried) actions are stored"; return 1; fi
  stop_server
  rm -rf "$work/store" && mkdir "$work/store" && cp -a "$work/srv/cas" "$work/srv/redis" "$work/store/" && start_server
}

case_server() {
  out=$work/logs/server.txt
  (cd -- "$here/.." && SERVER=$(either "$work/srv" "") PROGRAMS=$programs GOWORK=off go test -count=1 -v ./remoteexec/...) >"$out" 2>&1 ||
    { why="go test: $(grep -m 1 -- '--- FAIL' "$out")"; return 1; }
  note="$(grep -c -- '^--- PASS' "$out") tests"
  ! grep -q -- '--- SKIP' "$out" || { why="skipped: $(grep -m 1 -- '--- SKIP' "$out")"; return 1; }
}

case_warm() {
  with_store "$(either full empty)" || return
  use_base base-warm
  end_base
  as '' remote-cache "$(logged warm)" || return
  note="$(count hits) hits, $(count internal) internal, $seconds s"
  if ! why=$("$work/bin/processes" -all-hits -least "$least" "$out" 2>&1 >/dev/null); then return 1; fi
  if ((seconds > limit)); then why="it took $seconds s, at most $limit s are allowed"; return 1; fi
  same_bytes && write_ledger warm && same_ledger warm
}

case_differs() {
  local other='s/("sha256":")0/\11/; t; s/("sha256":")[1-9a-f]/\10/'
  sed -E "$(either "$other" '')" "$work/local.json" >"$work/differs.json" && cp "$work/logs/local.ledger" "$work/logs/differs.ledger" || return
  if same_ledger differs; then why="the ledgers do not differ"; return 1; fi
  note=$(grep -m 1 '^FAIL' "$work/logs/differs.compare" | tr -s ' ') || { why="compare names nothing: $(tail -n 1 "$work/logs/differs.compare")"; return 1; }
}

case_secret() {
  local token
  warm_base && with_store empty || return
  forget_outputs
  as ci remote-cache-write || return
  [[ -z $plant ]] || cat "$work/srv/token/ci" >>"$work/logs/planted.log"
  if (($(blobs) == 0)); then why="not exercised: the token was not used"; return 1; fi
  for token in "$work"/srv/token/*; do
    [[ $(wc -c <"$token") -ge 100 ]] || { why="no token in $token"; return 1; }
    # The last part alone is enough to have it: the others are no secret.
    if grep -rqF -- "$(sed 's/.*\.//' "$token")" "$work/logs" "$work/srv/log" "$base/server" "$base/command.log" "$base"/java.log*; then
      why="the token ${token##*/} is in a log"
      return 1
    fi
  done
}

# refused AS: a build that tries to write as such a one, into an empty server.
refused() {
  warm_base && with_store empty || return
  forget_outputs
  as "$(either "$1" ci)" remote-cache-write || return
  note="$(count carried) actions carried out, $(blobs) blobs stored"
  if (($(count carried) < 1)); then why="not exercised: nothing was to be stored"; return 1; fi
  if (($(blobs) > 0)); then why="stored $(blobs) blobs"; return 1; fi
  # Of several refusals Bazel says only that there were errors.
  grep -qE 'WARNING: Remote Cache: (UNAUTHENTICATED|PERMISSION_DENIED|[0-9]+ errors during bulk transfer)' "$out" ||
    { why="no refusal in Bazel's output"; return 1; }
  same_bytes
}
case_anonymous() { refused ''; }
case_reader() { refused reader; }
case_expired() { refused expired; }

case_corrupt() {
  local blob
  warm_base && with_store full || return
  if [[ -z $plant ]]; then
    while read -r blob _; do
      # Same size, other bytes; the smallest file is one byte long.
      printf '\377' | dd of="$work/srv/cas/cas/objects/${blob:0:2}/${blob:2}" bs=1 conv=notrunc status=none || return
    done <"$work/digests"
  fi
  forget_outputs
  as '' remote-cache || return
  note="$(count hits) hits, $(count carried) carried out"
  if (($(count carried) < 1)); then why="wrong bytes were taken, or none were read"; return 1; fi
  same_bytes
}

# ledger NAME [FLAG...]: of a build in a fresh output base.
ledger() {
  use_base "base-$1"
  as '' remote-cache "${@:2}" "$(logged "$1")" || return
  digests >"$work/$1.sha256"
  write_ledger "$1"
  local status=$?
  end_base
  return "$status"
}

case_lie() {
  local hash file size
  with_store full || return
  # The last file that was asked for and that an action made.
  read -r hash file < <(tail -n 1 "$work/digests")
  size=$(stat -c %s "$work/srv/cas/cas/objects/${hash:0:2}/${hash:2}") || return
  printf 'what a trusted writer likes\n' >"$work/lie"
  if "$work/bin/lie" -dir "$work/srv" -token reader -of "$hash" -size "$size" -with "$work/lie" 2>"$work/logs/lie.reader"; then
    why="one who reads could write a result"
    return 1
  fi
  if [[ -z $plant ]]; then
    why=$("$work/bin/lie" -dir "$work/srv" -of "$hash" -size "$size" -with "$work/lie" 2>&1 >/dev/null) || return
  fi
  ledger lied || return
  ledger honest --noremote_accept_cached || return
  cmp -s "$work/digests" "$work/honest.sha256" || { why="the build that reads no cache has other bytes"; return 1; }
  if [[ -z $plant ]] && cmp -s "$work/digests" "$work/lied.sha256"; then why="not exercised: Bazel did not take the lie"; return 1; fi
  "$work/bin/compare" "$work/lied.json" "$work/honest.json" >"$work/logs/lie.compare" 2>&1
  local status=$?
  note="compare: exit $status, names $file"
  if ((status != 3)); then why="the ledgers do not differ (compare: exit $status)"; return 1; fi
  grep -qF "${file##*/}" "$work/logs/lie.compare" || { why="compare does not name $file"; return 1; }
}

case_full() {
  local file status
  warm_base && with_store empty || return
  stop_server
  # Only the plant has room.
  if ! mount -t tmpfs -o size="$(either 512k 1g)" none "$work/srv/cas" 2>/dev/null; then
    why="no tmpfs can be mounted here: run it as root"
    return 4
  fi
  start_server && forget_outputs && {
    [[ -n $plant ]] || dd if=/dev/zero of="$work/srv/cas/fill" bs=1k status=none 2>/dev/null
    as ci remote-cache-write
  } && same_bytes
  status=$?
  while read -r file; do
    [[ $(sha256sum <"$file") == "$(basename "$(dirname "$file")")${file##*/}  -" ]] || { why="half a blob is stored: $file"; status=1; }
  done < <(find "$work/srv/cas/cas/objects" -type f)
  stop_server
  umount "$work/srv/cas"
  ((status == 0)) || return 1
  warned || { why="no warning: nothing was refused"; return 1; }
}

case_frozen() {
  local status
  warm_base && with_store full || return
  forget_outputs
  [[ -n $plant ]] || signal STOP buildgrid
  as '' remote-cache
  status=$?
  [[ -n $plant ]] || signal CONT buildgrid
  ((status == 0)) || return 1
  note="$(count carried) carried out, $seconds s"
  warned || { why="no warning"; return 1; }
  same_bytes
}

case_dead() {
  local status
  warm_base && with_store full || return
  forget_outputs
  [[ -n $plant ]] || stop_server
  as '' remote-cache
  status=$?
  ((status == 0)) || return 1
  note="$(count carried) carried out"
  warned || { why="no warning"; return 1; }
  same_bytes
}

# remotely NAME [FLAG...]: a build in a fresh output base; workers carry out everything, nothing comes from the cache.
remotely() {
  local how
  use_base "base-$1"
  as ci "$(either remote remote-cache)" --noremote_accept_cached "$(logged "$1")" "${@:2}" || { end_base; return 1; }
  how=$(grep -oE 'INFO: [0-9]+ process(es)?: .*' "$out" | tail -n 1)
  note="${how#INFO: } $seconds s"
  same_bytes && write_ledger "$1"
  local status=$?
  end_base
  ((status == 0)) || return 1
  if (($(count carried) < least)); then why="only $(count carried) actions"; return 1; fi
  [[ $how == *" $(count carried) remote"* ]] || { why="not every action was carried out by a worker: $how"; return 1; }
  same_ledger "$1"
}

case_remote() {
  with_store empty 2 && remotely remote
}

case_shared() {
  local first=''
  # A plant that leaves the workers out: what is found then was stored by nobody.
  with_store empty 2 || return
  if [[ -z $plant ]]; then
    remotely shared || return
    first=$note
  fi
  use_base base-shared
  as '' remote-cache || { end_base; return 1; }
  note="$(count hits) hits, after $first"
  why=$("$work/bin/processes" -all-hits -least "$least" "$out" 2>&1 >/dev/null) && same_bytes
  local status=$?
  end_base
  return "$status"
}

case_one() {
  with_store empty 1 && remotely one
}

# at_work: the first worker that has an action at hand, as soon as one has. Where the check ended, nobody waits.
at_work() {
  local worker=''
  until worker=$(pgrep -af "buildbox-run-bubblewrap .*$work/srv/run/worker-.* --action=" | grep -m 1 -oE 'worker-[0-9]+') && [[ -n $worker ]]; do
    [[ -d $work/srv ]] || return
    sleep 0.05
  done
  printf '%s\n' "$worker"
}

case_lost() {
  local killer
  with_store empty 2 || return
  # A worker is lost with all that it keeps.
  (
    worker=$(at_work) || exit
    [[ -n $plant ]] || { signal KILL "$worker" && signal KILL "$worker-casd" && printf '%s\n' "$worker" >"$work/logs/killed"; }
  ) &
  killer=$!
  plant='' remotely lost
  local status=$?
  kill "$killer" 2>/dev/null
  wait "$killer" 2>/dev/null
  ((status == 0)) || return 1
  [[ -s $work/logs/killed ]] || { why="not exercised: no worker was killed"; return 1; }
  note="$note, $(<"$work/logs/killed") killed"
}

case_died() {
  local killer status how
  with_store empty 2 || return
  use_base base-died
  (
    at_work >/dev/null || exit
    trap '' TERM # what has begun is finished
    [[ -n $plant ]] || { signal KILL buildgrid && : >"$work/logs/died.killed"; }
  ) &
  killer=$!
  as ci remote --noremote_accept_cached
  status=$?
  kill "$killer" 2>/dev/null
  wait "$killer" 2>/dev/null
  end_base
  # A build fails for many reasons.
  if [[ -z $plant && ! -e $work/logs/died.killed ]]; then why="not exercised: the server was not killed; $why"; return 1; fi
  if ((status == 0)); then why="the build went on without its server"; return 1; fi
  how=$(grep -oE 'INFO: [0-9]+ process(es)?: .*' "$out" | tail -n 1)
  if [[ -z $how ]]; then why="Bazel does not say what was carried out; $why"; return 1; fi
  if [[ $how == *sandbox* || $how == *local* ]]; then why="work for workers was done here: $how"; return 1; fi
  note="$seconds s, ${how#INFO: }; $why"
}

case_stopped() {
  local left planted='' fd p
  with_store full 2 || return
  if [[ -n $plant ]]; then
    # One that has no descriptors: only its folder tells of it.
    (cd "$work/srv" && for fd in /proc/"$BASHPID"/fd/*; do fd=${fd##*/} && exec {fd}>&-; done && exec sleep 1000) &
    planted=$!
  fi
  stop_server
  # Of most processes some name cannot be read, which says nothing about the others.
  left=$(for p in $(find /proc/[0-9]*/{cwd,exe,fd} -lname "*$work/srv*" 2>/dev/null | cut -d/ -f3 | sort -un); do
    printf '%s ' "$(tr '\0' ' ' <"/proc/$p/cmdline" | cut -c1-60)"
  done)
  # A planted one is ours to end.
  [[ -z $planted ]] || { kill "$planted" && wait "$planted"; } 2>/dev/null
  [[ -z $left ]] || { why="still there: $left"; return 1; }
}

# --- the end

finish() {
  end_bases
  stop_server
  ! mountpoint -q "$work/srv/cas" || umount "$work/srv/cas"
  if ((failed)) && [[ -d $work/logs ]]; then
    [[ ! -d $work/srv/log ]] || cp -r "$work/srv/log" "$work/logs/server"
    printf 'logs: %s/logs\n' "$work"
    rm -rf "${work:?}/srv" "${work:?}/store" "${work:?}/bin"
  else
    rm -rf "$work"
  fi
}

plants=
case ${1-} in
--plants) plants=plant && shift ;;
--targets)
  [[ -n ${2-} ]] || usage
  targets=("$2")
  shift 2
  ;;
esac
for c; do [[ " ${cases[*]} " == *" $c "* ]] || usage; done
(($#)) || set -- "${cases[@]}"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/gosqlite-exec.XXXXXX") || exit 1
mkdir "$work/logs"
trap finish EXIT
trap 'exit 130' INT TERM
programs=$("$here/programs/fetch") || exit 1
(cd -- "$here/.." && GOWORK=off go build -o "$work/bin/" ./remoteexec/cmd/... ./remotecache/cmd/processes ./reproduce/cmd/reproduce ./reproduce/cmd/compare) || exit 1
if ! start_server; then
  printf 'not run: %s\n0 passed, 0 failed, %d not run\n' "$why" $#
  exit 1
fi
[[ -z $plants ]] || { run populate plant && use_base base-populate && end_base && with_store empty; }
run populate
for c; do
  [[ $c == populate ]] || run "$c" "$plants"
done
printf '%d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
((failed == 0 && not_run == 0))
