// SPDX-License-Identifier: MIT

package signtest

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/archive"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

// ReleaseTime is the date of the payload.
var ReleaseTime = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Names in the payload.
const (
	Version = "1.2.3"
	Linux   = "gosqlite_1.2.3_linux_amd64.tar.gz"
	Windows = "gosqlite_1.2.3_windows_amd64.zip"
	Darwin  = "gosqlite_1.2.3_darwin_arm64.tar.gz"
	Debug   = "gosqlite_1.2.3_linux_amd64_debug.tar.gz"
	SBOM    = "gosqlite_1.2.3_linux_amd64.cdx.json"
	Notes   = "notes.md"
)

// kinds are what the manifest says of the files.
var kinds = map[string]manifest.File{
	Linux:   {Kind: manifest.Archive, Platform: "linux_amd64"},
	Debug:   {Kind: manifest.Debug, Platform: "linux_amd64"},
	Windows: {Kind: manifest.Archive, Platform: "windows_amd64"},
	Darwin:  {Kind: manifest.Archive, Platform: "darwin_arm64"},
	SBOM:    {Kind: manifest.SBOM, Platform: "linux_amd64"},
	Notes:   {Kind: manifest.Notes},
}

// Source is the tree that the payload claims to be made from.
var Source = map[string]string{
	"go.mod": "module github.com/gosqlite/gosqlite\n", "driver/driver.go": "package driver\n", "cmd/main.go": "package main\n",
}

// Files are the files of the payload by their names.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{
		SBOM:  []byte(`{"bomFormat":"CycloneDX","specVersion":"1.7","version":1}` + "\n"),
		Notes: []byte("# Notes\n"),
	}
	for name, program := range map[string][]byte{
		Linux: []byte("\x7fELF and more"), Debug: []byte("\x7fELF and symbols"),
		Windows: PE("windows"), Darwin: MachO("darwin", "gosqlite"),
	} {
		text, err := pack(name, program)
		if err != nil {
			return nil, err
		}
		files[name] = text
	}
	return files, nil
}

// pack is a release archive with a program.
func pack(name string, program []byte) ([]byte, error) {
	a := &archive.Archive{}
	exe := ""
	if name == Windows {
		exe = ".exe"
	}
	for path, contents := range map[string][]byte{"LICENSE": []byte("MIT\n"), "bin/gosqlite" + exe: program} {
		if err := a.Add(path, archive.Bytes(contents)); err != nil {
			return nil, err
		}
	}
	a.SetTime(ReleaseTime)
	a.AddPrefix("gosqlite_1.2.3")
	var b bytes.Buffer
	write := a.WriteTarGzip
	if name == Windows {
		write = a.WriteZip
	}
	err := write(&b)
	return b.Bytes(), err
}

// WritePayload makes a payload in a folder that is not there yet.
func WritePayload(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	files, err := Files()
	if err != nil {
		return err
	}
	m := &manifest.Manifest{Version: Version, Time: ReleaseTime}
	for name, contents := range files {
		f := kinds[name]
		f.Name, f.Size, f.SHA256 = name, int64(len(contents)), sha256.Sum256(contents)
		m.Files = append(m.Files, f)
	}
	if files[manifest.FileName], err = m.Encode(); err != nil {
		return err
	}
	if files[manifest.SumsName], err = m.EncodeSums(files[manifest.FileName]); err != nil {
		return err
	}
	if files[provenance.FileName], err = statement(m); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func statement(m *manifest.Manifest) ([]byte, error) {
	files := map[string][32]byte{}
	for name, text := range Source {
		files[name] = sha256.Sum256([]byte(text))
	}
	source, err := provenance.Source(files)
	if err != nil {
		return nil, err
	}
	s, err := provenance.New(m, "//:release_all", []provenance.Resource{source})
	if err != nil {
		return nil, err
	}
	return s.Encode()
}
