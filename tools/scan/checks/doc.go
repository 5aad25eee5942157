// SPDX-License-Identifier: MIT

// Package checks holds the tests of scan that run outside programs: the go command and analysers. They have no place in
// the sandbox of a build and say what is missing:
//
//	(cd tools && GOWORK=off go test ./scan/checks)
package checks
