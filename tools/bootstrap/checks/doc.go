// SPDX-License-Identifier: MIT

// Package checks holds what is checked from outside: bazelw itself, with fakes
// for all that it calls (go test), and the registries mode with real registries,
// on a real machine (check.sh) and on one where nothing was prepared
// (debootstrap.sh, which takes its questions from steps.bash).
package checks
