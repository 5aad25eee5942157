# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016 # texts for another shell stand in single quotes
# What tools/bootstrap/checks/debootstrap.sh asks of a machine on which nothing was prepared, and the plants. Sourced by it.
#
# The one that sources it sets: root, the folder of that machine; tree, this one; mirror, the address that apt has to take;
# logs, a folder; plants, not empty to run those as well; asked, the steps to run, all if there are none; and has the functions
# inside COMMAND, which runs a text for the shell there, and step_debootstrap, step_configuration and step_clone.

steps=(debootstrap configuration bare clone doctor doctor_without_cargo version mirror java build readme_build readme_test no_fallback)

bazelw() { inside "cd /root/gosqlite && nice -n 5 ./bazelw $1"; }
said() { grep -qE -- "$1" "$log"; }

step_bare() { # the clients are there, and nothing that could do the work instead
  inside '
    for name in apt-get dpkg-deb python3 go cargo git; do command -v $name >/dev/null || { echo "no $name"; exit 1; }; done
    python3 -m pip --version && cargo --version && go version || exit 1
    for name in java javac bazel bazelisk zig cc gcc clang ld sqlite3; do
      ! command -v $name || { echo "$name is there"; exit 1; }
    done
    for path in /usr/lib/jvm /opt/java /root/.cache /root/go; do [ ! -e $path ] || { echo "$path is there"; exit 1; }; done
    [ -z "$(ls /var/lib/apt/lists)" ] || { echo "apt has read an index"; exit 1; }'
}

step_doctor() {
  bazelw doctor && said '^java +ok +Debian.s, with Bazel' && said '^zig +to fetch' && said '^sandbox +ok' && ! said ' missing '
}

# And without pip: it must say so, and how to get them.
without=/tmp/bin:/usr/local/go/bin
step_doctor_without_cargo() {
  local status
  ! inside 'cd /root/gosqlite && mkdir /tmp/bin && for f in /usr/bin/*; do ln -s $f /tmp/bin/; done &&
    rm -f /tmp/bin/python3 && PATH='"$without"' ./bazelw doctor' &&
    said '^cargo +missing .*apt-get install cargo' && said '^python3 +missing .*apt-get install python3 python3-pip'
  status=$?
  rm -rf -- "$root/tmp/bin"
  return "$status"
}

step_version() { bazelw --version && said "^bazel $(cat -- "$tree/.bazelversion")"; } # everything is fetched for it

step_mirror() { # the machine's, though its apt had read no index
  inside 'cat /root/.cache/gosqlite/apt/sources/suite.sources' && said "^URIs: $mirror\$"
}

step_java() { # Debian's, from the cache
  inside 'readlink -f /root/.cache/gosqlite/inputs/bazel-*/jdk/lib' &&
    said '/root/.cache/gosqlite/inputs/bazel-[^/]*/usr/lib/jvm/'
}

step_build() { # C, compiled by zig in the sandbox; the repositories are verified by their digests
  bazelw 'build --jobs=1 --color=no --curses=no //toolchains/anchor //pins:pins.json' && said '[0-9] linux-sandbox' &&
    inside '/root/gosqlite/bazel-bin/toolchains/anchor/anchor /bin/echo compiled' && said '^compiled$'
}

# The two commands of README.md, as they stand there, and nothing else.
page=README.md
readme() { sed -n '/^## Build and test/,/^## [^B]/s/^\(\.\/bazelw '"$1"' [^#]*[^# ]\) *#.*/\1/p' "$tree/$page"; }
run_readme() {
  local command
  command=$(readme "$1")
  [[ $command == "./bazelw $1 "* && $command != *$'\n'* ]] || { echo "$page has no command, or several: $command"; return 1; }
  echo "$command"
  inside "cd /root/gosqlite && nice -n 5 $command"
}

set_is_whole() { inside 'cd /root/gosqlite/bazel-bin/tools/release/release && ls && sha256sum -c SHA256SUMS'; }
step_readme_build() { run_readme build && set_is_whole; } # by its own list of digests

# Bazel ends this line otherwise if one was red. Elsewhere it says "failed" of origins that are not reached.
step_readme_test() { run_readme test && said '^Executed [1-9][0-9]* out of ([1-9][0-9]*) tests: \1 tests pass\.$'; }

zig_license='$(ls /root/.cache/gosqlite/inputs/zig-*/LICENSE)'
refuses_zig() {
  ! bazelw '--output_base=/root/other build --jobs=1 --color=no --curses=no //toolchains/anchor' &&
    said 'verify zig .*nothing is used'
}
step_no_fallback() { # one byte of an input changes: the build must stop
  inside "echo >>\"$zig_license\"" && refuses_zig
}

# --- Plants: each breaks one thing, runs the step, which has to be red, and mends it.

# step, plant, what the step says then
table='
bare                 compiler     cc is there
bare                 index        apt has read an index
doctor               no_client    ^dpkg-deb +missing
doctor               no_sandbox   ^sandbox +missing +unshare is not installed
doctor_without_cargo all_there    ^cargo +ok
version              other_bazel  ^bazel 0\.0\.0$
mirror               other_mirror ^URIs: http://planted\.invalid$
java                 own_java     /opt/planted$
build                again        Build completed successfully
readme_build         no_command   has no command, or several
readme_build         changed      1 computed checksum did NOT match
readme_test          no_command   has no command, or several
readme_test          again        Executed 0 out of
no_fallback          unchanged    Build completed successfully
'

# program NAME TEXT STEP: with that script in PATH
program() {
  local status
  printf '#!/bin/sh\n%s\n' "$2" >"$root/usr/bin/$1" && chmod 755 "$root/usr/bin/$1" || return
  "step_$3"
  status=$?
  rm -f -- "$root/usr/bin/$1"
  return "$status"
}
# away NAME STEP: without that program
away() {
  local status
  mv -- "$root/usr/bin/$1" "$root/usr/away" || return
  "step_$2"
  status=$?
  mv -- "$root/usr/away" "$root/usr/bin/$1"
  return "$status"
}
# instead FILE TEXT STEP: with other content of that file
instead() {
  local status
  mv -- "$1" "$1.away" && printf '%s\n' "$2" >"$1" || return
  "step_$3"
  status=$?
  mv -f -- "$1.away" "$1"
  return "$status"
}
plant_bare_compiler() { program cc 'exit 0' bare; }
plant_bare_index() {
  local status
  : >"$root/var/lib/apt/lists/planted"
  step_bare
  status=$?
  rm -f -- "$root/var/lib/apt/lists/planted"
  return "$status"
}
plant_doctor_no_client() { away dpkg-deb doctor; }
plant_doctor_no_sandbox() { away unshare doctor; }
plant_doctor_without_cargo_all_there() {
  local without=$without:/usr/local/cargo/bin:/usr/bin
  step_doctor_without_cargo
}
plant_version_other_bazel() { program bazelisk 'echo bazel 0.0.0' version; }
plant_mirror_other_mirror() { instead "$root/root/.cache/gosqlite/apt/sources/suite.sources" 'URIs: http://planted.invalid' mirror; }
plant_java_own_java() {
  local lib status
  lib=$(echo "$root"/root/.cache/gosqlite/inputs/bazel-*/jdk/lib)
  mv -- "$lib" "$lib.away" && ln -s /opt/planted "$lib" || return
  step_java
  status=$?
  rm -f -- "$lib"
  mv -- "$lib.away" "$lib"
  return "$status"
}
plant_build_again() { step_build; } # nothing is left to do in the sandbox
plant_readme_build_no_command() { local page=.bazelversion; step_readme_build; }
plant_readme_build_changed() { # Bazel makes the file anew with the next build
  inside 'cd /root/gosqlite/bazel-bin/tools/release/release && file=$(sed -n "1s/^[0-9a-f]* [ *]//p" SHA256SUMS) &&
    cp -L "$file" /tmp/planted && echo >>/tmp/planted && rm -f "$file" && mv /tmp/planted "$file"' && set_is_whole
}
plant_readme_test_no_command() { local page=.bazelversion; step_readme_test; }
plant_readme_test_again() { step_readme_test; } # no test is run anew
plant_no_fallback_unchanged() { inside "truncate -s -1 \"$zig_license\"" && refuses_zig; }

# --- The runner

passed=0 failed=0 not_run=0
closing() {
  printf '%d passed, %d failed' "$passed" "$failed"
  ((not_run == 0)) || printf ', %d not run' "$not_run"
  echo
  ((failed + not_run == 0))
}

step_pid=
# run FUNCTION NAME: its status in $status, its output in the file $log; a process group, which can be ended as a whole.
run() {
  local began=$EPOCHREALTIME
  log=$logs/$2
  "$1" >"$log" 2>&1 </dev/null &
  step_pid=$!
  wait "$step_pid"
  status=$?
  step_pid=
  seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
}
verdict() { # verdict WORD NAME
  printf '%s %-32s %7s s\n' "$1" "$2" "$seconds"
  if [[ $1 == PASS ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    tail -n 20 -- "$log" | sed 's/^/  /'
  fi
}

run_steps() {
  local step of plant words
  set -m
  for step in "${steps[@]}"; do
    ((${#asked[@]} == 0)) || [[ " ${asked[*]} " == *" $step "* ]] || continue
    run "step_$step" "$step"
    if ((status == 0)); then verdict PASS "$step"; else verdict FAIL "$step"; fi
    [[ -n $plants ]] || continue
    while read -r of plant words; do
      [[ $of == "$step" ]] || continue
      run "plant_${step}_$plant" "$step, $plant"
      if ((status != 0)) && said "$words"; then verdict PASS "$step, $plant"; else verdict FAIL "$step, $plant"; fi
    done <<<"$table"
  done
}
