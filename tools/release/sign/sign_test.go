// SPDX-License-Identifier: MIT

package sign

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/attach"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

func options(t *testing.T, id *identity.Identity) Options {
	t.Helper()
	return Options{
		Payload: signtest.Payload(t), Out: filepath.Join(t.TempDir(), "out"), Release: id,
		Now: func() time.Time { return signtest.Now },
	}
}

// files are all files below a folder by their names.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(os.DirFS(dir), name)
		out[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReleaseIsTheClosure(t *testing.T) {
	key := signtest.Key(t)
	o := options(t, &identity.Identity{Key: key})
	if err := Release(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	got, payload := files(t, o.Out), files(t, o.Payload)
	for name, text := range payload {
		if got[name] != text {
			t.Errorf("%s is not the payload's", name)
		}
	}
	want := slices.Collect(maps.Keys(payload))
	signed := []string{"manifest.json", "provenance.intoto.json", signtest.Linux, signtest.Debug, signtest.Windows, signtest.Darwin}
	for _, name := range signed {
		want = append(want, name+".sigstore.json")
	}
	want = append(want, signtest.SBOM+".signed.json")
	if have := slices.Collect(maps.Keys(got)); !slices.Equal(slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(want))) {
		t.Errorf("files %v\nwant %v", have, want)
	}
	for _, name := range signed {
		if name == "provenance.intoto.json" {
			continue
		}
		var b struct {
			MessageSignature struct{ Signature []byte }
		}
		if err := json.Unmarshal([]byte(got[name+".sigstore.json"]), &b); err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte(got[name]))
		if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], b.MessageSignature.Signature) {
			t.Errorf("%s: the signature is wrong", name)
		}
	}
}

// The same payload, key and certificates make the same folder, byte for byte.
func TestReleaseIsDeterministic(t *testing.T) {
	ca := signtest.CA(t)
	id := signtest.Certified(t, ca)
	o := options(t, id)
	o.Authenticode, o.Apple = id, id
	other := o
	other.Out += "2"
	for _, o := range []Options{o, other} {
		if err := Release(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	}
	if one, two := files(t, o.Out), files(t, other.Out); !maps.Equal(one, two) {
		for name := range one {
			if one[name] != two[name] {
				t.Errorf("%s differs", name)
			}
		}
	}
}

func TestDevelopmentIsMarked(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	o := options(t, id)
	o.Authenticode, o.Apple = id, id
	if err := Release(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name := range files(t, o.Out) {
		if strings.HasSuffix(name, ".sigstore.json") {
			n++
			if !strings.HasSuffix(name, ".DEVELOPMENT.sigstore.json") {
				t.Errorf("%s does not say DEVELOPMENT", name)
			}
		}
	}
	if n != 7 {
		t.Errorf("%d bundles, want 7", n)
	}
}

func TestSignedArchives(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	o := options(t, id)
	o.Authenticode, o.Apple = id, id
	if err := Release(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	got := files(t, o.Out)
	var list attach.List
	if err := json.Unmarshal([]byte(got[attach.ListName]), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Files) != 2 || list.Manifest != attach.Hex(sha256.Sum256([]byte(got["manifest.json"]))) {
		t.Fatalf("list %+v", list)
	}
	for _, f := range list.Files {
		text, unsigned := got[f.Name], got[f.Unsigned.Name]
		if text == "" || f.SHA256 != attach.Hex(sha256.Sum256([]byte(text))) || f.Size != int64(len(text)) || text == unsigned {
			t.Errorf("%s is not what the list says", f.Name)
		}
		if f.Unsigned.SHA256 != attach.Hex(sha256.Sum256([]byte(unsigned))) {
			t.Errorf("%s: the digest of %s is wrong", f.Name, f.Unsigned.Name)
		}
		// What anybody can repeat: attach the stored signatures to the unsigned archive.
		_, format, err := attach.SplitName(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		a, err := attach.Read([]byte(unsigned), format)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Signatures {
			stored := got[s.File]
			if s.SHA256 != attach.Hex(sha256.Sum256([]byte(stored))) {
				t.Errorf("%s is not what the list says", s.File)
			}
			if err := a.Attach([]attach.Signature{{Path: s.Path, Extension: filepath.Ext(s.File), Text: []byte(stored)}}); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := a.Write(&b); err != nil || b.String() != text {
			t.Errorf("%s: attaching once more makes another file: %v", f.Name, err)
		}
	}
}

// Each change of a payload is a verdict, exit code 3, and leaves nothing behind.
func TestReleaseRefuses(t *testing.T) {
	edit := func(name string, change func([]byte) []byte) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(text []byte) []byte { text[len(text)/2] ^= 1; return text }
	replace := func(old, new string) func([]byte) []byte {
		return func(text []byte) []byte { return bytes.Replace(text, []byte(old), []byte(new), 1) }
	}
	for _, test := range []struct {
		name   string
		change func(t *testing.T, dir string)
	}{
		{"flipped bit in an archive", edit(signtest.Linux, flip)},
		{"longer archive", edit(signtest.Linux, func(b []byte) []byte { return append(b, 0) })},
		{"shorter archive", edit(signtest.Linux, func(b []byte) []byte { return b[:len(b)-1] })},
		{"missing file", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, signtest.Notes)) }},
		{"unlisted file", func(t *testing.T, dir string) { os.WriteFile(filepath.Join(dir, "more"), nil, 0o644) }},
		{"unlisted folder", func(t *testing.T, dir string) { os.Mkdir(filepath.Join(dir, "more"), 0o755) }},
		{"folder in place of a file", func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, signtest.Notes))
			os.Mkdir(filepath.Join(dir, signtest.Notes), 0o755)
		}},
		{"no manifest", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "manifest.json")) }},
		{"manifest with space", edit("manifest.json", replace(`{"name":`, `{ "name":`))},
		{"manifest of another digest", edit("manifest.json", replace(`"sha256":"`, `"sha256":"0`))},
		{"no sums", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "SHA256SUMS")) }},
		{"other sums", edit("SHA256SUMS", replace("  notes.md", "  notes.mx"))},
		{"no provenance", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "provenance.intoto.json")) }},
		{"provenance with space", edit("provenance.intoto.json", replace(`{"_type"`, `{ "_type"`))},
		{"provenance of another subject", edit("provenance.intoto.json", replace(`"name":"notes.md"`, `"name":"notes.mx"`))},
		{"provenance of another digest", edit("provenance.intoto.json", replace(`"subject":[{"digest":{"sha256":"`, `"subject":[{"digest":{"sha256":"0`))},
		{"provenance without a subject", edit("provenance.intoto.json", func(b []byte) []byte {
			i, j := bytes.Index(b, []byte(`"subject":[`)), bytes.LastIndex(b, []byte(`]}`))
			return append(append(b[:i:i], `"subject":[`...), b[j:]...)
		})},
		{"provenance of another version", edit("provenance.intoto.json", replace(`"version":"1.2.3"`, `"version":"1.2.4"`))},
		{"provenance of another type", edit("provenance.intoto.json", replace(`build-type-1`, `build-type-2`))},
		{"provenance with another source", edit("provenance.intoto.json", replace(`"content":"`, `"content":"AAAA`))},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t, &identity.Identity{Key: signtest.Key(t)})
			test.change(t, o.Payload)
			err := Release(context.Background(), o)
			if action.Code(err) != action.Rejected {
				t.Errorf("Release = %v, code %d", err, action.Code(err))
			}
			if left, _ := os.ReadDir(filepath.Dir(o.Out)); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestReleaseKeepsWhatIsThere(t *testing.T) {
	o := options(t, &identity.Identity{Key: signtest.Key(t)})
	if err := os.Mkdir(o.Out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Release(context.Background(), o); action.Code(err) != action.Usage {
		t.Errorf("Release = %v", err)
	}
}

// Many bundles wait for an authority side by side, and one that fails ends them all.
func TestTogether(t *testing.T) {
	slow := &slowAuthority{}
	o := options(t, &identity.Identity{Key: signtest.Key(t)})
	o.Timestamps = []bundle.Timestamper{slow}
	if err := Release(context.Background(), o); err != nil || slow.most.Load() < 2 || slow.most.Load() > maxTogether {
		t.Errorf("Release = %v, %d at once", err, slow.most.Load())
	}
	slow.err = errors.New("the authority is closed")
	o.Out += "2"
	if err := Release(context.Background(), o); !errors.Is(err, slow.err) {
		t.Errorf("Release = %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := Release(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Release = %v", err)
	}
}

// A failing key leaves nothing, however far signing came.
func TestReleaseIsWholeOrNotAtAll(t *testing.T) {
	for n := range 6 {
		o := options(t, &identity.Identity{Key: &failing{PrivateKey: signtest.Key(t), left: n}})
		if err := Release(context.Background(), o); !errors.Is(err, errToken) {
			t.Errorf("Release = %v", err)
		}
		if left, _ := os.ReadDir(filepath.Dir(o.Out)); len(left) != 0 {
			t.Errorf("after %d signatures, left behind: %v", n, left)
		}
	}
}

// nameless has a certificate that signs code and has no alternative name.
func nameless(t *testing.T) *identity.Identity {
	t.Helper()
	key := signtest.Key(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: signtest.Now, NotAfter: signtest.Now.Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	id := &identity.Identity{Key: key, Chain: []*x509.Certificate{leaf}}
	if err := id.Check(signtest.Now); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIdentitiesAreChecked(t *testing.T) {
	ca := signtest.CA(t)
	good := signtest.Certified(t, ca)
	plain := &identity.Identity{Key: signtest.Key(t)}
	for name, change := range map[string]func(*Options){
		"certificate of another key": func(o *Options) { o.Release = &identity.Identity{Key: plain.Key, Chain: good.Chain} },
		"the CA's certificate":       func(o *Options) { o.Release = &identity.Identity{Key: good.Key, Chain: good.Chain[1:]} },
		"without a name":             func(o *Options) { o.Release = nameless(t) },
		"expired":                    func(o *Options) { o.Now = func() time.Time { return signtest.Now.Add(48 * time.Hour) } },
		"not valid yet":              func(o *Options) { o.Now = func() time.Time { return signtest.Now.Add(-48 * time.Hour) } },
		"programs without a chain":   func(o *Options) { o.Authenticode = plain },
		"development for programs":   func(o *Options) { o.Release, o.Apple = plain, good },
	} {
		o := options(t, good)
		change(&o)
		if err := Release(context.Background(), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestStatement(t *testing.T) {
	o := options(t, &identity.Identity{Key: signtest.Key(t)})
	w, err := o.NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(o.Payload, "provenance.intoto.json")
	if err := Statement(context.Background(), file, w); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file + ".sigstore.json")
	if err != nil {
		t.Fatal(err)
	}
	if want, err := w.Statement(context.Background(), []byte(files(t, o.Payload)["provenance.intoto.json"])); err != nil || !bytes.Equal(text, want) {
		t.Errorf("another bundle than the writer's: %v", err)
	}
	sum := strings.Repeat("ab", 32)
	good := `{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://example.org/x","subject":[{"digest":{"sha256":"` + sum + `"},"name":"a"}]}` + "\n"
	for name, text := range map[string]string{
		"good":         good,
		"no newline":   strings.TrimSpace(good),
		"space":        strings.Replace(good, ":", ": ", 1),
		"type":         strings.Replace(good, "Statement/v1", "Statement/v0.1", 1),
		"no predicate": strings.Replace(good, `"predicate":{},`, "", 1),
		"no type":      strings.Replace(good, "https://example.org/x", "", 1),
		"no subject":   strings.Replace(good, `{"digest":{"sha256":"`+sum+`"},"name":"a"}`, "", 1),
		"no digest":    strings.Replace(good, sum, "ab", 1),
		"twice":        strings.Replace(good, `"predicate":{},`, `"predicate":{},"predicate":{},`, 1),
	} {
		file := filepath.Join(t.TempDir(), "x.intoto.json")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Statement(context.Background(), file, w); (err == nil) != (name == "good") || err != nil && action.Code(err) != action.Rejected {
			t.Errorf("%s: %v", name, err)
		}
	}
}
