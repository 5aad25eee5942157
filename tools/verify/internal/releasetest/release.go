// SPDX-License-Identifier: MIT

// Package releasetest makes small but complete releases for tests of the verifier: archives with real programs of three
// formats, bills of materials, manifest, provenance, attestations, bundles, timestamps, signatures inside of programs. It
// is no part of the program that users run, and shares no code with the one that signs real releases.
//
// Every step has a hook, by which a test plants a defect that only somebody with the keys could make. Defects that anyone
// can make are planted in the finished folder.
package releasetest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Platforms are those of a release.
var Platforms = []string{"linux_amd64", "windows_amd64", "darwin_arm64"}

// Upstream is what every program is made of, by its bill of materials.
const Upstream = "the amalgamation, unpatched\n"

// A Payload is a file of the manifest.
type Payload struct {
	Kind     manifest.Kind
	Platform string
	Data     []byte
}

// Hooks plant defects. Each may be nil.
type Hooks struct {
	Config    func(c *Config)
	Tree      func(name string, t *Tree)            // before an archive is packed
	Packed    func(name string, data []byte) []byte // after that
	SBOM      func(name string, doc map[string]any) // before a bill of materials is written
	Payload   func(files map[string]*Payload)       // before the manifest
	Manifest  func(m *manifest.Manifest)            // before it is written
	Text      func(name string, text []byte) []byte // of a JSON document, before it is signed
	Statement func(name string, s map[string]any)   // before it is written
	Signed    func(t *Tree)                         // entries of signed archives, before they are packed
	Detached  func(name string, blob []byte) []byte // signatures of programs, before they are kept as files
	SignedSet func(doc map[string]any)              // manifest_signed.json
	Sign      func(subject string, s *Signing)      // before a file is signed
	Bundle    func(name string, doc map[string]any) // before a bundle is written
	Policy    func(p *policy.File)
	Finished  func(files map[string][]byte) // the folder, at last
}

// Config says what kind of release it is.
type Config struct {
	Version     string
	Certificate bool // sign by certificate rather than by key
	Development bool // by file names
	Logged      bool // in two transparency logs
}

// A Release is a folder, and the policy under which it passes.
type Release struct {
	Files  map[string][]byte
	Policy *policy.File
}

// builder makes one release.
type builder struct {
	keys    *Keys
	hooks   Hooks
	config  Config
	payload map[string]*Payload
	trees   map[string]*Tree
	files   map[string][]byte
}

// Build makes a release.
func Build(keys *Keys, hooks Hooks) *Release {
	b := &builder{keys: keys, hooks: hooks, config: Config{Version: "1.2.0"}, payload: map[string]*Payload{}, trees: map[string]*Tree{}, files: map[string][]byte{}}
	if hooks.Config != nil {
		hooks.Config(&b.config)
	}
	for _, p := range Platforms {
		b.archives(p)
	}
	b.module()
	b.texts()
	call(hooks.Payload, b.payload)
	for name, p := range b.payload {
		b.files[name] = p.Data
	}
	b.manifest()
	b.statements()
	b.signedArchives()
	b.signatures()
	call(hooks.Finished, b.files)
	p := b.policy()
	call(hooks.Policy, p)
	return &Release{Files: b.files, Policy: p}
}

func call[T any](hook func(T), v T) {
	if hook != nil {
		hook(v)
	}
}

// Write puts the release into a folder.
func (r *Release) Write(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, r.Files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// program is a program of a platform. Its identity is the same with and without symbols.
func program(platform, code string) []byte {
	switch platform {
	case "windows_amd64":
		return PE("windows", code)
	case "darwin_arm64":
		return MachO("darwin", strings.Repeat(code, 300))
	}
	return ELF(AMD64, "0123456789abcdef0123", code)
}

// archives makes the archive, the twin and the bills of materials of a platform.
func (b *builder) archives(platform string) {
	exe, ext := "", ".tar.gz"
	if strings.HasPrefix(platform, "windows") {
		exe, ext = ".exe", ".zip"
	}
	stem := fmt.Sprintf("gosqlite_%s_%s", b.config.Version, platform)
	tree := func(folder string, entries ...Entry) *Tree {
		t := &Tree{}
		for _, e := range entries {
			e.Name = folder + "/" + e.Name
			t.Add(e)
		}
		return t
	}
	released := tree(stem,
		Entry{Name: "LICENSE", Mode: 0o644, Data: []byte("MIT\n")},
		Entry{Name: "bin/gosqlite" + exe, Mode: 0o755, Data: program(platform, "code of the shell")},
		Entry{Name: "bin/gosqlite-verify" + exe, Mode: 0o755, Data: program(platform, "code of the verifier")},
		Entry{Name: "include/sqlite3.h", Mode: 0o644, Data: []byte("/* sqlite3.h */\n")},
		Entry{Name: "lib/libsqlite3.a", Mode: 0o644, Data: []byte("!<arch>\n")})
	twin := tree(stem+"_debug",
		Entry{Name: "LICENSE", Mode: 0o644, Data: []byte("MIT\n")},
		Entry{Name: "bin/gosqlite" + exe, Mode: 0o755, Data: program(platform, "code of the shell, and its symbols")},
		Entry{Name: "bin/gosqlite-verify" + exe, Mode: 0o755, Data: program(platform, "code of the verifier, and its symbols")})
	b.pack(stem+ext, manifest.Archive, platform, released)
	b.pack(stem+"_debug.tar.gz", manifest.Debug, platform, twin)
	b.trees[stem+ext] = released
	b.sboms(stem, stem+ext, platform, released)
}

func (b *builder) pack(name string, kind manifest.Kind, platform string, t *Tree) {
	if b.hooks.Tree != nil {
		b.hooks.Tree(name, t)
	}
	data := t.Pack(name)
	if b.hooks.Packed != nil {
		data = b.hooks.Packed(name, data)
	}
	b.payload[name] = &Payload{kind, platform, data}
}

// HexSum is the SHA-256 of data in hexadecimal digits.
func HexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// sboms writes a CycloneDX and an SPDX document. Components are SQLite, the shell, the library and the verifier.
func (b *builder) sboms(stem, archive, platform string, t *Tree) {
	type object struct {
		kind, name string
		data       []byte
	}
	objects := []object{{"linked", "sqlite3.c", []byte(Upstream)}}
	for _, e := range t.Entries {
		if _, name, _ := strings.Cut(e.Name, "/"); strings.HasPrefix(name, "bin/") || strings.HasPrefix(name, "lib/") {
			objects = append(objects, object{"file", name, e.Data})
		}
	}
	slices.SortStableFunc(objects, func(x, y object) int {
		return cmp.Compare(strings.Count(x.name, "-verify"), strings.Count(y.name, "-verify"))
	})
	sum := HexSum(b.payload[archive].Data)
	components, packages := []any{}, []any{map[string]any{
		"SPDXID": "SPDXRef-subject", "name": archive, "packageFileName": archive, "checksums": []any{map[string]any{"algorithm": "SHA256", "checksumValue": sum}},
	}}
	for i, o := range objects {
		long := fmt.Sprintf("%x", sha512.Sum512(o.data))
		components = append(components, map[string]any{
			"type": "file", "bom-ref": fmt.Sprintf("component-%d", i), "purl": componentPURL(o.name), "name": "component of " + o.name, "properties": []any{map[string]any{"name": "gosqlite:hashes:of", "value": o.kind + " " + o.name}},
			"hashes": []any{map[string]any{"alg": "SHA-256", "content": HexSum(o.data)}, map[string]any{"alg": "SHA-512", "content": long}},
		})
		packages = append(packages, map[string]any{
			"SPDXID": fmt.Sprintf("SPDXRef-%d", i), "name": "component of " + o.name, "annotations": []any{map[string]any{"comment": "gosqlite:hashes:of=" + o.kind + " " + o.name}},
			"checksums": []any{map[string]any{"algorithm": "SHA256", "checksumValue": HexSum(o.data)}, map[string]any{"algorithm": "SHA512", "checksumValue": long}},
		})
	}
	b.sbom(stem+".cdx.json", platform, map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "serialNumber": "urn:uuid:" + serial(platform),
		"metadata":   map[string]any{"component": map[string]any{"type": "file", "name": archive, "bom-ref": "subject", "purl": productPURL(b.config.Version, platform), "hashes": []any{map[string]any{"alg": "SHA-256", "content": sum}}}},
		"components": components,
	})
	b.sbom(stem+".spdx.json", platform, map[string]any{
		"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "packages": packages,
		"relationships": []any{map[string]any{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-subject"}},
	})
}

func (b *builder) sbom(name, platform string, doc map[string]any) {
	if b.hooks.SBOM != nil {
		b.hooks.SBOM(name, doc)
	}
	b.payload[name] = &Payload{manifest.SBOM, platform, b.text(name, doc)}
}

// text is a JSON document in canonical form.
func (b *builder) text(name string, doc any) []byte {
	text := append(compact(doc), '\n')
	if b.hooks.Text != nil {
		text = b.hooks.Text(name, text)
	}
	return text
}

func compact(doc any) []byte {
	text, err := json.Marshal(doc)
	must(err)
	return text
}

// sources is the list of source files that the provenance holds: those of the module, as it is packed, and one more.
func (b *builder) sources() []byte {
	list := fmt.Appendf(nil, "%s  tools/main.go\n", HexSum([]byte("package main\n")))
	p := b.payload["gosqlite_v"+b.config.Version+".zip"]
	if p == nil {
		return list
	}
	z, err := zip.NewReader(bytes.NewReader(p.Data), int64(len(p.Data)))
	if err != nil {
		return list
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			continue
		}
		data, err := io.ReadAll(r)
		_, name, ok := strings.Cut(f.Name, "@v"+b.config.Version+"/")
		if err == nil && ok && !strings.HasPrefix(name, "internal/capi/sqlite3") {
			list = fmt.Appendf(list, "%s  %s\n", HexSum(data), name)
		}
	}
	return list
}

// module is the Go module.
func (b *builder) module() {
	prefix := "github.com/gosqlite/gosqlite@v" + b.config.Version + "/"
	mod := []byte("module github.com/gosqlite/gosqlite\n")
	t := &Tree{}
	t.Add(Entry{Name: prefix + "go.mod", Mode: 0o644, Data: mod})
	t.Add(Entry{Name: prefix + "driver/driver.go", Mode: 0o644, Data: []byte("package driver\n")})
	t.Add(Entry{Name: prefix + "internal/capi/sqlite3.c", Mode: 0o644, Data: []byte(Upstream)})
	for ext, data := range map[string][]byte{".zip": t.Zip(), ".mod": mod, ".info": []byte(`{"Version":"v` + b.config.Version + `","Time":"2026-11-23T00:00:00Z"}` + "\n")} {
		b.payload["gosqlite_v"+b.config.Version+ext] = &Payload{manifest.Module, "", data}
	}
}

func (b *builder) manifest() {
	m := &manifest.Manifest{Version: b.config.Version, Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	for name, p := range b.payload {
		m.Files = append(m.Files, manifest.File{Name: name, Kind: p.Kind, Platform: p.Platform, Size: int64(len(p.Data)), SHA256: sha256.Sum256(p.Data)})
	}
	slices.SortFunc(m.Files, func(x, y manifest.File) int { return strings.Compare(x.Name, y.Name) })
	call(b.hooks.Manifest, m)
	text, err := m.Encode()
	must(err)
	if b.hooks.Text != nil {
		text = b.hooks.Text(manifest.FileName, text)
	}
	sums, err := m.EncodeSums(text)
	must(err)
	b.files[manifest.FileName], b.files[manifest.SumsName] = text, sums
}

// policy is the one under which the release passes, with everything demanded that it has. Inputs are the user's.
func (b *builder) policy() *policy.File {
	p := &policy.File{Schema: policy.Schema, Builder: "https://example.org/builder"}
	release := []trust.Role{trust.Release}
	if b.config.Certificate {
		p.Authorities = append(p.Authorities, policy.Authority{
			Name: "code CA", Certificates: []string{b.keys.Intermediate.PEM(), b.keys.Root.PEM()}, Roles: release, Identities: []string{Identity},
		})
	} else {
		p.Keys = append(p.Keys, policy.Key{Name: "release", PEM: PublicPEM(b.keys.Release), Roles: release, From: "2026-01-01T00:00:00Z", Until: "2028-01-01T00:00:00Z"})
	}
	for i, k := range b.keys.Reproducers {
		p.Keys = append(p.Keys, policy.Key{Name: fmt.Sprintf("reproducer %d", i+1), PEM: PublicPEM(k), Roles: []trust.Role{trust.Reproducer}})
	}
	p.Authorities = append(p.Authorities, policy.Authority{Name: "embedded CA", Certificates: []string{b.keys.CodeRoot.PEM()}, Roles: []trust.Role{trust.Code}})
	for i, root := range b.keys.TSARoot {
		p.Timestamps = append(p.Timestamps, policy.Stamps{Name: fmt.Sprintf("TSA %d", i+1), Certificates: []string{root.PEM()}})
	}
	p.Require = policy.Require{
		MinimumVersion: "1.0.0", Timestamps: 2, Reproduced: 2,
		Evidence: []policy.Evidence{policy.SBOM, policy.Debug, policy.Commit, policy.Tag, policy.Ledger, policy.SignedSBOM, policy.SignedArchives, policy.Module, policy.VEX, policy.Notes, policy.API},
	}
	if b.config.Logged {
		for _, l := range b.keys.Logs {
			p.Logs = append(p.Logs, policy.Log{Name: l.Origin, Origin: l.Origin, PEM: l.PublicPEM()})
		}
		p.Require.LogEntries = len(p.Logs)
	}
	return p
}
