// SPDX-License-Identifier: MIT

package remoteexec

import (
	"context"
	"os"
	"testing"

	"github.com/gosqlite/gosqlite/tools/remoteexec/reapi"
)

// running is the folder of a server that runs, from the environment.
func running(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SERVER")
	if dir == "" {
		t.Skip("SERVER names no folder of a running server: tools/remoteexec/check.sh server does")
	}
	return dir
}

func TestWhoMayDoWhat(t *testing.T) {
	dir, ctx := running(t), context.Background()
	blob := []byte("a blob of the test of who may do what")
	action, result := reapi.DigestOf([]byte("an action of that test")), []byte(nil)
	calls := map[string]func(c *reapi.Client) error{
		"capabilities": func(c *reapi.Client) error { return c.GetCapabilities(ctx) },
		"read result":  func(c *reapi.Client) error { _, err := c.GetActionResult(ctx, action); return err },
		"write result": func(c *reapi.Client) error { return c.UpdateActionResult(ctx, action, result) },
		"write blob":   func(c *reapi.Client) error { return c.UpdateBlob(ctx, reapi.DigestOf(blob), blob) },
		"execute":      func(c *reapi.Client) error { return c.Execute(ctx, action) },
		"be a worker":  func(c *reapi.Client) error { return c.CreateBotSession(ctx) },
	}
	// What somebody may do; all else has to be refused. That an action or a result is not there is no refusal.
	for _, who := range []struct {
		token string
		may   map[string]bool
	}{
		{"", map[string]bool{"capabilities": true, "read result": true}},
		{"expired", nil},
		{SubjectReader, map[string]bool{"capabilities": true, "read result": true}},
		{SubjectWorker, map[string]bool{"capabilities": true, "read result": true, "write blob": true, "be a worker": true}},
		{SubjectCI, map[string]bool{"capabilities": true, "read result": true, "write blob": true, "write result": true, "execute": true}},
	} {
		client, err := Client(dir, who.token)
		if err != nil {
			t.Fatal(err)
		}
		for name, call := range calls {
			err := call(client)
			code := reapi.CodeOf(err)
			refused := code == reapi.Unauthenticated || code == reapi.PermissionDenied
			if code == -1 || refused == who.may[name] {
				t.Errorf("%q, %s: %v", who.token, name, err)
			}
		}
		client.Close()
	}
}

func TestMainIsClosedToStrangers(t *testing.T) {
	client, err := Client(running(t), "")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.Instance = mainInstance
	if err := client.GetCapabilities(context.Background()); reapi.CodeOf(err) != reapi.Unauthenticated {
		t.Error(err)
	}
}

func TestWrongBytesAreRefused(t *testing.T) {
	client, err := Client(running(t), SubjectCI)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.UpdateBlob(context.Background(), reapi.DigestOf([]byte("these bytes")), []byte("other bytes")); reapi.CodeOf(err) == reapi.OK {
		t.Error("a blob under another's digest was taken")
	}
}
