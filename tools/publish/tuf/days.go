// SPDX-License-Identifier: MIT

package tuf

import (
	"fmt"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Days says after how many days the metadata of a role ends. What it does not name has the default:
//
//	root, targets, delegated roles   365
//	snapshot                          14
//	timestamp                          2
type Days map[string]int

// MaxDays bounds a period: metadata that hardly ends stops no freeze.
const MaxDays = 1100

// Check reports a period that is none.
func (d Days) Check() error {
	for role, days := range d {
		if days < 1 || days > MaxDays {
			return fmt.Errorf("%d days for %s: a period is between 1 and %d days", days, role, MaxDays)
		}
	}
	return nil
}

// end is when metadata of a role that is made now ends. TUF has whole seconds.
func (d Days) end(role string, now time.Time) time.Time {
	days, ok := d[role]
	if !ok {
		days = map[string]int{metadata.SNAPSHOT: 14, metadata.TIMESTAMP: 2}[role]
	}
	if days == 0 {
		days = 365
	}
	return now.UTC().Truncate(time.Second).AddDate(0, 0, days)
}
