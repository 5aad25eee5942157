// SPDX-License-Identifier: MIT

package policy

import (
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
)

// Log is a transparency log in JSON.
type Log struct {
	Name   string `json:"name"`
	Origin string `json:"origin"`
	PEM    string `json:"pem"`
	From   string `json:"from,omitempty"`
	Until  string `json:"until,omitempty"`
}

func (p *Policy) logs(f *File) error {
	for _, l := range f.Logs {
		key, err := pki.ParseKeyPEM([]byte(l.PEM))
		if err != nil {
			return fmt.Errorf("log %.80q: %w", l.Name, err)
		}
		same := func(other tlog.Log) bool { return other.Name == l.Name }
		if l.Name == "" || l.Origin == "" || slices.ContainsFunc(p.Trust.Logs, same) {
			return fmt.Errorf("log %.80q: it stands twice, or a name or an origin is missing", l.Name)
		}
		from, until, err := window(l.From, l.Until)
		if err != nil {
			return fmt.Errorf("log %.80q: %w", l.Name, err)
		}
		p.Trust.Logs = append(p.Trust.Logs, tlog.Log{Name: l.Name, Origin: l.Origin, Key: key, From: from, Until: until})
	}
	return nil
}
