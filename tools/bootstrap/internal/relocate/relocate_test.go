// SPDX-License-Identifier: MIT

package relocate

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func jar(t *testing.T, path, manifest string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if manifest != "" {
		w, err := z.Create("META-INF/MANIFEST.MF")
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(manifest))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, path, b.String())
}

func TestClassPathIsTheClosure(t *testing.T) {
	root, tmp := t.TempDir(), t.TempDir()
	java := filepath.Join(root, "usr/share/java")
	jar(t, filepath.Join(java, "netty-tcnative.jar"), "")
	jar(t, filepath.Join(java, "a.jar"), "Manifest-Version: 1.0\r\nClass-Path: /usr/share/java/b.j\r\n ar c.jar gone.jar\r\n")
	jar(t, filepath.Join(java, "b.jar"), "Class-Path: a.jar\n")
	jar(t, filepath.Join(java, "c.jar"), "")
	put(t, filepath.Join(root, listing), "/usr/share/java/a.jar\n")
	j := &Job{Root: root, Tmp: tmp, Final: "/final place"}
	put(t, filepath.Join(tmp, listing), "")
	if err := j.classPath(context.Background()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(tmp, listing))
	if err != nil {
		t.Fatal(err)
	}
	p := "/final place/usr/share/java/"
	if want := p + "netty-tcnative.jar\n" + p + "a.jar\n" + p + "b.jar\n" + p + "c.jar\n"; string(data) != want {
		t.Errorf("class path %q, want %q", data, want)
	}
	if err := os.Remove(filepath.Join(java, "netty-tcnative.jar")); err != nil {
		t.Fatal(err)
	}
	j.Tmp = t.TempDir()
	put(t, filepath.Join(j.Tmp, listing), "")
	if err := j.classPath(context.Background()); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("without netty-tcnative: %v", err)
	}
}

func jdk(t *testing.T, dir, version string) string {
	put(t, filepath.Join(dir, "release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\""+version+"\"\n")
	put(t, filepath.Join(dir, "bin/java"), "")
	put(t, filepath.Join(dir, "lib/server/libjvm.so"), "")
	return dir
}

func TestFindJDK(t *testing.T) {
	folder := t.TempDir()
	old := jdk(t, folder+"/17", "17.0.1")
	lts := jdk(t, folder+"/21", "21")
	newest := jdk(t, folder+"/temurin 25", "25.0.3")
	broken := jdk(t, folder+"/99", "99")
	if err := os.Remove(filepath.Join(broken, "bin/java")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, home, want string }{
		{"the newest", "", newest},
		{"JAVA_HOME", lts, lts},
		{"a JAVA_HOME that is too old", old, newest},
		{"a JAVA_HOME that is none", "/nonexistent", newest},
	} {
		if got := FindJDK(c.home, folder, "/nonexistent"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := FindJDK(old, "/nonexistent"); got != "" {
		t.Errorf("only an old one: %q", got)
	}
}

func TestWrapperQuotes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a $HOME")
	j := &Job{Tmp: dir, Final: dir}
	if err := j.wrapper(context.Background()); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "usr/bin/bazel"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
	out, err := exec.Command(filepath.Join(dir, "bin/bazel"), "--a b", "build").Output()
	want := []string{"--install_base=" + dir + "/usr/share/bazel", "--trust_install_base", "--server_javabase=" + dir + "/jdk",
		"--host_jvm_args=-Djava.library.path=" + dir + "/lib", "--a b", "build"}
	if got := strings.Split(strings.TrimSpace(string(out)), "\n"); err != nil || !slices.Equal(got, want) {
		t.Errorf("arguments %q, %v; want %q", got, err, want)
	}
}

func TestNeedsNamesTheMissingLibrary(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal("find sh: it is not installed")
	}
	j := &Job{Root: t.TempDir(), Tmp: t.TempDir()}
	if err := j.needs("", sh); err == nil || !strings.Contains(err.Error(), "is in no downloaded package") {
		t.Errorf("error %v, want one that names a library", err)
	}
}

func TestRecipeIgnoresTests(t *testing.T) {
	first := Recipe()
	if again := Recipe(); len(first) != 64 || again != first {
		t.Errorf("the recipe is no stable digest: %s, %s", first, again)
	}
	if _, err := recipe.ReadFile("elf.go"); err != nil {
		t.Error("the recipe lacks a source of this package")
	}
}

// TestJavaKeyStore lets a JDK's keytool read the store, where there is one.
func TestJavaKeyStore(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	store := javaKeyStore(append(append([]byte("# comment\n"), block...), block...))
	if !bytes.HasPrefix(store, []byte{0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 2}) {
		t.Errorf("head % x", store[:12])
	}
	home := FindJDK("", "/usr/lib/jvm")
	if home == "" || !exists(filepath.Join(home, "bin/keytool")) {
		t.Log("no keytool here: only the head was checked")
		return
	}
	file := filepath.Join(t.TempDir(), "cacerts")
	put(t, file, string(store))
	out, err := exec.Command(filepath.Join(home, "bin/keytool"), "-list", "-keystore", file, "-storepass", "changeit").CombinedOutput()
	if err != nil || strings.Count(string(out), "trustedCertEntry") != 2 {
		t.Errorf("keytool: %v\n%s", err, out)
	}
	store[len(store)-30]++
	put(t, file, string(store))
	if err := exec.Command(filepath.Join(home, "bin/keytool"), "-list", "-keystore", file, "-storepass", "changeit").Run(); err == nil {
		t.Error("keytool reads a store with a wrong digest")
	}
}
