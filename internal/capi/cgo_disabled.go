// SPDX-License-Identifier: MIT

//go:build !cgo

package capi

// SQLite is C. The go command sets CGO_ENABLED=0 when it finds no C compiler and
// when it compiles for another system; docs/cookbook.md says what to set then.
// The name below is the instruction that the compiler prints.
var _ = gosqlite_needs_cgo__install_a_C_compiler_and_set_CGO_ENABLED_to_1__see_docs_cookbook_md
