// SPDX-License-Identifier: MIT

// Package checks holds what is checked from outside: bazelw itself, with fakes
// for all that it calls (go test), and the registries mode on a real machine
// with real registries (check.sh).
package checks
