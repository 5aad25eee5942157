// SPDX-License-Identifier: MIT

package install

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

// release is a staging folder whose archive has these members.
func release(t *testing.T, members ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, h := range members {
		h.Format = tar.FormatUSTAR
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if h.Typeflag == 0 {
			h.Typeflag, h.Size = tar.TypeReg, 1
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			w.Write([]byte("x"))
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "a", "b", "stage")
	if err := os.MkdirAll(filepath.Join(dir, releaseName), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, releaseName, "gosqlite_1.0.0_linux_amd64.tar.gz"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestUnpack: were an archive not what was verified, its members would still not get out.
func TestUnpack(t *testing.T) {
	dir := release(t, tar.Header{Name: "top/bin/x", Mode: 0o755}, tar.Header{Name: "top/LICENSE"})
	if n, err := unpack(dir, "v1.0.0", "linux_amd64"); n != 2 || err != nil {
		t.Errorf("unpacked %d, %v", n, err)
	}
	if err := intact(dir, "v1.0.0", "linux_amd64"); err != nil {
		t.Errorf("what was unpacked: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "bin", "x")); err != nil || info.Mode() != 0o755 {
		t.Errorf("a program: %v, %v", info, err)
	}
	for name, members := range map[string][]tar.Header{
		"a way out":        {{Name: "top/../../../out"}},
		"from the root":    {{Name: "/out"}},
		"another folder":   {{Name: "top/x"}, {Name: "other/x"}},
		"no folder":        {{Name: "x"}},
		"the folder":       {{Name: "top/", Typeflag: tar.TypeDir}},
		"our own name":     {{Name: "top/Release/x"}},
		"a link":           {{Name: "top/l", Typeflag: tar.TypeSymlink, Linkname: "../.."}, {Name: "top/l/out"}},
		"a hard link":      {{Name: "top/l", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}},
		"a device":         {{Name: "top/d", Typeflag: tar.TypeBlock}},
		"two of a name":    {{Name: "top/x"}, {Name: "top/x"}},
		"another case":     {{Name: "top/x"}, {Name: "top/X"}},
		"a setuid program": {{Name: "top/x", Mode: 0o4755}},
	} {
		dir := release(t, members...)
		if _, err := unpack(dir, "v1.0.0", "linux_amd64"); err == nil {
			t.Errorf("%s: no error", name)
		}
		for _, place := range []string{"..", "../..", "../../.."} {
			if entries, _ := os.ReadDir(filepath.Join(dir, place)); len(entries) > 1 {
				t.Errorf("%s: it got out: %v", name, entries)
			}
		}
	}
	if _, err := unpack(release(t, tar.Header{Name: "top/x"}), "v1.0.0", "linux_arm64"); err == nil {
		t.Error("a platform that there is no archive of: no error")
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{"v1.0.0_linux_amd64": true, "v1.0.0-rc.1_linux_amd64_musl.2": true, "v1.0.0_linux_amd64.1": false,
		"v1.0.0_linux_amd64.02": false, "v1.0.0": false, "1.0.0_linux": false, "v1.0.0_": false, "v1.0.0_../x": false, "v1.0.0_Linux": false} {
		if i, have := parseName(name); have != ok || ok && (i.Name != name || i.Platform == "") {
			t.Errorf("%s: %+v, %v", name, i, have)
		}
	}
}
