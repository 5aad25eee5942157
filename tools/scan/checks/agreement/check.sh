#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Holds the Go part of the bills of materials of CI's platforms against what go and govulncheck read from the programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../../.."

./bazelw build --noshow_progress //:release_ci
GOWORK=off go -C tools run ./scan/checks/agreement "$(readlink -f bazel-bin)/tools/release/release_ci"
