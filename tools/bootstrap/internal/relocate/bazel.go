// SPDX-License-Identifier: MIT

// Package relocate makes a Bazel that runs from any folder, on any Linux with a
// kernel of the last years, from Debian's unpacked packages: its programs get
// the loader and the libraries that came with them, by absolute path.
package relocate

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
)

// Packages are wanted beside Bazel's own: libblake3-0 is missing from its
// dependencies; patchelf is used here; netty-tcnative gives gRPC its TLS, since
// Debian's netty has no ALPN on the JDK's own TLS.
var Packages = []string{"libblake3-0", "patchelf", "libnetty-tcnative-java", "libnetty-tcnative-jni", "libapr1t64"}

//go:embed *.go
var recipe embed.FS

// Recipe is a digest of this package's sources: a Bazel made by another recipe
// is another Bazel.
func Recipe() string {
	h := sha256.New()
	names, _ := fs.Glob(recipe, "*.go") // sorted; the pattern is well formed
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") {
			continue
		}
		data, _ := recipe.ReadFile(n) // embedded
		fmt.Fprintf(h, "%s %d\n%s", n, len(data), data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

const (
	multiarch = "usr/lib/x86_64-linux-gnu"
	loader    = "ld-linux-x86-64.so.2"
)

// Job builds one relocatable Bazel.
type Job struct {
	Runner client.Runner
	Root   string // the unpacked packages
	Tmp    string // where the files are written
	Final  string // where they will lie; this path goes into the files
	JDK    string // a JDK of the machine, or "" for the one in Root
}

// Build fills Tmp.
func (j *Job) Build(ctx context.Context) error {
	for _, step := range []func(context.Context) error{j.copyBazel, j.linkNative, j.classPath, j.java, j.wrapper} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("assemble Bazel: %w", err)
		}
	}
	return nil
}

func (j *Job) copyBazel(context.Context) error {
	for _, d := range []string{"usr/share/bazel", "usr/libexec", multiarch + "/bazel"} {
		if err := copyTree(filepath.Join(j.Root, d), filepath.Join(j.Tmp, d)); err != nil {
			return err
		}
	}
	return copyFile(filepath.Join(j.Root, "usr/bin/bazel"), filepath.Join(j.Tmp, "usr/bin/bazel"), 0o755)
}

// linkNative gives the programs the loader and libraries, and brings the
// libraries that the Java virtual machine loads.
func (j *Job) linkNative(ctx context.Context) error {
	programs := []string{filepath.Join(j.Tmp, "usr/bin/bazel")}
	found, err := filepath.Glob(filepath.Join(globEscape(j.Tmp), "usr/libexec/*/bazel/*"))
	if err != nil {
		return err
	}
	for _, p := range found {
		if isELF(p) {
			programs = append(programs, p)
		}
	}
	if err := copyFile(filepath.Join(j.Root, multiarch, loader), filepath.Join(j.Tmp, "lib", loader), 0o755); err != nil {
		return err
	}
	if err := j.needs("", programs...); err != nil {
		return err
	}
	if err := j.patch(ctx, j.Final+"/lib", programs...); err != nil {
		return err
	}
	// System.loadLibrary("netty_tcnative") looks for the name with the underscore.
	var loaded []string
	for from, to := range map[string]string{"libblake3.so.0": "libblake3.so.0", "libzstd-jni.so": "libzstd-jni.so",
		"libnetty-tcnative.so": "libnetty_tcnative.so"} {
		path := filepath.Join(j.Tmp, "lib", to)
		src, err := j.library(from)
		if err != nil {
			return err
		}
		if err := copyFile(src, path, 0o644); err != nil {
			return err
		}
		loaded = append(loaded, path)
	}
	return j.needs("", loaded...)
}

// library finds a JNI library where Debian may have put it.
func (j *Job) library(name string) (string, error) {
	for _, d := range []string{multiarch, multiarch + "/jni", "usr/lib/jni"} {
		if p := filepath.Join(j.Root, d, name); exists(p) {
			return p, nil
		}
	}
	return "", fmt.Errorf("library %s is in no downloaded package", name)
}

// wrapper writes bin/bazel, the entry point.
func (j *Job) wrapper(context.Context) error {
	f := shellQuote(j.Final)
	text := "#!/bin/sh\n" +
		"exec " + f + "/usr/bin/bazel" +
		" --install_base=" + f + "/usr/share/bazel --trust_install_base" +
		" --server_javabase=" + f + "/jdk" +
		" --host_jvm_args=-Djava.library.path=" + f + "/lib \"$@\"\n"
	if err := os.MkdirAll(filepath.Join(j.Tmp, "bin"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(j.Tmp, "bin/bazel"), []byte(text), 0o755)
}
