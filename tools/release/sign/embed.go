// SPDX-License-Identifier: MIT

package sign

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/sign/attach"
	"github.com/gosqlite/gosqlite/tools/release/sign/authenticode"
	"github.com/gosqlite/gosqlite/tools/release/sign/codesign"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/jsf"
)

// documents writes a signed copy of each CycloneDX SBOM.
func (r *run) documents() error {
	for _, f := range r.payload.manifest.Files {
		if f.Kind != manifest.SBOM || !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		text, err := readLimited(filepath.Join(r.dir, f.Name), maxDocument)
		if err != nil {
			return err
		}
		if !jsf.IsCycloneDX(text) {
			continue
		}
		signed, err := jsf.Sign(text, r.Release)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if err := writeText(filepath.Join(r.dir, f.Name+".signed.json"), signed); err != nil {
			return err
		}
	}
	return nil
}

// maxDocument bounds an SBOM, in bytes.
const maxDocument = 256 << 20

// programs signs the programs in archives for Windows and macOS, for which there is an identity, and gives the list of
// what was made; nil when nothing was.
func (r *run) programs(ctx context.Context) ([]byte, error) {
	list := &attach.List{Version: r.payload.manifest.Version, Manifest: attach.Hex(r.payload.digest)}
	for _, f := range r.payload.manifest.Files {
		system, _, _ := strings.Cut(f.Platform, "_")
		if f.Kind != manifest.Archive || r.codeSigner(system) == nil {
			continue
		}
		signed, err := r.archive(ctx, f, r.codeSigner(system))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		list.Files = append(list.Files, *signed)
	}
	if len(list.Files) == 0 {
		return nil, nil
	}
	text, err := list.Encode()
	if err != nil {
		return nil, err
	}
	return text, writeText(filepath.Join(r.dir, attach.ListName), text)
}

// codeSigner is who signs the programs of a system; nil when nobody does.
func (r *run) codeSigner(system string) *identity.Identity {
	switch system {
	case "windows":
		return r.Authenticode
	case "darwin":
		return r.Apple
	}
	return nil
}

// archive makes the signed twin of an archive and stores the signatures by themselves.
func (r *run) archive(ctx context.Context, f manifest.File, id *identity.Identity) (*attach.Signed, error) {
	text, err := readLimited(filepath.Join(r.dir, f.Name), attach.MaxArchive)
	if err != nil {
		return nil, err
	}
	_, format, err := attach.SplitName(f.Name)
	if err != nil {
		return nil, err
	}
	a, err := attach.Read(text, format)
	if err != nil {
		return nil, err
	}
	signed := &attach.Signed{Unsigned: attach.Unsigned{Name: f.Name, SHA256: attach.Hex(f.SHA256)}}
	if signed.Name, err = attach.SignedName(f.Name); err != nil {
		return nil, err
	}
	signatures, err := r.signPrograms(ctx, a.Programs(), id)
	if err != nil {
		return nil, err
	}
	for _, s := range signatures {
		name := attach.EmbeddedName(f.Name, s.Path, s.Extension)
		if err := r.store(name, s.Text); err != nil {
			return nil, err
		}
		signed.Signatures = append(signed.Signatures, attach.Embedded{Path: s.Path, File: name, SHA256: attach.Hex(sha256.Sum256(s.Text))})
	}
	if err := a.Attach(signatures); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := a.Write(&out); err != nil {
		return nil, err
	}
	signed.Size, signed.SHA256 = int64(out.Len()), attach.Hex(sha256.Sum256(out.Bytes()))
	return signed, writeText(filepath.Join(r.dir, signed.Name), out.Bytes())
}

func (r *run) signPrograms(ctx context.Context, programs []attach.Program, id *identity.Identity) ([]attach.Signature, error) {
	if len(programs) == 0 {
		return nil, fmt.Errorf("there is no program to sign in its bin folder")
	}
	var out []attach.Signature
	for _, p := range programs {
		var text []byte
		var err error
		switch p.Extension {
		case authenticode.Extension:
			text, err = authenticode.Sign(ctx, p.Contents, id, r.Timestamps)
		case codesign.Extension:
			text, err = codesign.Sign(p.Contents, path.Base(p.Path), id)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
		out = append(out, attach.Signature{Path: p.Path, Extension: p.Extension, Text: text})
	}
	return out, nil
}

// store writes a file below the folder, and the folders to it.
func (r *run) store(name string, text []byte) error {
	file := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return writeText(file, text)
}
