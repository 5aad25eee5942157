// SPDX-License-Identifier: MIT

package relocate

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const listing = "usr/share/bazel/bazel_classpath_debian_depends.txt"

// classPath copies the server's jars. Debian's list names absolute paths and
// leaves out the jars that those jars' manifests name; the new list is the whole
// closure, below Final. netty-tcnative comes first, so that netty finds it.
func (j *Job) classPath(context.Context) error {
	data, err := os.ReadFile(filepath.Join(j.Root, listing))
	if err != nil {
		return err
	}
	todo := append([]string{"netty-tcnative.jar"}, strings.Fields(string(data))...)
	var lines strings.Builder
	seen := map[string]bool{}
	for ; len(todo) > 0; todo = todo[1:] {
		name := path.Base(todo[0])
		from := filepath.Join(j.Root, "usr/share/java", name)
		if seen[name] || !exists(from) {
			continue
		}
		seen[name] = true
		if err := copyFile(from, filepath.Join(j.Tmp, "usr/share/java", name), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s/usr/share/java/%s\n", j.Final, name)
		more, err := manifestClassPath(from)
		if err != nil {
			return err
		}
		todo = append(todo, more...)
	}
	if !seen["netty-tcnative.jar"] {
		return errors.New("netty-tcnative.jar is in no downloaded package: gRPC would have no TLS")
	}
	return os.WriteFile(filepath.Join(j.Tmp, listing), []byte(lines.String()), 0o644)
}

// manifestClassPath reads the Class-Path of a jar; long lines go on after a
// newline and a space (JAR file specification, "Notes on Manifest").
func manifestClassPath(jar string) ([]string, error) {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(jar), err)
	}
	defer z.Close()
	f, err := z.Open("META-INF/MANIFEST.MF")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(jar), err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(jar), err)
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	for _, line := range strings.Split(strings.ReplaceAll(text, "\n ", ""), "\n") {
		if v, ok := strings.CutPrefix(line, "Class-Path:"); ok {
			return strings.Fields(v), nil
		}
	}
	return nil, nil
}
