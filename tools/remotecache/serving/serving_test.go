// SPDX-License-Identifier: MIT

package serving

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrepare(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "server")
	lock, err := Prepare(dir, "run", "data/ac")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "run", "data/ac"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("folder %q: %v, %v", name, info, err)
		}
	}
	if _, err := Prepare(dir); err == nil || !strings.Contains(err.Error(), "another server uses it") {
		t.Errorf("a second server: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Prepare(dir)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name  string
		ends  error // by itself, unless nil
		start error
		rc    bool
		want  string
	}{
		{name: "until it is stopped", rc: true},
		{name: "it ends by itself", ends: errors.New("killed"), rc: true, want: "killed\nthe server ended by itself"},
		{name: "it does not start", start: errors.New("the port is taken"), want: "the port is taken"},
		{name: "no settings", want: "read settings: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var out, talk bytes.Buffer
			stopped, place := false, ""
			err := Run(ctx, "", func(dir string) (*Server, error) {
				place = dir
				if test.rc {
					if err := os.WriteFile(filepath.Join(dir, "bazelrc"), []byte("settings"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				ended := make(chan error, 1)
				if test.ends != nil {
					ended <- test.ends
				} else {
					cancel()
				}
				return &Server{Dir: dir, Ready: "it is ready", Ended: ended, Stop: func() error { stopped = true; return nil }}, test.start
			}, &out, &talk)
			if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if stopped != (test.start == nil) || test.rc && (out.String() != "settings" || talk.String() != "serve: it is ready\n") {
				t.Errorf("stopped %t, printed %q and %q", stopped, out.String(), talk.String())
			}
			if _, err := os.Stat(place); !os.IsNotExist(err) {
				t.Errorf("the temporary folder: %v", err)
			}
		})
	}
}
