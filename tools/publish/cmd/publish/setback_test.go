// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// TestSetBack publishes and revokes in a folder that was set back to the state before the last version.
func TestSetBack(t *testing.T) {
	d, o, folders := offering(t)
	now := link(t, d.in("tree"))
	held := []string{"revoke", "--to", "tuf:" + d.in("tree"), "--version", "v1.2.0", "--reason", "loses data", "--tuf-key", d.in("stable.pem"),
		"--tuf-secret", "file:" + d.in("stable.pass"), "--tuf-online", o.Online}
	d.want(0, "clients are offered it no more", append(held, "--publish")...)
	d.setBack(now)
	const refused = "snapshot has version 4, and version 5 was published"
	d.want(3, refused, held...)
	d.want(3, refused, append(held, "--publish")...)
	three := d.release("three", "1.4.0", "v1.3.0", specimen.Spoil{})
	d.want(3, refused, d.into(o, three)...)
	d.want(3, "what was published last is not known", append(d.into(o, three), "--tuf-seen", d.in("none"))...)
	d.want(2, "--tuf-seen go with --to tuf:FOLDER", append(three[:8:8], "--to", "oci://127.0.0.1:1/x", "--tuf-seen", d.in("none"))...)
	if link(t, d.in("tree")) != now {
		t.Error("readers see another state")
	}
	if got := d.sees(o, folders); got != "v1.2.0 v1.3.0" {
		t.Errorf("a user sees %q", got)
	}
}

func (d *desk) setBack(to string) {
	d.Helper()
	if err := os.Remove(d.in("tree", "current")); err != nil {
		d.Fatal(err)
	}
	if err := os.Symlink(to, d.in("tree", "current")); err != nil {
		d.Fatal(err)
	}
}
