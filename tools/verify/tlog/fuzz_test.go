// SPDX-License-Identifier: MIT

package tlog_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
)

// FuzzRead: whatever a body and a checkpoint hold, nothing breaks down, and an entry that can be read has an origin.
func FuzzRead(f *testing.F) {
	good := parse(f, entry(3, 2))
	f.Add([]byte(good.CanonicalizedBody), good.InclusionProof.Checkpoint.Envelope)
	f.Add([]byte("{}"), "log\n1\nAAAA\n\n— log AAAAAAAA\n")
	f.Fuzz(func(t *testing.T, body []byte, checkpoint string) {
		var e bundle.LogEntry
		e.KindVersion.Kind, e.KindVersion.Version = "hashedrekord", "0.0.2"
		proof := *good.InclusionProof
		proof.Checkpoint.Envelope, proof.RootHash, proof.TreeSize = checkpoint, nil, 0
		e.LogIndex, e.CanonicalizedBody, e.InclusionProof = good.LogIndex, body, &proof
		if x, err := tlog.Read(&e); err == nil {
			if x.Included(); x.Origin() == "" || x.SignedBy(nil) != nil {
				t.Errorf("accepted %q, %q", body, checkpoint)
			}
		}
	})
}
