// SPDX-License-Identifier: MIT

// Package checks has tests alone: releases of a small repository, made at run time, by the programs that make real ones,
// and the refusals; and what `go get` makes of the module. They run git and the go command of the machine, and so have no
// place in the sandbox:
//
//	(cd tools && go test ./release/checks)
package checks
