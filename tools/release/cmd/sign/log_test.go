// SPDX-License-Identifier: MIT

package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// A log has each entry in a tree of its own. It refuses one that it has, and breaks at one.
type log struct {
	key ed25519.PrivateKey

	mu      sync.Mutex
	entries map[string]bool
	asked   int
	broken  int // the number of the request that it breaks at
}

func (l *log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, _ := io.ReadAll(r.Body)
	if l.asked++; l.asked == l.broken {
		http.Error(w, "broken", http.StatusInternalServerError)
		return
	}
	if l.entries[string(text)] {
		http.Error(w, "it is there already", http.StatusConflict)
		return
	}
	var q struct {
		HashedRekordRequestV002 struct {
			Digest    []byte
			Signature json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &q); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	l.entries[string(text)] = true
	body, _ := json.Marshal(map[string]any{"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": map[string]any{"hashedRekordV002": map[string]any{
		"data":      map[string]any{"algorithm": "SHA2_256", "digest": q.HashedRekordRequestV002.Digest},
		"signature": q.HashedRekordRequestV002.Signature,
	}}})
	root := sha256.Sum256(append([]byte{0}, body...))
	note := fmt.Sprintf("log.example.org\n1\n%s\n", base64.StdEncoding.EncodeToString(root[:]))
	signature := base64.StdEncoding.EncodeToString(append([]byte("hash"), ed25519.Sign(l.key, []byte(note))...))
	json.NewEncoder(w).Encode(map[string]any{"canonicalizedBody": body, "inclusionProof": map[string]any{
		"checkpoint": map[string]any{"envelope": note + "\n— log.example.org " + signature + "\n"},
	}})
}

// newLog starts a log and writes log.json, a configuration that names it and a development CA.
func newLog(t *testing.T) *log {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := &log{key: private, entries: map[string]bool{}}
	s := httptest.NewServer(l)
	t.Cleanup(s.Close)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"log.pem": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"log.json": `{"schema":"gosqlite-signing/1","release":{"key":"ca/release.DEVELOPMENT.key.pem","chain":"ca/release.DEVELOPMENT.chain.pem"},` +
			`"logs":[{"url":"` + s.URL + `","key":"log.pem"}]}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// TestLogBreaks: a release, and a statement, whose log broke at any entry is completed by the same command.
func TestLogBreaks(t *testing.T) {
	payload := signtest.Payload(t)
	s := newSession(t)
	s.good("dev-ca", "--out", "ca")
	l := newLog(t)
	text, err := os.ReadFile(filepath.Join(payload, "provenance.intoto.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("s.intoto.json", text, 0o644); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 6; n++ {
		l.entries, l.asked, l.broken = map[string]bool{}, 0, n
		args := []string{"release", "--payload", payload, "--out", "dist", "--config", "log.json"}
		if code := s.run(args...); code != 1 || !strings.Contains(s.stderr.String(), "500") {
			t.Fatalf("broken at %d: exit code %d: %s", n, code, &s.stderr)
		}
		if _, err := os.Lstat("dist"); err == nil {
			t.Errorf("broken at %d: there is a release", n)
		}
		s.good(args...)
		bundles, err := filepath.Glob("dist/*.sigstore.json")
		if err != nil || len(bundles) != 6 || len(l.entries) != 6 {
			t.Errorf("broken at %d: %d bundles and %d entries, %v", n, len(bundles), len(l.entries), err)
		}
		for _, name := range bundles {
			if text, err := os.ReadFile(name); err != nil || !strings.Contains(string(text), `"tlogEntries":[{`) {
				t.Errorf("%s has no entry: %v", name, err)
			}
		}
		if _, err := os.Lstat("dist.entries"); err == nil {
			t.Errorf("broken at %d: answers are left", n)
		}
		if err := os.RemoveAll("dist"); err != nil {
			t.Fatal(err)
		}
	}
	// The bundle can't be written once the log has the entry.
	l.entries, l.broken = map[string]bool{}, 0
	const bundle = "s.intoto.json.DEVELOPMENT.sigstore.json"
	if err := os.MkdirAll(filepath.Join(bundle, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{"statement", "--in", "s.intoto.json", "--config", "log.json"}
	if code := s.run(args...); code != 1 || len(l.entries) != 1 {
		t.Fatalf("exit code %d, %d entries: %s", code, len(l.entries), &s.stderr)
	}
	if err := os.RemoveAll(bundle); err != nil {
		t.Fatal(err)
	}
	// An answer that does not hold is none.
	kept, err := filepath.Glob("s.intoto.json.entries/*.json")
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept are %q, %v", kept, err)
	}
	answer, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	spoilt := strings.Replace(string(answer), "canonicalizedBody", "body", 1)
	for i, text := range []string{spoilt, string(answer)} {
		if err := os.WriteFile(kept[0], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if code, want := s.run(args...), 1-i; code != want {
			t.Errorf("exit code %d, want %d: %s", code, want, &s.stderr)
		}
	}
	if _, err := os.Lstat("s.intoto.json.entries"); err == nil {
		t.Error("answers are left")
	}
}
