// SPDX-License-Identifier: MIT

// Package identities has a test alone: release key, reproducer and the keys of the update feed each do their own job, and
// none does another's. Passwords have no keys; package registry tries those of registry and cache.
package identities
