// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/manual/page"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// manualCommands are the page's commands of this program that begin so.
func manualCommands(t *testing.T, text, begins string) []page.Command {
	t.Helper()
	blocks, err := page.Blocks(text)
	if err != nil {
		t.Fatal(err)
	}
	all, err := page.Of(blocks, "", "sh")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(c page.Command) bool {
		return !strings.HasPrefix(c.Text, "./bazelw run //:reproduce -- "+begins)
	})
}

// follow executes what the page has on a build made before, on ledgers and on a published release, as it stands there. A
// program in Bazel's place makes the files; where they are, and that they are built below another folder, is this machine's
// affair.
func follow(t *testing.T, text string) error {
	t.Helper()
	here, src := t.TempDir(), workspace(t, "same")
	set := filepath.Join(here, "bazel-bin", "tools", "release", "release")
	file(t, filepath.Join(set, "made.txt"), "same\n")
	for _, name := range []string{"release.zst", "all.zst"} {
		file(t, filepath.Join(here, name), oneSpawn())
	}
	if err := signtest.WritePayload(filepath.Join(src, "payload")); err != nil {
		t.Fatal(err)
	}
	o := sign.Options{Payload: filepath.Join(src, "payload"), Out: filepath.Join(here, "DIR"), Release: &identity.Identity{Key: signtest.Key(t)}, Now: func() time.Time { return signtest.Now }}
	if err := sign.Release(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	env := []string{"BUILD_WORKSPACE_DIRECTORY=" + src, "BUILD_WORKING_DIRECTORY=" + here, "PATH=" + os.Getenv("PATH"), "HOME=" + here}
	before, ledgers, releases := manualCommands(t, text, "--platforms //platforms:linux_amd64 --against \"$set\""), manualCommands(t, text, "ledger "), manualCommands(t, text, "--release ")
	if len(before) != 1 || len(ledgers) != 2 || len(releases) != 1 {
		return fmt.Errorf("the page has %d commands about a build made before, %d about ledgers and %d about a release", len(before), len(ledgers), len(releases))
	}
	for _, c := range slices.Concat(before, ledgers, releases) {
		words := slices.Clone(c.Words[4:])
		for i := range words {
			words[i] = strings.NewReplacer("$(readlink -f bazel-bin)", filepath.Join(here, "bazel-bin"), "$set", set).Replace(words[i])
		}
		if words[0] == "--release" {
			file(t, filepath.Join(src, "bazelw"), strings.Replace(buildsPayload, "EXPRESSION", ":", 1))
		}
		if words[0] != "ledger" {
			words = append(words, "--work", filepath.Join(t.TempDir(), "work"))
		}
		if code, stdout, stderr := runs(t, env, words...); code != 0 {
			return fmt.Errorf("line %d: %s: exit code %d: %s%s", c.Line, c.Text, code, stdout, stderr)
		}
	}
	for _, name := range []string{"ledger.json", "reproduced-NAME.intoto.json"} {
		if _, err := os.Stat(filepath.Join(here, name)); err != nil {
			return err
		}
	}
	return nil
}

// TestManual follows the page, and changed ones, which have to fail.
func TestManual(t *testing.T) {
	text := manual(t)
	if err := follow(t, text); err != nil {
		t.Error(err)
	}
	for _, plant := range [][2]string{
		{"--against-log release.zst", "--against-log released.zst"}, {"ledger --log release.zst", "ledger --log released.zst"}, {`--files "$set" --fold`, `--files "$set" --folded`},
		{"--release DIR --statement", "--release FOLDER --statement"}, {"--statement reproduced-NAME", "--statement NAME"},
	} {
		changed := strings.Replace(text, plant[0], plant[1], 1)
		if err := follow(t, changed); err == nil || changed == text {
			t.Errorf("%q in the place of %q: nothing sees it", plant[1], plant[0])
		}
	}
}
