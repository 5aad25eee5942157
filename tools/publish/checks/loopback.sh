#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Publishes two releases to a registry process on loopback, with TLS and passwords, and into a TUF repository; fetches, verifies
# and runs them in fresh folders; updates, goes back, revokes; and prints what each step took.
#
#   tools/publish/checks/loopback.sh --release FOLDER --next FOLDER --policy FILE [--platform NAME] [--dir FOLDER]
#
#   --release    what build_release made: dist/, scan/scan.json, semver.json
#   --next       the same of the next version, whose semver.json compares with the first
#   --policy     whom publisher and users trust; not of a development authority, which is never published
#   --platform   whose archive is fetched and run (linux_amd64)
#   --dir        everything that is made; kept (default: a temporary folder, removed at the end)
#
# Keys, passwords and certificates are made at run time. Needs what tools/publish/registry/run needs, and go.
# Exit 0 every step passed, 1 one failed or could not be run: a program that is not installed counts as not run; 2 usage. Times
# are figures: one over its bound is printed as such and fails nothing.
set -euo pipefail
umask 077

fail() { printf 'loopback.sh: %s\n' "$2" >&2 && exit "$1"; }

release='' next='' policy='' platform=linux_amd64 work=''
while (($# > 0)); do
  [[ $1 == --help ]] && sed -n '3,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0
  (($# > 1)) || fail 2 "$1 needs a value; --help tells the flags"
  case $1 in
  --release) release=$2 ;;
  --next) next=$2 ;;
  --policy) policy=$2 ;;
  --platform) platform=$2 ;;
  --dir) work=$2 ;;
  *) fail 2 "there is no flag $1; --help tells them" ;;
  esac
  shift 2
done
[[ -n $release && -n $next && -n $policy ]] || fail 2 "--release, --next and --policy are needed; --help tells the flags"
[[ $platform =~ ^[a-z0-9_]+$ ]] || fail 2 "--platform $platform: a row of the platform list, as linux_amd64"
for file in "$release"/{dist/manifest.json,scan/scan.json,semver.json} "$next"/{dist/manifest.json,scan/scan.json,semver.json} "$policy"; do
  [[ -f $file ]] || fail 2 "$file is not there; --help tells what a folder has to hold"
done
[[ -z $work || ! -e $work || -z $(ls -A -- "$work") ]] || fail 2 "--dir $work: something is in it; name an empty folder"
release=$(realpath -- "$release") next=$(realpath -- "$next") policy=$(realpath -- "$policy")
tools=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)

PATH=$PATH:/usr/sbin
for needed in docker-registry:docker-registry nginx:nginx-light htpasswd:apache2-utils openssl:openssl setpriv:util-linux flock:util-linux go:golang-go; do
  command -v "${needed%:*}" >/dev/null || fail 1 "not run: ${needed%:*} is not installed: apt-get install ${needed#*:}"
done

server='' made=''
stop() {
  trap - EXIT INT TERM
  [[ -z $server ]] || kill -TERM "$server" 2>/dev/null || true
  wait || true
  [[ -z $made ]] || rm -rf -- "$made"
}
trap stop EXIT
trap 'stop; exit 1' INT TERM
if [[ -z $work ]]; then
  work=$(mktemp -d) made=$work
fi
mkdir -p -- "$work"
cd -- "$work"

(cd -- "$tools" && for program in publish tuf; do GOWORK=off go build -o "$OLDPWD/bin/$program" "./publish/cmd/$program"; done &&
  GOWORK=off go build -o "$OLDPWD/bin/gosqlite-fetch" ./fetch/cmd/gosqlite-fetch)
PATH=$PWD/bin:$PATH

printf '%-64s %9s  %s\n' step seconds bound
# shown STEP NANOSECONDS [BOUND]: a row; the bound is in milliseconds.
shown() {
  local over=''
  [[ -z ${3:-} ]] || { over="<= $((${3} / 1000)) s" && (($2 / 1000000 <= $3)) || over+=' OVER'; }
  printf '%-64s %5d.%03d  %s\n' "$1" $(($2 / 1000000000)) $(($2 / 1000000 % 1000)) "$over"
}
# step NAME [BOUND] -- COMMAND...: it has to succeed. Functions that are steps chain their commands: errexit does not reach them.
step() {
  local name=$1 bound='' began code
  shift
  [[ $1 == -- ]] || { bound=$1 && shift; }
  shift
  began=$(date +%s%N)
  "$@" >out 2>err || { code=$? && cat out err >&2 && fail 1 "$name: exit code $code"; }
  shown "$name" $(($(date +%s%N) - began)) "$bound"
}
# refused NAME CODE WORDS -- COMMAND...: it has to end with the code and say the words.
refused() {
  local name=$1 code=$2 words=$3 got=0
  shift 4
  "$@" >out 2>err || got=$?
  if ((got != code)) || ! grep -qF -- "$words" out err; then
    cat out err >&2
    fail 1 "$name: exit code $got, not $code with the words: $words"
  fi
  printf '%-64s %9s  exit code %d\n' "$name" refused "$code"
}

# serve FOLDER: its registry, at $port, once it is ready; otherwise it is ended.
serve() {
  : >registry.log # what an earlier one said counts for nothing
  "$tools/publish/registry/run" --dir "$1" --address "127.0.0.1:$port" 2>registry.log &
  server=$!
  for _ in {1..300}; do
    ! grep -q ' is ready' registry.log || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=''
  return 1
}

# 1. A registry, and the ceremony of a TUF repository.
for _ in {1..5}; do
  port=$((RANDOM % 20000 + 20000))
  ! serve registry || break
done
[[ -n $server ]] || fail 1 "the registry does not start: $(tail -n 1 registry.log)"
registry=oci://127.0.0.1:$port/gosqlite
push=(--ca registry/tls/server.crt --credentials registry/release.json)
pull=(--ca registry/tls/server.crt --credentials registry/reader.json)

version_of() { sed -n '1s/^{"schema":"[^"]*","version":"\([^"]*\)".*/\1/p' "$1/dist/manifest.json"; }
first=v$(version_of "$release") second=v$(version_of "$next")
[[ $first =~ ^v[0-9]+\.[0-9] && $second =~ ^v[0-9]+\.[0-9] && $first != "$second" ]] || fail 1 "the manifests tell no two versions: $first, $second"
role_of() { [[ $1 == *-* ]] && printf 'candidate-%s' "${1%%.*}" || printf 'stable-%s' "${1%%.*}"; }
role=$(role_of "$first")
[[ $role == "$(role_of "$second")" ]] || fail 2 "$first and $second are of different channels or major versions; an update has to lead from one to the other"
channel=${role%-*}

openssl rand -hex 16 >pass
keys=()
for name in root-1 root-2 targets listed snapshot timestamp; do
  tuf key --key "$name.pem" --public "$name.pub" --secret file:pass >/dev/null
done
for pair in root=root-1 root=root-2 targets=targets "$role=listed" snapshot=snapshot timestamp=timestamp; do
  keys+=(--key "${pair%=*}=${pair#*=}.pub")
done
cat >online.json <<'END'
{"schema": "gosqlite-tuf-online/1",
 "snapshot": {"key": "snapshot.pem", "secret": "file:pass"}, "timestamp": {"key": "timestamp.pem", "secret": "file:pass"}}
END
begin() {
  tuf init "${keys[@]}" --policy "$policy" --out staged &&
    tuf sign --metadata staged/1.root.json --key root-1.pem --secret file:pass &&
    tuf sign --metadata staged/1.root.json --key root-2.pem --secret file:pass &&
    tuf sign --metadata staged/1.targets.json --by staged/1.root.json --key targets.pem --secret file:pass &&
    tuf snapshot --folder site --staged staged --online online.json
}
step "begin the TUF repository" -- begin

# 2. Publish, with the release key's identity and with none that may.
# list FOLDER N: the holder of the channel's key lists a release.
list() {
  tuf add --folder site --release "$1/dist" --policy "$policy" --out staged &&
    tuf sign --metadata "staged/$2.$role.json" --by staged/1.targets.json --key listed.pem --secret file:pass
}
# publishing FOLDER: the flags of it.
publishing() {
  flags=(--release "$1/dist" --policy "$policy" --scan "$1/scan/scan.json" --semver "$1/semver.json")
  both=("${flags[@]}" --to "$registry" --to tuf:site --tuf-staged staged --tuf-online online.json "${push[@]}")
}
publishing "$release"
step "list $first in $role" -- list "$release" 1
refused "publish with the reader's password" 1 401 -- publish "${flags[@]}" --to "$registry" "${pull[@]}" --publish
refused "publish with no password" 1 "name their file by --credentials" -- publish "${flags[@]}" --to "$registry" --ca registry/tls/server.crt --publish
step "plan $first" -- publish "${both[@]}"
step "publish $first, $(find "$release/dist" -type f | wc -l) files, to registry and repository" 30000 -- publish "${both[@]}" --publish
step "publish it once more: nothing to do" -- publish "${both[@]}" --publish

# 3. Fetch, verify and run in fresh folders.
# fetch ROOT COMMAND FLAGS: and what judging took, without the transfer.
fetch() {
  local root=$1 name=$2 began code
  shift 2
  began=$(date +%s%N)
  gosqlite-fetch "$name" --to "$root" --policy "$policy" --json "$@" >out 2>err || { code=$? && cat out err >&2 && fail 1 "$name into $root: exit code $code"; }
  shown "  $name into $root in all" $(($(date +%s%N) - began))
  part transfer
  part verify 2000
  part unpack
}
part() {
  local ns
  ns=$(sed -n "s/.*\"$1_ns\": *\([0-9]*\).*/\1/p" out)
  [[ -z $ns ]] || shown "    $1" "$ns" "${2:-}"
}
# runs ROOT VERSION: the shell that is in use is of the version, and executes SQL.
runs() {
  local said
  [[ $(readlink -- "$1/current") == "versions/$2_$platform"* ]] || { echo "$1 has $(readlink -- "$1/current") in use, not $2" >&2 && return 1; }
  said=$(printf 'SELECT 6 * 7;\n' | "$1/current/bin/gosqlite") || { echo "$1/current/bin/gosqlite does not run" >&2 && return 1; }
  [[ $said == *42* ]] || { echo "$1/current/bin/gosqlite tells no 42, but: $said" >&2 && return 1; }
}
from_registry=(--from "$registry" "${pull[@]}" --platform "$platform" --channel "$channel")
from_repository=(--from tuf+file:site --tuf-root staged/1.root.json --platform "$platform" --channel "$channel")
fetch a install "${from_registry[@]}"
fetch b install "${from_repository[@]}"
step "check a" -- gosqlite-fetch check --to a --policy "$policy"
step "check b" -- gosqlite-fetch check --to b --policy "$policy"
step "run $first" -- runs a "$first"
refused "fetch with no password" 1 "name their file by --credentials" -- gosqlite-fetch install --to n --policy "$policy" --from "$registry" --ca registry/tls/server.crt --platform "$platform"

# 4. The second version.
publishing "$next"
step "list $second in $role" -- list "$next" 2
step "publish $second" 30000 -- publish "${both[@]}" --publish
fetch a update "${pull[@]}"
fetch b update --tuf-root staged/1.root.json
step "run $second" -- runs a "$second"
step "run $second, from the repository" -- runs b "$second"
step "go back in a" -- gosqlite-fetch rollback --to a --policy "$policy"
step "run $first again" -- runs a "$first"
fetch a update "${pull[@]}"
step "run $second again" -- runs a "$second"

# 5. Revocation.
revocation=(revoke --version "$second" --reason "a rehearsal" --publish)
step "revoke $second in the repository" -- publish "${revocation[@]}" --to tuf:site --tuf-key listed.pem --tuf-secret file:pass --tuf-online online.json
step "revoke $second in the registry" -- publish "${revocation[@]}" --to "$registry" "${push[@]}"
fetch c install "${from_registry[@]}"
fetch d install "${from_repository[@]}"
step "a new user of the registry has $first" -- runs c "$first"
step "a new user of the repository has $first" -- runs d "$first"
refused "install $second by its name" 3 "$second is revoked: a rehearsal" -- gosqlite-fetch install --to e --policy "$policy" "${from_registry[@]}" --version "$second"
refused "update where $second is in use" 3 "$second, which was verified here before, was withdrawn" -- gosqlite-fetch update --to b --policy "$policy" --tuf-root staged/1.root.json
step "the timestamp of the next day" -- tuf timestamp --folder site --online online.json
step "back the folder up" -- publish backup --from file:site --to file:backup

# 6. The registry's storage, from a backup in a fresh folder.
refused "back the registry up while it runs" 1 "stop the registry first" -- publish registry backup --from registry --to file:registry-backup
kill -TERM "$server"
wait "$server" || true
server=''
step "back the registry up" -- publish registry backup --from registry --to file:registry-backup
step "restore it into a fresh folder" -- publish registry restore --from file:registry-backup --to fresh
step "what retention would remove" -- publish registry prune --to fresh --keep 1 --named-by tuf:site
serve fresh || fail 1 "the restored registry does not start: $(tail -n 1 registry.log)"
fetch f install --from "$registry" --ca fresh/tls/server.crt --credentials fresh/reader.json --platform "$platform" --channel "$channel"
step "run $first, from the restored registry" -- runs f "$first"
printf 'all steps passed\n'
