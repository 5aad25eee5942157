// SPDX-License-Identifier: MIT

package ring

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"
)

var (
	start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	day   = 24 * time.Hour
)

func newPublic(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key.PublicKey
}

// rotated is a ring with an old and a new key, which overlap by ten days.
func rotated(t *testing.T) (r *Ring, old, new string) {
	t.Helper()
	r, err := New(newPublic(t), "release", start, start.Add(700*day))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Rotate(newPublic(t), "release", start.Add(100*day), start.Add(800*day), 10*day); err != nil {
		t.Fatal(err)
	}
	return r, r.Keys[0].Hint, r.Keys[1].Hint
}

func TestCounts(t *testing.T) {
	r, old, new := rotated(t)
	if err := r.Revoke(new, start.Add(200*day), "stolen"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		hint string
		day  int
		ok   bool
	}{
		{"before the first", old, -1, false},
		{"first day", old, 0, true},
		{"overlap", old, 109, true},
		{"after the overlap", old, 110, false},
		{"new too early", new, 99, false},
		{"new", new, 100, true},
		{"before the revocation", new, 199, true},
		{"revoked", new, 200, false},
		{"unknown", "x", 0, false},
	} {
		if err := r.Counts(test.hint, start.Add(time.Duration(test.day)*day)); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if r.Serial != 3 {
		t.Errorf("serial %d after three changes", r.Serial)
	}
}

func TestRoundTrip(t *testing.T) {
	r, _, hint := rotated(t)
	if err := r.Revoke(hint, start, "stolen <& lost>"); err != nil {
		t.Fatal(err)
	}
	text, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := again.Encode(); err != nil || string(other) != string(text) {
		t.Errorf("%s\n%s, %v", text, other, err)
	}
	for name, change := range map[string][2]string{
		"schema":        {"gosqlite-keys/1", "gosqlite-keys/2"},
		"unknown field": {`"serial":`, `"more":1,"serial":`},
		"space":         {`"serial":3`, `"serial": 3`},
		"hint":          {`"hint":"`, `"hint":"A`},
		"no identity":   {`"identity":"release"`, `"identity":""`},
		"serial":        {`"serial":3`, `"serial":0`},
		"no reason":     {"stolen <& lost>", ""},
		"until":         {`"until":"2029`, `"until":"2019`},
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if changed == string(text) {
			t.Fatalf("%s: nothing to change", name)
		}
		if _, err := Parse([]byte(changed)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestRevokeRefuses(t *testing.T) {
	r, old, _ := rotated(t)
	if err := r.Revoke("x", start, "y"); err == nil {
		t.Error("an unknown key was revoked")
	}
	if err := r.Revoke(old, start.Add(day), "y"); err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(old, start.Add(2*day), "y"); err == nil {
		t.Error("a revocation was put off")
	}
	if err := r.Revoke(old, start, "y"); err != nil {
		t.Errorf("an earlier revocation: %v", err)
	}
	if err := r.Rotate(newPublic(t), "release", start.Add(day), start, 0); err == nil {
		t.Error("a key that ends before it begins was added")
	}
}

// FuzzParse: a list that is read is the text that its values have.
func FuzzParse(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	r, err := New(&key.PublicKey, "release", start, start.Add(700*day))
	if err != nil {
		f.Fatal(err)
	}
	text, err := r.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data)
		if err != nil {
			return
		}
		if again, err := r.Encode(); err != nil || string(again) != string(data) {
			t.Errorf("%q is read and written as %q, %v", data, again, err)
		}
	})
}
