#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The driver in programs of others, by the go command alone:
#
#   e2e/consumers/check.sh [PART...]    all parts, or those named
#
#   libraries      gorm, sqlx, goose, golang-migrate and bun on gosqlite, the SQLite that they bring linked beside it
#   compilers      a user's module on the module tree, which is the files of a release plus the generated amalgamation:
#                  build, vet and test with gcc, clang and zig cc; $ZIG names a zig that is not on the PATH
#   vendor         the same, vendored
#   cross          the lines of docs/cookbook.md that build for other systems by zig cc
#   instructions   what a user reads who has no cgo, or no amalgamation
#
# Needs internal/capi/sqlite3.c: ./bazelw run //internal/capi:amalgamation. Exit 0 all passed, 1 one failed or a compiler
# is not installed, 2 usage.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
here=$PWD
root=$(cd ../.. && pwd)
export GOWORK=off CGO_ENABLED=1

passed=0 failed=0 missing=0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# check NAME COMMAND...: what it printed is shown when it failed.
check() {
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    passed=$((passed + 1)) && printf 'ok      %s\n' "$name"
  else
    failed=$((failed + 1)) && printf 'FAILED  %s\n' "$name" && tail -n 20 "$work/log"
  fi
}

# red TEXT COMMAND...: the command has to fail and to say the text.
red() {
  local text=$1 said
  shift
  said=$("$@" 2>&1) && printf 'it passes: %s\n' "$*" && return 1
  grep -qF -- "$text" <<<"$said" || { printf '%s\n' "$said" && return 1; }
}

# passes TEST: its line is looked for, since a name that matches no test would pass.
passes() {
  local said
  said=$("$work/consumers.test" -test.v -test.run "^$1\$" 2>&1)
  grep -q "^--- PASS: $1 " <<<"$said" || { printf '%s\n' "$said" && return 1; }
}

libraries() {
  local test
  # Versions as the build has them.
  go list -m -f '        {{.Path}} {{.Version}}' gorm.io/gorm gorm.io/driver/sqlite github.com/jmoiron/sqlx \
    github.com/pressly/goose/v3 github.com/golang-migrate/migrate/v4 github.com/uptrace/bun github.com/mattn/go-sqlite3 modernc.org/sqlite
  check "the tests compile" go test -c -o "$work/consumers.test" .
  for test in TestBeside TestGORM TestSqlx TestGoose TestGolangMigrate TestBun; do check "$test" passes "$test"; done
  for test in TestGORM TestSqlx TestGoose TestGolangMigrate TestBun; do
    check "plant: $test on another driver" red "does not run on gosqlite" "$work/consumers.test" -test.run "^$test\$" -driver sqlite3
  done
  check "the drop-in beside the driver that it stands in for compiles" go build -o "$work/conflict" ./conflict
  check "and says what to do" red "import one of the two" "$work/conflict"
}

# module_tree DIR: what a release's module holds: tracked files of the root module, and the generated ones.
module_tree() {
  local nested file dir
  nested=$(git -C "$root" ls-files '*/go.mod' | sed 's|/go.mod$|/|')
  git -C "$root" ls-files | while IFS= read -r file; do
    while IFS= read -r dir; do [[ $file == "$dir"* ]] && continue 2; done <<<"$nested"
    printf '%s\n' "$file"
  done | tar -C "$root" -c -T - | tar -C "$1" -x
  cp "$root"/internal/capi/sqlite3.{c,h} "$root/internal/capi/sqlite3_options.h" "$1/internal/capi/"
}

# user DIR: a module of a user's that requires that tree.
user() (
  cp "$here"/plain/*.go "$1/" && cd "$1" && go mod init example.com/plain &&
    go mod edit -require=github.com/gosqlite/gosqlite@v0.0.0 -replace="github.com/gosqlite/gosqlite=$work/module" && go mod tidy
)

# prepare makes both, once, and goes there.
prepare() {
  cd "$work/user" 2>/dev/null && return
  mkdir "$work/module" "$work/user"
  check "the module tree" module_tree "$work/module"
  check "go mod tidy" user "$work/user"
  cd "$work/user" || exit
}

runs() { "$work/plain" | grep '^SQLite 3\.'; }

not_installed() {
  local how="apt-get install $1"
  # Debian has no zig.
  [[ $1 != zig ]] || how='ZIG=FILE names one; the pinned one is "$(./bazelw info output_base)/external/_main~pins~zig_sdk/zig"'
  missing=$((missing + 1)) && printf 'not installed: %s: %s\n' "$1" "$how"
}

compilers() {
  local compiler found zig=${ZIG:-$(command -v zig)}
  prepare
  for compiler in gcc clang zig; do
    case $compiler in
    zig) found=$zig CC="$zig cc" ;;
    *) found=$(command -v "$compiler") CC=$compiler ;;
    esac
    if [[ -z $found ]]; then
      not_installed "$compiler"
      continue
    fi
    export CC
    check "$compiler: go build" go build -o "$work/plain" .
    check "$compiler: the program runs" runs
    check "$compiler: go vet" go vet ./...
    check "$compiler: go test" go test -count=1 ./...
  done
  unset CC
}

vendor() {
  prepare
  check "go mod vendor" go mod vendor
  check "go build, vendored" go build -mod=vendor -o "$work/plain" .
  check "the vendored program runs" runs
  check "go vet, vendored" go vet -mod=vendor ./...
  check "go test, vendored" go test -mod=vendor -count=1 ./...
}

cross() {
  local line lines=0 zig=${ZIG:-$(command -v zig)}
  prepare
  if [[ -z $zig ]]; then
    not_installed zig
    return
  fi
  mkdir "$work/path" && ln -s "$(realpath "$zig")" "$work/path/zig"
  while IFS= read -r line; do
    lines=$((lines + 1))
    check "cookbook: ${line%% CC=*}" env PATH="$work/path:$PATH" bash -c "$line" </dev/null
  done < <(grep '^CGO_ENABLED=1 GOOS=' "$root/docs/cookbook.md")
  check "the cookbook has such lines" test "$lines" -ge 2
}

instructions() {
  prepare
  check "CGO_ENABLED=0 names what to do" \
    red "gosqlite_needs_cgo__install_a_C_compiler_and_set_CGO_ENABLED_to_1__see_docs_cookbook_md" \
    env CGO_ENABLED=0 go build -mod=mod -o "$work/plain" .
  check "the page that it names knows it" grep -F gosqlite_needs_cgo "$root/docs/cookbook.md"
  mv "$work/module/internal/capi/sqlite3.c" "$work/"
  check "a tree without SQLite names the command" red "the SQLite amalgamation is missing" go build -mod=mod -o "$work/plain" .
  mv "$work/sqlite3.c" "$work/module/internal/capi/"
}

main() {
  local part
  for part; do
    case $part in
    libraries | compilers | vendor | cross | instructions) ;;
    *) printf 'check.sh: no part is named %s: there are libraries, compilers, vendor, cross and instructions\n' "$part" >&2 && exit 2 ;;
    esac
  done
  [[ -f $root/internal/capi/sqlite3.c ]] || {
    printf 'check.sh: internal/capi/sqlite3.c is not there; run ./bazelw run //internal/capi:amalgamation\n' >&2
    exit 1
  }
  (($# > 0)) || set -- libraries compilers vendor cross instructions
  for part; do
    printf '== %s\n' "$part"
    cd "$here" && "$part"
  done
  printf '\n%d passed, %d failed, %d not run\n' "$passed" "$failed" "$missing"
  ((failed == 0 && missing == 0 && passed > 0))
  exit
}

main "$@"
