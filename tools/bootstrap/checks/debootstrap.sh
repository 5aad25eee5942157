#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks ./bazelw where nothing was prepared: in a minimal Debian bookworm, made for this, that has apt, dpkg-deb,
# python3 with pip, go, cargo and git, but no JDK, no C compiler, no Bazel, and whose apt never read an index.
# Among the steps, which steps.bash has, are the two commands of README.md, as they stand there.
#
#   tools/bootstrap/checks/debootstrap.sh [--plants] [ROOT [STEP...]]
#
# --plants runs each step that has a plant once more, after itself, with something broken: it must be red, by the words
# that tell of just that. Named steps alone are run, in the order of all; each rests on those before it that make what it
# looks at: "debootstrap configuration bare clone doctor version mirror java" needs no build.
# ROOT is a folder that does not exist or is empty, ${XDG_CACHE_HOME:-$HOME/.cache}/gosqlite/debootstrap if not given;
# it takes about 10 GB and is removed at the end. The check needs root, debootstrap, and go and cargo of this machine
# (mounted read-only: bookworm's are too old, and its cargo brings a C compiler). The clients' configuration is the
# machine's; the tree is the commit that is checked out. Prints a line for each step and a closing line.
# Exit 0 all passed, 1 a step failed or was not run, 2 usage.
# shellcheck disable=SC2016 # texts for another shell, and for apt, stand in single quotes
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
tree=${here%/tools/bootstrap/checks}
suite=bookworm
# shellcheck source=tools/bootstrap/checks/steps.bash
source "$here/steps.bash"

refuse() { # refuse WHY: nothing can be run here
  echo "not run: $1"
  not_run=1
  closing
  exit 1
}

plants=
if [[ ${1-} == --plants ]]; then
  plants=yes
  shift
fi
asked=("${@:2}")
for step in "${asked[@]}"; do [[ " ${steps[*]} " == *" $step "* ]] || set -- --unknown; done
if [[ ${1-} == -* ]]; then
  sed -n '7s/^# */usage: /p' "${BASH_SOURCE[0]}" >&2
  printf 'steps: %s\n' "${steps[*]}" >&2
  exit 2
fi
cache=${XDG_CACHE_HOME:-${HOME:?neither XDG_CACHE_HOME nor HOME is set}/.cache}
root=${1:-$cache/gosqlite/debootstrap}

((EUID == 0)) || refuse "it needs root"
for tool in debootstrap:debootstrap git:git pivot_root:util-linux unshare:util-linux apt-get:apt go:golang-go rustc:cargo; do
  command -v "${tool%:*}" >/dev/null || refuse "${tool%:*} is not installed: apt-get install ${tool#*:}"
done
go=$(cd / && go env GOROOT)
[[ -x $go/bin/go ]] || refuse "go env GOROOT names no Go"
rust=$(cd / && rustc --print sysroot)
[[ -x $rust/bin/cargo && $rust != /usr ]] || refuse "cargo has no folder of its own: install Rust with rustup"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -n 1)
mirror=${mirror%/}
[[ -n $mirror ]] || refuse "apt knows no mirror of Debian: apt-get update"
mkdir -p -- "$root" || refuse "the folder $root cannot be made"
root=$(cd -- "$root" && pwd -P)
[[ -n $root && -z $(ls -A -- "$root") ]] || refuse "$root is not empty: remove it, or name another folder"

logs=$(mktemp -d) || refuse "no temporary folder can be made"
cleanup() {
  if [[ -n $step_pid ]]; then kill -- "-$step_pid"; wait "$step_pid"; fi 2>/dev/null
  # What repositories and sandboxes leave can be read-only. Mounts ended with the steps that made them.
  chmod -R u+w -- "$root" 2>/dev/null
  rm -rf --one-file-system -- "$root" "$logs"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# --- The machine in the folder

# Every step has mounts and processes of its own, which end with it.
apart() { unshare --mount --pid --fork --kill-child --propagation private -- "$@"; }

# What the clients of this machine are told by the environment.
told=()
while IFS= read -r name; do
  case $name in
  *_proxy | *_PROXY | GOPROXY | GOSUMDB | GONOSUMDB | GONOPROXY | GOPRIVATE | GOINSECURE | PIP_* | CARGO_HTTP_* | CARGO_NET_* | \
    CARGO_REGISTRIES_* | CARGO_SOURCE_* | SSL_CERT_* | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | GIT_SSL_CAINFO) told+=("$name=${!name}") ;;
  esac
done < <(compgen -e)

# pivot_root and not chroot: Bazel's sandbox makes a user namespace, which Linux refuses in a chroot.
enter='
set -e
mount --bind "$1" "$1"
cd -- "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
mount -o bind,ro -- "$2" usr/local/go
mount -o bind,ro -- "$3" usr/local/cargo
mkdir -p .machine
pivot_root . .machine
cd /
umount -l /.machine
shift 3
exec "$@"
'
inside() { # inside COMMAND: run by a shell in the folder, as on a machine of its own
  apart sh -c "$enter" sh "$root" "$go" "$rust" /usr/bin/env -i "${told[@]}" HOME=/root LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/go/bin:/usr/local/cargo/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c "$1"
}

# --- The steps that make it

step_debootstrap() {
  apart nice -n 5 debootstrap --variant=minbase --include=ca-certificates,git,python3-pip "$suite" "$root" "$mirror" &&
    rm -rf -- "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
}

step_configuration() { # what apt, pip, go and cargo are told by files, certificates, and names of hosts
  local file
  rm -f -- "$root/etc/apt/sources.list"
  for file in /etc/apt/{apt.conf,sources.list,trusted.gpg} /etc/apt/{apt.conf,auth.conf,preferences,sources.list,trusted.gpg}.d \
    /etc/apt/{keyrings,preferences} /usr/share/keyrings /etc/pip.conf /etc/ssl/certs /usr/local/share/ca-certificates \
    /usr/share/ca-certificates /etc/hosts; do
    [[ ! -e $file ]] || { mkdir -p -- "$root${file%/*}" && cp -aT --remove-destination -- "$file" "$root$file"; } || return 1
  done
  install -m 644 -- /etc/resolv.conf "$root/etc/resolv.conf" || return 1
  carry "$(cd / && go env GOENV)" .config/go/env && carry "${CARGO_HOME:-$HOME/.cargo}/config.toml" .cargo/config.toml &&
    carry "$HOME/.config/pip/pip.conf" .config/pip/pip.conf && carry "$HOME/.pip/pip.conf" .pip/pip.conf &&
    mkdir -p -- "$root/usr/local/go" "$root/usr/local/cargo"
}
carry() { [[ ! -f $1 ]] || install -D -m 600 -- "$1" "$root/root/$2"; }

step_clone() {
  git -C "$tree" bundle create -q "$root/tmp/tree" HEAD &&
    inside 'git init -q /root/gosqlite && cd /root/gosqlite && git fetch -q /tmp/tree HEAD &&
      git -c advice.detachedHead=false checkout -q FETCH_HEAD && rm /tmp/tree && git log -1 --oneline'
}

run_steps
echo "sizes in MB:"
for folder in . root/.cache/gosqlite/{inputs,debs,apt,bazel} root/.cache/{bazel,go-build} root/.cargo root/go root/other; do
  (cd -- "$root" && du -xsm -- "$folder" 2>/dev/null) | sed 's/^/  /'
done
closing
