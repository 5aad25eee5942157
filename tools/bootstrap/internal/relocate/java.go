// SPDX-License-Identifier: MIT

package relocate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// MinJava is the oldest Java that Debian's Bazel runs on.
const MinJava = 21

var javaVersionRE = regexp.MustCompile(`(?m)^JAVA_VERSION="([0-9]+)`)

// FindJDK returns a JDK of at least MinJava: javaHome if it is one and absolute,
// else the newest below the folders, else "".
func FindJDK(javaHome string, folders ...string) string {
	if filepath.IsAbs(javaHome) && javaVersion(javaHome) >= MinJava {
		return javaHome
	}
	var found []string
	for _, f := range folders {
		entries, _ := os.ReadDir(f) // a missing folder holds no JDK
		for _, e := range entries {
			if d := filepath.Join(f, e.Name()); javaVersion(d) >= MinJava {
				found = append(found, d)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	sort.SliceStable(found, func(i, k int) bool { return javaVersion(found[i]) > javaVersion(found[k]) })
	return found[0]
}

func javaVersion(dir string) int {
	data, err := os.ReadFile(filepath.Join(dir, "release"))
	if err != nil || !exists(filepath.Join(dir, "bin/java")) || !exists(filepath.Join(dir, "lib/server/libjvm.so")) {
		return 0
	}
	if m := javaVersionRE.FindSubmatch(data); m != nil {
		v, _ := strconv.Atoi(string(m[1])) // digits; overflow gives no sensible JDK
		return v
	}
	return 0
}

// java makes jdk/, whose launcher runs on Debian's loader: Bazel's JNI library
// needs Debian's libstdc++ and libblake3, and without it Bazel falls back, in
// silence, to slower file access that sees no inodes. The rest of the JDK is
// linked to where it lies.
func (j *Job) java(ctx context.Context) error {
	jdk := j.JDK
	if jdk == "" {
		var err error
		if jdk, err = j.debianJRE(ctx); err != nil {
			return err
		}
	}
	launcher := filepath.Join(j.Tmp, "jdk/bin/java")
	if err := copyFile(filepath.Join(jdk, "bin/java"), launcher, 0o755); err != nil {
		return err
	}
	if err := j.needs(filepath.Join(jdk, "lib"), launcher, filepath.Join(jdk, "lib/server/libjvm.so")); err != nil {
		return err
	}
	// What the links say must hold after the rename.
	home := strings.Replace(jdk, j.Tmp, j.Final, 1)
	for _, name := range []string{"lib", "release", "conf"} {
		if exists(filepath.Join(jdk, name)) {
			if err := os.Symlink(filepath.Join(home, name), filepath.Join(j.Tmp, "jdk", name)); err != nil {
				return err
			}
		}
	}
	return j.patch(ctx, home+"/lib:"+home+"/lib/server:"+j.Final+"/lib", launcher)
}

// desktop are the libraries of java.desktop. Their own needs are not in the
// headless packages' closure, and a build tool draws nothing.
var desktop = []string{"libawt.so", "libawt_headless.so", "libawt_xawt.so", "libfontmanager.so", "libfreetype.so",
	"libjavajpeg.so", "libjawt.so", "libjsound.so", "liblcms.so", "libmlib_image.so", "libsplashscreen.so"}

// debianJRE copies the runtime that came with the packages and its
// configuration, which Debian keeps in /etc.
func (j *Job) debianJRE(ctx context.Context) (string, error) {
	found, err := filepath.Glob(filepath.Join(globEscape(j.Root), "usr/lib/jvm/java-*-openjdk-amd64"))
	if err != nil {
		return "", err
	}
	// Beside the folder lies a link to it, under the version's old way of writing.
	found = slices.DeleteFunc(found, func(p string) bool {
		st, err := os.Lstat(p)
		return err != nil || !st.IsDir()
	})
	if len(found) != 1 {
		return "", fmt.Errorf("find Debian's Java runtime: %d folders, want 1", len(found))
	}
	jdk := filepath.Join(j.Tmp, "usr/lib/jvm", filepath.Base(found[0]))
	if err := copyTree(found[0], jdk); err != nil {
		return "", err
	}
	etc, err := filepath.Glob(filepath.Join(globEscape(j.Root), "etc/java-*-openjdk"))
	if err != nil || len(etc) != 1 {
		return "", fmt.Errorf("find Debian's Java configuration: %d folders, want 1", len(etc))
	}
	if err := copyTree(etc[0], filepath.Join(j.Tmp, "etc", filepath.Base(etc[0]))); err != nil {
		return "", err
	}
	if err := filepath.WalkDir(jdk, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.Type() != fs.ModeSymlink {
			return err
		}
		to, err := os.Readlink(p)
		if err != nil || !strings.HasPrefix(to, "/etc/java-") {
			return err
		}
		return errors.Join(os.Remove(p), os.Symlink(j.Final+to, p))
	}); err != nil {
		return "", err
	}
	libs, err := filepath.Glob(filepath.Join(globEscape(jdk), "lib/*.so"))
	if err != nil {
		return "", err
	}
	libs = slices.DeleteFunc(libs, func(p string) bool { return slices.Contains(desktop, filepath.Base(p)) })
	if err := j.needs(filepath.Join(jdk, "lib/server"), libs...); err != nil {
		return "", err
	}
	if err := j.patch(ctx, j.Final+"/lib", filepath.Join(jdk, "lib/jspawnhelper")); err != nil {
		return "", err
	}
	return jdk, trustStore(filepath.Join(jdk, "lib/security/cacerts"), certificates)
}
