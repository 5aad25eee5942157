#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Holds the verifier against programs of others, its manual against what it says, and a release against its tampering.
#
#   tools/verify/checks/check.sh [NAME...]    all, or those named
#
#   interop  cosign, @sigstore/verify, openssl, osslsigncode and strace accept a release that is made for it, and refuse a
#            changed one; the verifier opens no socket
#   real     the same for the set PAYLOAD, signed by tools/release/cmd/sign with a development CA and its timestamps
#   manual   each command of docs/verifying.md does what the page says; the tests that docs/threat-model.md names are there
#   tamper   the tamper benchmark on the set PAYLOAD, signed by keys of its own; peers are those programs
#
# PAYLOAD is a release set that was built; without it, ./bazelw builds //:release_ci. cosign is built from the module that
# pins it, @sigstore/verify comes by npm ci; openssl, osslsigncode, strace, node and npm have to be there. KEEP is a folder to
# build these programs in, and to find them in the next time; by default a temporary one.
# Exit 0 all passed, 1 one failed or could not be run, 2 usage.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd -- "$here/../../.." && pwd -P)
names=(interop real manual tamper)
work=$(mktemp -d)
tsa=''
trap '[[ -z $tsa ]] || kill "$tsa" 2>/dev/null; rm -rf "$work"' EXIT
export GOWORK=off

fail() { printf '%s: %s\n' "${BASH_SOURCE[0]}" "$*" >&2; exit 1; }

# build NAME PACKAGE: one of the module tools/, statically.
build() { CGO_ENABLED=0 go -C "$root/tools" build -o "$bin/$1" "$2" || fail "build $1"; }

# The programs of others, by the pins of this folder.
foreign() {
  for program in openssl osslsigncode strace node npm; do
    command -v "$program" >/dev/null || fail "$program is not installed"
  done
  [[ -x $bin/cosign ]] || go -C "$here/cosign" build -o "$bin/cosign" github.com/sigstore/cosign/v3/cmd/cosign || fail "build cosign"
  if [[ ! -d $bin/sigstore/node_modules ]]; then
    mkdir -p "$bin/sigstore" && cp "$here"/sigstore/package*.json "$bin/sigstore" &&
      (cd "$bin/sigstore" && npm ci --ignore-scripts --no-audit --no-fund >&2) || fail "npm ci: get @sigstore/verify"
  fi
  export SIGSTORE_MODULES=$bin/sigstore PATH=$bin:$PATH
}

payload() {
  [[ -z ${PAYLOAD:-} ]] || return 0
  (cd "$root" && ./bazelw build --noshow_progress //:release_ci) || fail "build //:release_ci"
  PAYLOAD=$(readlink -f "$root/bazel-bin")/tools/release/release_ci
}

interop() { "$bin/interop" --all --verifier "$bin/gosqlite-verify" --sigstore-js "$here/sigstore/verify.mjs" "$@"; }

# real signs PAYLOAD as docs/signing.md says, and lets the verifier judge it, too.
real() {
  payload
  build sign ./release/cmd/sign
  local ca=$work/ca key chain
  key=$ca/release.DEVELOPMENT.key.pem chain=$ca/release.DEVELOPMENT.chain.pem
  (umask 077 && head -c 18 /dev/urandom | base64 >"$work/passphrase")
  sign=("$bin/sign") secret=(--secret "file:$work/passphrase")
  "${sign[@]}" dev-ca --out "$ca" "${secret[@]}" || return
  "${sign[@]}" dev-tsa --ca "$ca" "${secret[@]}" >"$work/address" &
  tsa=$!
  for _ in {1..100}; do [[ -s $work/address ]] && break || sleep 0.1; done
  cat >"$work/signing.json" <<EOF
{
  "schema": "gosqlite-signing/1",
  "release": {"key": "$key", "chain": "$chain", "secret": "file:$work/passphrase"},
  "authenticode": {"key": "$key", "chain": "$chain", "secret": "file:$work/passphrase"},
  "apple": {"key": "$key", "chain": "$chain", "secret": "file:$work/passphrase"},
  "timestamps": [{"url": "$(head -n 1 "$work/address")", "roots": "$ca/root.DEVELOPMENT.pem"}]
}
EOF
  "${sign[@]}" release --payload "$PAYLOAD" --out "$work/dist" --config "$work/signing.json" || return
  "$bin/gosqlite-verify" policy --authority "$ca/root.DEVELOPMENT.pem" --code "$ca/root.DEVELOPMENT.pem" \
    --timestamps "$ca/root.DEVELOPMENT.pem" --need-timestamps 1 --evidence sbom --evidence debug --evidence signed-sbom \
    --allow-development --out "$work/policy.json" || return
  "$bin/gosqlite-verify" --policy "$work/policy.json" "$work/dist" | tail -n 4 || return
  interop --release "$work/dist" --policy "$work/policy.json"
}

manual() {
  build manual ./verify/checks/cmd/manual
  "$bin/manual" --all --page "$root/docs/verifying.md" --verifier "$bin/gosqlite-verify" --cosign "$bin/cosign" &&
    "$bin/manual" --tests "$root/docs/threat-model.md" --tree "$root"
}

tamper() {
  payload
  build tamper ./verify/tamper/cmd/tamper
  "$bin/tamper" --payload "$PAYLOAD"
}

(($# > 0)) && names=("$@")
for name in "${names[@]}"; do
  case $name in interop | real | manual | tamper) ;; *) sed -n '5p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;; esac
done
bin=${KEEP:-$work/bin}
mkdir -p "$bin" && bin=$(cd "$bin" && pwd -P) || exit
foreign
build gosqlite-verify ./verify/cmd/gosqlite-verify
build interop ./verify/checks/cmd/interop
failed=0
for name in "${names[@]}"; do
  printf -- '-- %s\n' "$name"
  "$name" || { failed=$((failed + 1)) && printf 'FAILED: %s\n' "$name"; }
done
printf '%d passed, %d failed\n' $((${#names[@]} - failed)) "$failed"
((failed == 0))
