// SPDX-License-Identifier: MIT

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	got, err := version(filepath.Join(t.TempDir(), "app.db"))
	if err != nil || !strings.HasPrefix(got, "3.") {
		t.Errorf("%q, %v", got, err)
	}
}
