// SPDX-License-Identifier: MIT

package client

import "fmt"

// WrongDigest is the error for bytes that are not the pinned ones.
type WrongDigest struct {
	What      string // e.g. "wheel ziglang 0.17.1"
	Want, Got string
	Hint      string // what to do; empty for the usual advice
}

func (e *WrongDigest) Error() string {
	hint := e.Hint
	if hint == "" {
		hint = "nothing was kept; if the change is meant, review it and update pins/pins.json"
	}
	return fmt.Sprintf("verify %s: digest is %s, the pin says %s; %s", e.What, e.Got, e.Want, hint)
}

// Check compares a digest with its pin.
func Check(what, want, got string) error {
	if want != got {
		return &WrongDigest{What: what, Want: want, Got: got}
	}
	return nil
}
