#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Validates the bills of materials of CI's platforms by ajv, and shows that a document without its version is refused.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../../../.."

for program in npm node; do
  command -v "$program" >/dev/null || { printf '%s: not installed: apt-get install nodejs npm\n' "$program" >&2 && exit 1; }
done
folder=tools/sbom/conformance/schema/ajv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$folder"/package*.json "$work"
npm ci --silent --ignore-scripts --prefix "$work"
./bazelw build --noshow_progress //:release_ci
set=$(readlink -f bazel-bin)/tools/release/release_ci
external=$(./bazelw info output_base)/external
validate() { node "$folder/validate.mjs" --packages "$work/node_modules" --spdx "$external/_main~pins~spdx_schemas" "$@"; }

validate "$set"/*.cdx.json "$set"/*.spdx.json
for document in "$set"/*_linux_amd64.cdx.json "$set"/*_linux_amd64.spdx.json; do
  sed -E 's/"(type|SPDXID)"/"planted"/g' "$document" >"$work/$(basename "$document")"
  status=0
  validate "$work/$(basename "$document")" >/dev/null || status=$?
  ((status == 3)) || { printf 'plant: %s without what its schema demands ended with %d, not 3\n' "$(basename "$document")" "$status" && exit 1; }
done
printf 'plants: documents that break their schemas were refused\n'
