#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Starts the registry of `run`, publishes into it, and proves what it refuses: nobody, wrong, read-only and ended passwords,
# tags that would move, also in other spellings and by two at once, deletion, other names, wrong digests, too much, foreign
# referrers, ways to other hosts; that the log tells it; and that each proof is red when its rule is left out.
#
#   tools/publish/registry/check.sh
#
# Exit 0 all passed, 1 one failed or could not be run: a program that is not installed counts as not run.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
PATH=$PATH:/usr/sbin
for needed in docker-registry:docker-registry nginx:nginx-light htpasswd:apache2-utils openssl:openssl setpriv:util-linux; do
  command -v "${needed%:*}" >/dev/null || { printf 'check.sh: not run: %s is not installed: apt-get install %s\n' "${needed%:*}" "${needed#*:}" >&2 && exit 1; }
done
GOWORK=off go test -count=1 -timeout 30m -v . | grep -v '^=== '
