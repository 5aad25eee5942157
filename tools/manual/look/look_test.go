// SPDX-License-Identifier: MIT

package look

import (
	"context"
	"errors"
	"testing"
)

// TestNoBrowser: what nobody looked at is a failure.
func TestNoBrowser(t *testing.T) {
	_, err := Site(context.Background(), Request{Program: "no-such-browser", Folder: t.TempDir(), Profile: t.TempDir()})
	if !errors.Is(err, ErrNotInstalled) {
		t.Errorf("Site = %v", err)
	}
}

func TestComplaint(t *testing.T) {
	const base = "file:///site/"
	for _, test := range []struct {
		name, method, params string
		want                 bool
	}{
		{"a file of the site", "Network.requestWillBeSent", `{"request": {"url": "file:///site/style.css"}}`, false},
		{"another host", "Network.requestWillBeSent", `{"request": {"url": "https://example.org/x.css"}}`, true},
		{"a file outside", "Network.requestWillBeSent", `{"request": {"url": "file:///etc/hosts"}}`, true},
		{"an error", "Log.entryAdded", `{"entry": {"level": "error", "text": "refused"}}`, true},
		{"a note", "Log.entryAdded", `{"entry": {"level": "info", "text": "hello"}}`, false},
		{"an exception", "Runtime.exceptionThrown", `{"exceptionDetails": {"text": "Uncaught"}}`, true},
		{"another event", "Page.loadEventFired", `{"timestamp": 1}`, false},
		{"no JSON", "Page.loadEventFired", `{`, true},
	} {
		if got := complaint(base, test.method, []byte(test.params)); (got != "") != test.want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}
