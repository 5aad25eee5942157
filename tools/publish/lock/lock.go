// SPDX-License-Identifier: MIT

// Package lock keeps two runs from changing one folder at once. A lock belongs to the file that a run holds open, and ends
// with it.
package lock

import "errors"

// ErrBusy says that another run holds the lock.
var ErrBusy = errors.New("another run is at work there; run again when it is done")
