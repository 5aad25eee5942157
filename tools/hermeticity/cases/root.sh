# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for check.sh, which sources this; text for another shell
# Roots of a distribution: a release from git's archive and a bundle of inputs, where nothing else of this machine is but go;
# and the variation of reproduction.

# Become the only machine in the folder: its mounts and processes end with the command. pivot_root and not chroot, since
# Bazel's sandbox makes a user namespace, which Linux refuses in a chroot.
enter='
set -e
mount --bind "$1" "$1"
cd -- "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
mount -o bind,ro -- "$2" usr/local/go
mkdir -p .machine
pivot_root . .machine
cd /
umount -l /.machine
shift 2
exec "$@"
'
inside() { # inside COMMAND: by a shell of the root, without network
  unshare --mount --pid --net --fork --kill-child --propagation private -- sh -c "$enter" sh "$root" "$go" /usr/bin/env -i \
    HOME=/home LANG=C.UTF-8 PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin GOSQLITE_MODE=registries /bin/sh -c "$1"
}

# minimal SUITE FOLDER: a minimal Debian, by the mirror that apt of this machine uses.
minimal() {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -n 1)
  [[ -n $mirror ]] || { why="apt knows no mirror of Debian: apt-get update"; return 4; }
  unshare --mount --pid --fork --kill-child --propagation private -- \
    debootstrap --variant=minbase "$1" "$2" "${mirror%/}" >"$work/logs/debootstrap.txt" 2>&1 ||
    { why="debootstrap: $(tail -n 1 "$work/logs/debootstrap.txt")"; return 1; }
}

case_root() {
  local root=$work/root go tool commit=${COMMIT:-HEAD}
  name=root
  ((EUID == 0)) || { why="it needs root"; return 4; }
  for tool in debootstrap:debootstrap git:git pivot_root:util-linux unshare:util-linux apt-get:apt go:golang-go; do
    command -v "${tool%:*}" >/dev/null || { why="${tool%:*} is not installed: apt-get install ${tool#*:}"; return 4; }
  done
  go=$(cd / && go env GOROOT)
  # What the usual build made is of the tree as it stands.
  [[ -n ${DIGESTS-} || -z $(git -C "$tree" status --porcelain) ]] || { why="the tree has changes: commit them, or give DIGESTS"; return 4; }
  wanted || return
  minimal "${SUITE:-bookworm}" "$root" || return
  mkdir -p "$root/usr/local/go" "$root/home" "$root/src"
  # Java of the distribution, not of this machine.
  (cd -- "$tree" && GOSQLITE_JDK=debian ./bazelw fetch --bundle "$root/bundle.tar") >"$work/logs/bundle.txt" 2>&1 ||
    { why="./bazelw fetch --bundle: $(tail -n 1 "$work/logs/bundle.txt")"; return 1; }
  git -C "$tree" archive "$commit" | tar -x -C "$root/src" || { why="git archive $commit failed"; return 1; }
  out=$work/logs/$name.txt
  inside "cd /src && ./bazelw fetch --import /bundle.tar && rm /bundle.tar && GOSQLITE_JDK=debian ./bazelw --batch build --disk_cache= \
    --color=no --curses=no --noshow_progress --jobs=${JOBS:-2} --build_event_json_file=/events.json \
    --platforms=//platforms:${platforms[0]} ${targets[*]}" >"$out" 2>&1 || { why="the build in the root failed: $(grep -m 1 -E 'ERROR|FATAL|error:' "$out")"; return 1; }
  in_root "$root" >"$work/reports/$name.sha256"
  same "$work/reports/$name.sha256"
}

# in_root ROOT: links in the root lead from there, so its own sha256sum reads them.
in_root() {
  grep '"namedSetOfFiles"' "$1/events.json" | grep -o '"uri":"file://[^"]*' | sed 's|.*file://||' | LC_ALL=C sort -u >"$1/made"
  root=$1 inside 'while IFS= read -r file; do find -L "$file" -type f -exec sha256sum {} +; done </made' | sed 's|  .*/|  |' | LC_ALL=C sort -u
}

# reproduced ARGUMENTS...: //:reproduce with the variation of another distribution.
reproduced() {
  local java arguments=()
  # Java of this machine is seen there, too, unless it is Debian's, with all else that was fetched.
  java=$(cd -- "$tree" && "${bazel[@]}" info java-home 2>/dev/null) && java=$(readlink -f "$java/lib") && java=${java%/lib}
  case $java in
  */gosqlite/inputs/*) ;;
  /*) arguments=(--system-keeps "$java") ;;
  *) why="Bazel does not say where Java is" && return 1 ;;
  esac
  (cd -- "$tree" && "${bazel[@]}" run --noshow_progress //:reproduce -- "$@" --variation system --system "$work/root" "${arguments[@]}" \
    --jobs "${JOBS:-2}") >"$out" 2>"$out.err" && return
  why=$(tail -n 1 "$out" "$out.err" | grep -v '^==>' | grep . | tail -n 1)
  return 1
}

case_system() {
  name=system
  ((EUID == 0)) || { why="it needs root"; return 4; }
  command -v debootstrap >/dev/null || { why="debootstrap is not installed: apt-get install debootstrap"; return 4; }
  minimal "${OTHER_SUITE:-trixie}" "$work/root" || return
  # That the distribution can be seen where a planted action looks for it; else equal bytes show nothing.
  out=$work/logs/system-plant.txt
  reproduced plants || return
  out=$work/reports/system.txt
  reproduced --targets "$(IFS=, && echo "${targets[*]}")" --platforms "//platforms:${platforms[0]}" || return
  note=$(. "$work/root/etc/os-release" && echo "$PRETTY_NAME")
}
