#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Holds the verifier against programs of others, its manual against what it says, and a release against its tampering.
#
#   tools/verify/checks/check.sh [NAME...]    all, or those named
#
#   interop  cosign, @sigstore/verify, openssl, osslsigncode and strace accept a release that is made for it, and refuse a
#            changed one; the verifier opens no socket
#   real     the same for a release that Bazel built and //:sign_ci signs, with timestamps: once by certificate of a
#            development CA, and once by key (which leaves programs unsigned). The verifier accepts it in 64 MB and says how
#            long it took, the programs of others agree, whatever anyone can do to the folder is refused, and the sources in
#            the provenance are this tree, by the commands of docs/provenance.md
#   manual   each command of docs/verifying.md does what the page says; it is read from the site, as a reader sees it
#   tamper   the tamper benchmark by the command of docs/tamper.md; peers are those programs
#
# PAYLOAD is a release set that was built of this tree, to be signed by the program alone; without it, ./bazelw builds
# //:release_ci and signs it. RECORD is the file tools/verify/tamper/real.json, to be given the counts of "real". cosign is
# built from the module that pins it, @sigstore/verify comes by npm ci; jq, openssl, osslsigncode, strace, node and npm have
# to be there. KEEP is a folder to build these programs in, and to find them in the next time; by default a temporary one.
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
  for program in jq openssl osslsigncode strace node npm; do
    command -v "$program" >/dev/null || fail "$program is not installed"
  done
  [[ -x $bin/cosign ]] || go -C "$here/cosign" build -o "$bin/cosign" github.com/sigstore/cosign/v3/cmd/cosign || fail "build cosign"
  if [[ ! -d $bin/sigstore/node_modules ]]; then
    mkdir -p "$bin/sigstore" && cp "$here"/sigstore/package*.json "$bin/sigstore" &&
      (cd "$bin/sigstore" && npm ci --ignore-scripts --no-audit --no-fund >&2) || fail "npm ci: get @sigstore/verify"
  fi
  export SIGSTORE_MODULES=$bin/sigstore PATH=$bin:$PATH
}

# signer ARGUMENT...: what ./bazelw run //:sign_ci -- ARGUMENT... does; for PAYLOAD, the program that it runs.
signer() {
  if [[ -n ${PAYLOAD:-} ]]; then "$bin/sign" --built "$PAYLOAD" "$@"; else (cd "$root" && ./bazelw run --noshow_progress //:sign_ci -- "$@"); fi
}

others() { "$bin/interop" --verifier "$bin/gosqlite-verify" --sigstore-js "$here/sigstore/verify.mjs" "$@"; }
interop() { others --all; }

# helps: help is about all commands of the signer, and not about the one that signs a release.
helps() {
  local word
  for word in help -h --help; do
    [[ $(signer "$word") == 'usage: sign COMMAND '* ]] || { printf 'sign %s does not list the commands\n' "$word" && return 1; }
  done
}

# configuration SIGNER...: a signing configuration, each SIGNER as "who": {who it is}.
configuration() {
  local signer signers=''
  for signer; do signers+="  $signer,"$'\n'; done
  printf '{\n  "schema": "gosqlite-signing/1",\n%s  "timestamps": [{"url": "%s", "roots": "%s"}]\n}\n' \
    "$signers" "$(head -n 1 "$work/address")" "$ca/root.DEVELOPMENT.pem"
}

# judged NAME [FLAG]: the release in $work/NAME stands under the policy NAME.json: by our verifier, in its memory, and by
# programs of others, with FLAG for interop. Then it is tampered with.
judged() {
  "$bin/measure" --limit 64 -- "$bin/gosqlite-verify" --policy "$work/$1.json" "$work/$1" | tail -n 5 &&
    others "${@:2}" --release "$work/$1" --policy "$work/$1.json" &&
    "$bin/tamper" --release "$work/$1" --policy "$work/$1.json" ${RECORD:+--record "$RECORD"}
}

# by_hand NAME: the commands of docs/provenance.md hold the sources of the release $work/NAME against this tree, and see a
# file that is another.
by_hand() {
  local commands copy=$work/tree name
  # shellcheck disable=SC2016 # fences stand in single quotes
  commands=$(sed -n '/^### The source, by hand$/,/^## /{/^```sh$/,/^```$/{/^```/!p}}' "$root/docs/provenance.md")
  [[ $commands == *sha256sum* ]] || { printf 'docs/provenance.md has no commands to check the source by hand\n' && return 1; }
  mkdir "$copy" && cp "$work/$1/provenance.intoto.json" "$copy" || return
  for name in "$root"/* "$root"/.[!.]*; do ln -s "$name" "$copy" || return; done
  (cd "$copy" && bash -euo pipefail -c "$commands") || return
  rm "$copy/LICENSE" && printf 'another\n' >"$copy/LICENSE"
  if (cd "$copy" && bash -euo pipefail -c "$commands") 2>/dev/null; then printf 'a changed source is not seen by hand\n' && return 1; fi
  printf 'sources by hand: %d files are those of this tree\n' "$(wc -l <"$copy/source.sha256")"
}

# real signs as docs/signing.md says.
real() {
  local program ca=$work/ca key=$work/release.key.pem secret=(--secret "file:$work/passphrase") certified demands
  for program in sign:release/cmd/sign measure:verify/checks/cmd/measure tamper:verify/tamper/cmd/tamper; do
    build "${program%%:*}" "./${program#*:}"
  done
  certified="{\"key\": \"$ca/release.DEVELOPMENT.key.pem\", \"chain\": \"$ca/release.DEVELOPMENT.chain.pem\", \"secret\": \"file:$work/passphrase\"}"
  demands=(--code "$ca/root.DEVELOPMENT.pem" --timestamps "$ca/root.DEVELOPMENT.pem" --need-timestamps 1 --allow-development
    --evidence sbom --evidence debug --evidence signed-sbom --evidence module)
  (umask 077 && head -c 18 /dev/urandom | base64 >"$work/passphrase")
  "$bin/sign" dev-ca --out "$ca" "${secret[@]}" &&
    "$bin/sign" key make --ring "$work/keys.json" --key "$key" --until "$(date -ud '+1 year' +%FT%TZ)" "${secret[@]}" &&
    openssl pkey -in "$key" -passin "file:$work/passphrase" -pubout -out "$work/release.pub" &&
    "$bin/gosqlite-verify" policy --authority "$ca/root.DEVELOPMENT.pem" "${demands[@]}" --out "$work/by-certificate.json" &&
    "$bin/gosqlite-verify" policy --key "$work/release.pub" "${demands[@]}" --out "$work/by-key.json" || return
  "$bin/sign" dev-tsa --ca "$ca" "${secret[@]}" >"$work/address" &
  tsa=$!
  for _ in {1..100}; do [[ -s $work/address ]] && break || sleep 0.1; done
  configuration "\"release\": $certified" "\"authenticode\": $certified" "\"apple\": $certified" >"$work/by-certificate.signing.json"
  # A development CA has no place in a release by a real key, so that no program is signed there.
  configuration "\"release\": {\"key\": \"$key\", \"secret\": \"file:$work/passphrase\"}" >"$work/by-key.signing.json"
  helps &&
    signer --config "$work/by-certificate.signing.json" --out "$work/by-certificate" && judged by-certificate --all &&
    signer --config "$work/by-key.signing.json" --out "$work/by-key" && judged by-key &&
    by_hand by-key
}

manual() {
  build manual ./verify/checks/cmd/manual
  rm -rf "$work/site"
  go -C "$root/tools" run ./manual/cmd/manual --version 0.0.0 --tree "$root" --folder "$work/site" &&
    go -C "$root/tools" run ./manual/cmd/walk --page "$work/site/verifying.html" --blocks >"$work/verifying.md" || return
  "$bin/manual" --all --page "$work/verifying.md" --verifier "$bin/gosqlite-verify" --cosign "$bin/cosign"
}

tamper() { (cd "$root/tools" && GOWORK=off go run ./verify/tamper/cmd/tamper); }

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
