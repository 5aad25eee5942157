// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// dbConfigs are the settings of https://sqlite.org/c3ref/c_dbconfig_defensive.html
// that a person at the shell may have a reason to change.
var dbConfigs = []struct {
	name   string
	option sqlite.DBConfigOption
}{
	{"defensive", sqlite.DBConfigDefensive},
	{"enable_fkey", sqlite.DBConfigEnableFKey},
	{"enable_trigger", sqlite.DBConfigEnableTrigger},
	{"enable_view", sqlite.DBConfigEnableView},
	{"trusted_schema", sqlite.DBConfigTrustedSchema},
	{"writable_schema", sqlite.DBConfigWritableSchema},
}

func runDBConfig(_ context.Context, s *session, args []string) error {
	names := make([]string, len(dbConfigs))
	for i, c := range dbConfigs {
		names[i] = c.name
		switch {
		case len(args) == 0:
			on, err := s.conn.DBConfigValue(c.option)
			if err != nil {
				return err
			}
			state := map[bool]string{true: "on", false: "off"}[on]
			if _, err := fmt.Fprintf(s.out, "%15s %s\n", c.name, state); err != nil {
				return err
			}
		case args[0] == c.name && len(args) == 1:
			return fmt.Errorf("usage: .dbconfig %s on|off", c.name)
		case args[0] == c.name:
			on, err := parseOnOff(args[1])
			if err != nil {
				return err
			}
			return s.conn.DBConfig(c.option, on)
		}
	}
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("setting %q is not known; choose one of %s", args[0], strings.Join(names, ", "))
}
