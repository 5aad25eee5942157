// SPDX-License-Identifier: MIT

package trust

import (
	"errors"
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
)

// entries judges the log entries of b's signature, over what has this digest, by a key. Every one that is there has to be of
// this signature and included in its tree, whether a log is trusted or not. Where one is, every entry has to be a trusted
// log's; where none is, entries of kinds that are not read say nothing and are left alone.
func (t *Trust) entries(a *Assessment, b *bundle.Bundle, digest [32]byte, key *pki.Key, times []time.Time) {
	origins := map[string]bool{}
	for i := range b.LogEntries {
		before := len(a.Faults)
		entry, err := tlog.Read(&b.LogEntries[i])
		if errors.Is(err, tlog.ErrKind) && len(t.Logs) == 0 {
			continue
		}
		if err != nil {
			a.fault(CheckLogForm, "malformed-log-entry", err.Error())
			continue
		}
		if !entry.Of(b, digest, key) {
			a.fault(CheckLogOf, "log-entry-mismatch", "a log entry is of another signature, file or key")
		}
		if err := entry.Included(); err != nil {
			a.fault(CheckLogProof, "log-proof-mismatch", err.Error())
		}
		if len(t.Logs) == 0 {
			continue
		}
		l := entry.SignedBy(t.Logs)
		if l == nil {
			a.fault(CheckLogSigned, "log-untrusted", fmt.Sprintf("no log of the policy signed the checkpoint of %.80q", entry.Origin()))
			continue
		}
		for _, when := range times {
			if !timestamp.Within(when, l.From, l.Until) {
				a.fault(CheckLogWindow, "log-outside-validity", fmt.Sprintf("log %s was not trusted at %s", l.Name, when.UTC().Format(time.RFC3339)))
			}
		}
		if len(a.Faults) == before {
			origins[l.Origin] = true
		}
	}
	if len(origins) < t.MinEntries {
		a.fault(CheckLogCount, "log-entry-missing", fmt.Sprintf("%d entries in different logs stand; %d are demanded", len(origins), t.MinEntries))
	}
}
