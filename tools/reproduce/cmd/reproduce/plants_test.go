// SPDX-License-Identifier: MIT

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestPlantsAlone has a plant that leaks another's fact.
func TestPlantsAlone(t *testing.T) {
	_, env := cellSource(t, "same")
	if code, stdout, stderr := runs(t, env, "plants", "--variation", "tz", "--alone"); code != 0 || strings.Contains(stdout, "as well") {
		t.Errorf("its own fact: exit %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr := runs(t, env, "plants", "--variation", "tz,locale", "--alone")
	if code != 3 || strings.Count(stdout, "NOT EXERCISED") != 1 || strings.Count(stderr, "build A: //tools/reproduce/plants:leak_tz //tools/reproduce/plants:leak_locale") != 2 {
		t.Errorf("a plant that leaks nothing: exit %d\n%s%s", code, stdout, stderr)
	}
	src := strings.TrimPrefix(env[0], "BUILD_WORKSPACE_DIRECTORY=")
	for _, zone := range []string{"", "AAA-14", "BBB+12"} {
		file(t, filepath.Join(src, "plants"+zone+".zst"), planted(zone, zone))
	}
	if code, stdout, stderr := runs(t, env, "plants", "--variation", "tz,locale", "--alone"); code != 3 || !strings.Contains(stdout, "exercised, and red as well: leak_locale") {
		t.Errorf("the time zone as locale: exit %d\n%s%s", code, stdout, stderr)
	}
}

// Bazel refuses plants without a sandbox beside those of sandboxes.
func TestPlantsOfSandboxesAreBuiltApart(t *testing.T) {
	_, env := disturbedSource(t, `case "$*" in *spawn_strategy*leak_tz*) echo 'no strategy for a local action' >&2; exit 1 ;; esac`)
	code, stdout, stderr := runs(t, env, "plants", "--variation", "sandbox,tz")
	if code != 3 || strings.Count(stdout, "exercised") != 1 || !strings.Contains(stdout, "NOT EXERCISED") || strings.Count(stderr, "build A: //") != 2 {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if _, stdout, stderr := runs(t, env, "plants", "--variation", "sandbox,sandbox_none"); strings.Count(stdout, "NOT EXERCISED") != 2 || strings.Count(stderr, "build A: //") != 2 {
		t.Errorf("two kinds of sandboxes:\nstdout: %s\nstderr: %s", stdout, stderr)
	}
	if code, stdout, _ := runs(t, env, "plants", "--variation", "tz"); code != 0 || strings.Count(stdout, "\ntz ")+strings.Count(stdout, "exercised") != 2 {
		t.Errorf("alone: exit %d\n%s", code, stdout)
	}
	if code, _, stderr := runs(t, env, "plants", "--variation", "sandbox,tz", "--keep"); code != 2 || !strings.Contains(stderr, "--keep") {
		t.Errorf("two builds in one kept folder: exit %d: %s", code, stderr)
	}
}
