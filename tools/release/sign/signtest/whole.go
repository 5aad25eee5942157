// SPDX-License-Identifier: MIT

package signtest

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/archive"
	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

// program is one of a platform, with an identity that does not depend on its code.
func program(t testing.TB, platform, code string) []byte {
	t.Helper()
	switch platform {
	case "windows_amd64":
		p := PE(code)
		const entry, directory = 0x380, 64 + 4 + 20 + 112 + 6*8
		le.PutUint32(p[directory:], 0x1000+entry-0x200)
		le.PutUint32(p[directory+4:], 28)
		le.PutUint32(p[entry+12:], 16) // REPRO: the time stamp is a hash
		return p
	case "darwin_arm64":
		p := MachO(code, "com.example.gosqlite")
		size := le.Uint32(p[20:])
		uuid := p[32+size:]
		le.PutUint32(uuid, 0x1b)
		le.PutUint32(uuid[4:], 24)
		copy(uuid[8:24], "0123456789abcdef")
		le.PutUint32(p[16:], le.Uint32(p[16:])+1)
		le.PutUint32(p[20:], size+24)
		return p
	}
	var b bytes.Buffer
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	note := "\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GNU\x00" + strings.Repeat("i", 20)
	for _, part := range []any{h, elf.Prog64{Type: uint32(elf.PT_NOTE), Off: 120, Filesz: uint64(len(note))}, []byte(note + code)} {
		if err := binary.Write(&b, le, part); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// A whole is a payload that is complete: what a release of three platforms has before it is signed, and nothing that a
// verifier objects to. Archives, manifest and provenance are written by the programs of a release.
type whole struct {
	t     testing.TB
	dir   string
	files []manifest.File
}

// WholePayload makes such a payload in a new folder and returns its name.
func WholePayload(t testing.TB) string {
	t.Helper()
	w := &whole{t: t, dir: filepath.Join(t.TempDir(), "payload")}
	if err := os.Mkdir(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, platform := range []string{"linux_amd64", "windows_amd64", "darwin_arm64"} {
		w.platform(platform)
	}
	mod := []byte(Source["go.mod"])
	name, prefix := "gosqlite_v"+Version, "github.com/gosqlite/gosqlite@v"+Version
	w.add(name+".zip", manifest.Module, "", w.pack(".zip", prefix, map[string][]byte{"go.mod": mod, "driver/driver.go": []byte(Source["driver/driver.go"])}))
	w.add(name+".mod", manifest.Module, "", mod)
	w.add(name+".info", manifest.Module, "", []byte(`{"Version":"v`+Version+`","Time":"`+ReleaseTime.Format(time.RFC3339)+`"}`+"\n"))
	w.add("notes.md", manifest.Notes, "", []byte("# gosqlite v"+Version+"\n"))
	api := "gosqlite_" + Version + "_api"
	w.add(api+".tar.gz", manifest.API, "", w.pack(".tar.gz", api, map[string][]byte{"v1.txt": []byte("pkg driver\n")}))
	w.vex()
	w.lists()
	return w.dir
}

func (w *whole) write(name string, text []byte) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), text, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// add writes a file that the manifest lists.
func (w *whole) add(name string, kind manifest.Kind, platform string, data []byte) {
	w.t.Helper()
	w.files = append(w.files, manifest.File{Name: name, Kind: kind, Platform: platform, Size: int64(len(data)), SHA256: sha256.Sum256(data)})
	w.write(name, data)
}

func (w *whole) pack(format, prefix string, members map[string][]byte) []byte {
	w.t.Helper()
	a := &archive.Archive{}
	for path, data := range members {
		if err := a.Add(path, archive.Bytes(data)); err != nil {
			w.t.Fatal(err)
		}
	}
	a.SetTime(ReleaseTime)
	a.AddPrefix(prefix)
	var b bytes.Buffer
	write := a.WriteTarGzip
	if format == ".zip" {
		write = a.WriteZip
	}
	if err := write(&b); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

// platform adds archive, debug twin and bills of materials.
func (w *whole) platform(name string) {
	w.t.Helper()
	exe, format := "", ".tar.gz"
	if strings.HasPrefix(name, "windows") {
		exe, format = ".exe", ".zip"
	}
	stem := "gosqlite_" + Version + "_" + name
	members := map[string][]byte{"LICENSE": []byte("MIT\n")}
	twins := map[string][]byte{"LICENSE": []byte("MIT\n")}
	for _, p := range []string{"bin/gosqlite", "bin/gosqlite-verify"} {
		members[p+exe], twins[p+exe] = program(w.t, name, "code of "+p), program(w.t, name, "code and symbols of "+p)
	}
	members["include/sqlite3.h"], members["lib/libsqlite3.a"] = []byte("/* sqlite3.h */\n"), []byte("!<arch>\n")
	data := w.pack(format, stem, members)
	w.add(stem+format, manifest.Archive, name, data)
	w.add(stem+"_debug.tar.gz", manifest.Debug, name, w.pack(".tar.gz", stem+"_debug", twins))
	w.bills(stem, format, name, data, members)
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// bills writes a CycloneDX and an SPDX document about an archive's programs and libraries.
func (w *whole) bills(stem, format, platform string, data []byte, members map[string][]byte) {
	w.t.Helper()
	components, packages := []any{}, []any{map[string]any{
		"SPDXID": "SPDXRef-subject", "name": stem + format, "checksums": []any{map[string]any{"algorithm": "SHA256", "checksumValue": hexSum(data)}},
	}}
	for name, data := range members {
		if !strings.HasPrefix(name, "bin/") && !strings.HasPrefix(name, "lib/") {
			continue
		}
		components = append(components, map[string]any{
			"type": "file", "name": name, "purl": purl(name), "properties": []any{map[string]any{"name": "gosqlite:hashes:of", "value": "file " + name}},
			"hashes": []any{map[string]any{"alg": "SHA-256", "content": hexSum(data)}},
		})
		packages = append(packages, map[string]any{
			"SPDXID": "SPDXRef-" + strings.ReplaceAll(name, "/", "-"), "name": name, "annotations": []any{map[string]any{"comment": "gosqlite:hashes:of=file " + name}},
			"checksums": []any{map[string]any{"algorithm": "SHA256", "checksumValue": hexSum(data)}},
		})
	}
	for suffix, doc := range map[string]map[string]any{
		".cdx.json": {
			"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components,
			"metadata": map[string]any{"component": map[string]any{"type": "file", "name": stem + format, "purl": purl(platform), "hashes": []any{map[string]any{"alg": "SHA-256", "content": hexSum(data)}}}},
		},
		".spdx.json": {
			"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "packages": packages,
			"relationships": []any{map[string]any{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-subject"}},
		},
	} {
		text, err := jcs.File(doc)
		if err != nil {
			w.t.Fatal(err)
		}
		w.add(stem+suffix, manifest.SBOM, platform, text)
	}
}

// purl identifies a platform's archive, or a file in it.
func purl(of string) string { return "pkg:generic/gosqlite@" + Version + "#" + of }

// vex writes an OpenVEX document about a library of one platform.
func (w *whole) vex() {
	w.t.Helper()
	identified := func(of string) map[string]any {
		return map[string]any{"@id": purl(of), "identifiers": map[string]any{"purl": purl(of)}}
	}
	product := identified("linux_amd64")
	product["subcomponents"] = []any{identified("lib/libsqlite3.a")}
	text, err := jcs.File(map[string]any{
		"@context": "https://openvex.dev/ns/v0.2.0",
		"statements": []any{map[string]any{
			"vulnerability": map[string]any{"name": "CVE-2026-0001"}, "status": "fixed", "products": []any{product},
		}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.add("vex.openvex.json", manifest.VEX, "", text)
}

// lists writes manifest, sums and provenance.
func (w *whole) lists() {
	w.t.Helper()
	m := &manifest.Manifest{Version: Version, Time: ReleaseTime, Files: w.files}
	text, err := m.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	sums, err := m.EncodeSums(text)
	if err != nil {
		w.t.Fatal(err)
	}
	sources := map[string][32]byte{}
	for name, text := range Source {
		sources[name] = sha256.Sum256([]byte(text))
	}
	source, err := provenance.Source(sources)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := provenance.New(m, "//:release_all", []provenance.Resource{source})
	if err != nil {
		w.t.Fatal(err)
	}
	statement, err := s.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(manifest.FileName, text)
	w.write(manifest.SumsName, sums)
	w.write(provenance.FileName, statement)
}
