// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
)

func buildAdvisories(context.Context, []string, environment) error {
	return errors.New("not yet")
}
