// SPDX-License-Identifier: MIT

// Package cosign is empty. Its module pins cosign, which stands on more modules than everything else here together and so
// has a module of its own:
//
//	cd tools/verify/checks/cosign && GOWORK=off go install tool
package cosign
