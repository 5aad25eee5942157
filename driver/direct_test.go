// SPDX-License-Identifier: MIT

//go:build !go1.27

package driver_test

const directScan = false
