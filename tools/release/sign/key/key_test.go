// SPDX-License-Identifier: MIT

package key

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/plugin"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

const pin = "PIN-of-the-test"

// memory is a store of one key, which lies in a file so that several plug-ins can speak of it.
type memory struct {
	t    testing.TB
	keys map[string]*ecdsa.PrivateKey
	mode string
}

func (m *memory) Open(name string, secret []byte) (crypto.Signer, error) {
	if string(secret) != pin {
		return nil, errors.New("wrong PIN")
	}
	key, ok := m.keys[name]
	if !ok {
		return nil, errors.New("no such key")
	}
	if m.mode == "lies" {
		return liar{key}, nil
	}
	return key, nil
}

func (m *memory) Make(name string, secret []byte) (crypto.Signer, error) {
	if m.keys[name] != nil {
		return nil, errors.New("there already")
	}
	m.keys[name] = signtest.Key(m.t)
	return m.Open(name, secret)
}

// liar signs another digest.
type liar struct{ *ecdsa.PrivateKey }

func (l liar) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	sum := sha256.Sum256(digest)
	return l.PrivateKey.Sign(r, sum[:], o)
}

// plugInVariable makes this test program a plug-in; its value is the mode.
const plugInVariable = "GOSQLITE_TEST_PLUGIN"

func TestMain(m *testing.M) {
	switch mode := os.Getenv(plugInVariable); mode {
	case "":
		os.Exit(m.Run())
	case "dies":
		fmt.Fprintln(os.Stderr, "out of paper")
		os.Exit(1)
	case "babbles":
		fmt.Println("hello")
		os.Exit(0)
	case "floods":
		os.Stdout.Write(bytes.Repeat([]byte("x"), 2*plugin.MaxLine))
		os.Exit(0)
	default:
		// Whoever lists processes sees arguments and environments.
		if seen := strings.Join(append(os.Args[1:], os.Environ()...), "\n"); strings.Contains(seen, pin) || len(os.Args) != 1 {
			fmt.Fprintln(os.Stderr, "the PIN can be seen, or there are arguments")
			os.Exit(1)
		}
		store := &memory{t: &testing.T{}, keys: map[string]*ecdsa.PrivateKey{}, mode: mode}
		store.Make("test:there", []byte(pin))
		if err := plugin.Serve(os.Stdin, os.Stdout, store); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file:" + name
}

// self is this test program.
func self(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func surroundings(stderr io.Writer) Surroundings {
	return Surroundings{Secrets: &secret.Reader{Prompt: func(string) ([]byte, error) { return nil, errors.New("asked") }}, Stderr: stderr}
}

func TestPlugin(t *testing.T) {
	t.Setenv(plugInVariable, "good")
	r := Reference{Name: "test:there", Secret: secretFile(t, pin), Plugin: self(t)}
	k, err := r.Open(context.Background(), surroundings(os.Stderr))
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	for range 3 {
		signature, err := k.Sign(nil, digest[:], crypto.SHA256)
		if err != nil || !ecdsa.VerifyASN1(k.Public().(*ecdsa.PublicKey), digest[:], signature) {
			t.Errorf("Sign = %x, %v", signature, err)
		}
	}
	if _, err := k.Sign(nil, digest[:], crypto.SHA512); err == nil {
		t.Error("signed a digest of another kind")
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	r.Name = "test:new"
	made, err := r.Make(context.Background(), surroundings(os.Stderr), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made.Close()
	r.Name = "test:there"
	if _, err := r.Make(context.Background(), surroundings(os.Stderr), rand.Reader); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("made a key that exists: %v", err)
	}
}

func TestPluginFails(t *testing.T) {
	for _, test := range []struct{ mode, name, secret, want string }{
		{"good", "test:there", "another-secret", "wrong PIN"},
		{"good", "test:none", pin, "no such key"},
		{"dies", "test:there", pin, "takes no requests|no whole answer"},
		{"babbles", "test:there", pin, "not as agreed|takes no requests"},
		{"floods", "test:there", pin, "no whole answer|takes no requests"},
	} {
		t.Run(test.mode+" "+test.want, func(t *testing.T) {
			t.Setenv(plugInVariable, test.mode)
			var stderr bytes.Buffer
			r := Reference{Name: test.name, Secret: secretFile(t, test.secret), Plugin: self(t)}
			_, err := r.Open(context.Background(), surroundings(&stderr))
			if err == nil {
				t.Fatal("opened")
			}
			found := false
			for want := range strings.SplitSeq(test.want, "|") {
				found = found || strings.Contains(err.Error(), want)
			}
			if !found || strings.Contains(err.Error()+stderr.String(), test.secret) {
				t.Errorf("Open = %v, stderr %s", err, &stderr)
			}
			if test.mode == "dies" && !strings.Contains(stderr.String(), "out of paper") {
				t.Errorf("the plug-in's message is lost: %s", &stderr)
			}
		})
	}
}

// A plug-in that signs something else is found out.
func TestPluginLies(t *testing.T) {
	t.Setenv(plugInVariable, "lies")
	r := Reference{Name: "test:there", Secret: secretFile(t, pin), Plugin: self(t)}
	k, err := r.Open(context.Background(), surroundings(os.Stderr))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	digest := sha256.Sum256([]byte("x"))
	if _, err := k.Sign(nil, digest[:], crypto.SHA256); err == nil || !strings.Contains(err.Error(), "wrong") {
		t.Errorf("Sign = %v", err)
	}
}

func TestServeKeepsTheOrder(t *testing.T) {
	for name, lines := range map[string]string{
		"sign first": `{"op":"sign","digest":"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}`,
		"twice":      `{"op":"make","key":"test:a","secret":"UElOLW9mLXRoZS10ZXN0"}` + "\n" + `{"op":"open","key":"test:a","secret":"UElOLW9mLXRoZS10ZXN0"}`,
		"unknown":    `{"op":"read"}`,
		"no JSON":    `UElOLW9mLXRoZS10ZXN0`,
		"cut off":    `{"op":"op`,
		"too long":   strings.Repeat(" ", plugin.MaxLine+1),
		"no digest":  `{"op":"make","key":"test:a","secret":"UElOLW9mLXRoZS10ZXN0"}` + "\n" + `{"op":"sign","digest":"AA=="}`,
	} {
		err := plugin.Serve(strings.NewReader(lines+"\n"), io.Discard, &memory{t: t, keys: map[string]*ecdsa.PrivateKey{}})
		if err == nil || strings.Contains(err.Error(), "UElO") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFile(t *testing.T) {
	r := Reference{Name: filepath.Join(t.TempDir(), "key.pem"), Secret: secretFile(t, "correct horse")}
	made, err := r.Make(context.Background(), surroundings(io.Discard), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(r.Name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	opened, err := r.Open(context.Background(), surroundings(io.Discard))
	if err != nil || !opened.Public().(*ecdsa.PublicKey).Equal(made.Public()) {
		t.Errorf("Open = %v", err)
	}
	before, _ := os.ReadFile(r.Name)
	if _, err := r.Make(context.Background(), surroundings(io.Discard), rand.Reader); err == nil {
		t.Error("a key was replaced")
	}
	if after, _ := os.ReadFile(r.Name); !bytes.Equal(before, after) {
		t.Error("the refused command changed the key")
	}
	r.Secret = secretFile(t, "wrong")
	if _, err := r.Open(context.Background(), surroundings(io.Discard)); err == nil || strings.Contains(err.Error(), "wrong\n") {
		t.Errorf("a wrong passphrase: %v", err)
	}
}

func TestCheck(t *testing.T) {
	for name, r := range map[string]Reference{
		"nothing":         {},
		"PIN in the name": {Name: "pkcs11:object=a?pin-value=1234"},
		"PIN as source":   {Name: "pkcs11:object=a", Secret: "1234"},
		"needless":        {Name: "key.pem", Plugin: "p"},
	} {
		if err := r.Check(); err == nil || strings.Contains(err.Error(), "1234") {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	r := Reference{Name: "nokind:x", Secret: secretFile(t, pin)}
	if _, err := r.Open(context.Background(), surroundings(io.Discard)); err == nil || !strings.Contains(err.Error(), "gosqlite-sign-nokind") {
		t.Errorf("a kind without a plug-in: %v", err)
	}
}
