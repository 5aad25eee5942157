// SPDX-License-Identifier: MIT

package rekor

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
)

// tree is a log in memory, by the definitions of RFC 6962 and not by their short cuts.
type tree struct {
	entries [][]byte
	key     ed25519.PrivateKey
}

func hashOf(entries [][]byte) [32]byte {
	switch n := len(entries); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leafHash(entries[0])
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		return nodeHash(hashOf(entries[:k]), hashOf(entries[k:]))
	}
}

func pathOf(m int, entries [][]byte) [][]byte {
	n := len(entries)
	if n <= 1 {
		return nil
	}
	k := 1
	for k*2 < n {
		k *= 2
	}
	if m < k {
		h := hashOf(entries[k:])
		return append(pathOf(m, entries[:k]), h[:])
	}
	h := hashOf(entries[:k])
	return append(pathOf(m-k, entries[k:]), h[:])
}

// answer is the log's answer for an entry.
func (tr *tree) answer(index int) map[string]any {
	root := hashOf(tr.entries)
	text := fmt.Sprintf("log.example.org\n%d\n%s\n", len(tr.entries), base64.StdEncoding.EncodeToString(root[:]))
	signature := append([]byte("hash"), ed25519.Sign(tr.key, []byte(text))...)
	return map[string]any{
		"logIndex": fmt.Sprint(index), "canonicalizedBody": tr.entries[index],
		"inclusionProof": map[string]any{
			"hashes":     pathOf(index, tr.entries),
			"checkpoint": map[string]any{"envelope": text + "\n— witness.example.org AAAAAAAA\n— log.example.org " + base64.StdEncoding.EncodeToString(signature) + "\n"},
		},
	}
}

// ServeHTTP adds an entry; change, if any, changes the answer.
func (tr *tree) handler(t *testing.T, change func(map[string]any)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			HashedRekordRequestV002 struct {
				Digest    []byte
				Signature json.RawMessage
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.URL.Path != "/api/v2/log/entries" {
			t.Errorf("%s: %v", r.URL, err)
		}
		entry, err := json.Marshal(map[string]any{"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": map[string]any{"hashedRekordV002": map[string]any{
			"data":      map[string]any{"algorithm": "SHA2_256", "digest": q.HashedRekordRequestV002.Digest},
			"signature": q.HashedRekordRequestV002.Signature,
		}}})
		if err != nil {
			t.Error(err)
		}
		tr.entries = append(tr.entries, entry)
		a := tr.answer(len(tr.entries) - 1)
		if change != nil {
			change(a)
		}
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(a)
	})
}

func newLog(t *testing.T, before int, change func(*tree, map[string]any)) *Log {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tr := &tree{key: private}
	for i := range before {
		tr.entries = append(tr.entries, fmt.Appendf(nil, "entry %d", i))
	}
	s := httptest.NewServer(tr.handler(t, func(a map[string]any) {
		if change != nil {
			change(tr, a)
		}
	}))
	t.Cleanup(s.Close)
	return &Log{URL: s.URL + "/", Key: public, Client: s.Client()}
}

var entry = bundle.Entry{Digest: [32]byte{1}, Signature: []byte("signature"), PublicKey: []byte("key")}

func TestRecord(t *testing.T) {
	certified := entry
	certified.Certificate = []byte("certificate")
	for before := range 20 {
		for _, e := range []bundle.Entry{entry, certified} {
			got, err := newLog(t, before, nil).Record(context.Background(), e)
			if err != nil || !bytes.Contains(got, []byte(`"logIndex"`)) {
				t.Errorf("after %d entries: %v", before, err)
			}
		}
	}
}

// Each lie of a log is seen before its answer is used.
func TestRecordRefuses(t *testing.T) {
	proof := func(a map[string]any) map[string]any { return a["inclusionProof"].(map[string]any) }
	for name, change := range map[string]func(*tree, map[string]any){
		"another entry": func(tr *tree, a map[string]any) { clear(a); maps(a, tr.answer(0)) },
		"another signature": func(_ *tree, a map[string]any) {
			replace(a, base64.StdEncoding.EncodeToString([]byte("signature")), "AAAA")
		},
		"another key":        func(_ *tree, a map[string]any) { replace(a, base64.StdEncoding.EncodeToString([]byte("key")), "AAAA") },
		"another kind":       func(_ *tree, a map[string]any) { replace(a, `"hashedrekord"`, `"intoto"`) },
		"added to the entry": func(_ *tree, a map[string]any) { replace(a, `"kind"`, `"more":1,"kind"`) },
		"another index":      func(_ *tree, a map[string]any) { a["logIndex"] = "3" },
		"no index":           func(_ *tree, a map[string]any) { delete(a, "logIndex") },
		"index beyond":       func(_ *tree, a map[string]any) { a["logIndex"] = "6" },
		"shorter proof":      func(_ *tree, a map[string]any) { proof(a)["hashes"] = proof(a)["hashes"].([][]byte)[1:] },
		"longer proof": func(_ *tree, a map[string]any) {
			proof(a)["hashes"] = append(proof(a)["hashes"].([][]byte), make([]byte, 32))
		},
		"flipped proof": func(_ *tree, a map[string]any) { proof(a)["hashes"].([][]byte)[0][0] ^= 1 },
		"no checkpoint": func(_ *tree, a map[string]any) { delete(proof(a), "checkpoint") },
		"other log":     func(tr *tree, a map[string]any) { other(t, tr); maps(a, tr.answer(5)) },
		"unsigned":      func(_ *tree, a map[string]any) { edit(a, "— log.example.org", "— lag.example.org") },
		"another size":  func(_ *tree, a map[string]any) { edit(a, "\n6\n", "\n7\n") },
		"no size":       func(_ *tree, a map[string]any) { edit(a, "\n6\n", "\nsix\n") },
		"no inclusion":  func(_ *tree, a map[string]any) { delete(a, "inclusionProof") },
		"no entry":      func(_ *tree, a map[string]any) { delete(a, "canonicalizedBody") },
		"earlier root": func(tr *tree, a map[string]any) {
			tr.entries = tr.entries[:5]
			proof(a)["checkpoint"] = proof(tr.answer(0))["checkpoint"]
		},
		"hash of no size": func(_ *tree, a map[string]any) { proof(a)["hashes"] = [][]byte{{1}} },
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := newLog(t, 5, change).Record(context.Background(), entry); err == nil {
				t.Errorf("accepted %s", got)
			}
		})
	}
}

func maps(to, from map[string]any) {
	for k, v := range from {
		to[k] = v
	}
}

// other changes the tree's key.
func other(t *testing.T, tr *tree) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Error(err)
	}
	tr.key = private
}

// replace changes the entry in an answer; edit the checkpoint.
func replace(a map[string]any, old, new string) {
	a["canonicalizedBody"] = bytes.Replace(a["canonicalizedBody"].([]byte), []byte(old), []byte(new), 1)
}

func edit(a map[string]any, old, new string) {
	c := a["inclusionProof"].(map[string]any)["checkpoint"].(map[string]any)
	c["envelope"] = strings.Replace(c["envelope"].(string), old, new, 1)
}
