// SPDX-License-Identifier: MIT

package sign

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

// maxText bounds the texts of a payload that are read whole, in bytes.
const maxText = 16 << 20

// A payload is a release before it is signed, copied and held against its manifest while it was copied: what is signed is
// what lies in the copy.
type payload struct {
	manifest   *manifest.Manifest
	digest     [32]byte // of manifest.json
	provenance []byte
	source     []byte // the list of source files in the provenance
}

// copyPayload copies the payload in from to the empty folder to. The payload is manifest.json, SHA256SUMS, the provenance and
// exactly the files that the manifest lists; everything else is the verdict of a check (action.Rejected).
func copyPayload(from, to string) (*payload, error) {
	// A folder that is not there is a slip of the pen, and no verdict on a payload.
	if _, err := os.ReadDir(from); err != nil {
		return nil, fmt.Errorf("read payload: %w", err)
	}
	text, err := readText(filepath.Join(from, manifest.FileName))
	if err != nil {
		return nil, err
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return nil, action.Reject(err)
	}
	if again, err := m.Encode(); err != nil || !bytes.Equal(again, text) {
		return nil, action.Reject(errors.New("manifest.json is not the text that its values have"))
	}
	if err := checkNames(from, m); err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		if err := copyFile(filepath.Join(from, f.Name), filepath.Join(to, f.Name), f); err != nil {
			return nil, err
		}
	}
	sums, err := readText(filepath.Join(from, manifest.SumsName))
	if err != nil {
		return nil, err
	}
	if want, err := m.EncodeSums(text); err != nil || !bytes.Equal(want, sums) {
		return nil, action.Reject(errors.New("SHA256SUMS does not agree with manifest.json"))
	}
	p := &payload{manifest: m, digest: sha256.Sum256(text)}
	if p.provenance, err = readText(filepath.Join(from, provenance.FileName)); err != nil {
		return nil, err
	}
	if p.source, err = checkProvenance(p.provenance, m); err != nil {
		return nil, action.Reject(fmt.Errorf("%s: %w", provenance.FileName, err))
	}
	for name, text := range map[string][]byte{manifest.FileName: text, manifest.SumsName: sums, provenance.FileName: p.provenance} {
		if err := writeText(filepath.Join(to, name), text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// checkNames wants the payload's files and nothing beside them. Links to files are followed, since Bazel makes folders of
// links.
func checkNames(dir string, m *manifest.Manifest) error {
	missing := map[string]bool{manifest.FileName: true, manifest.SumsName: true, provenance.FileName: true}
	for _, f := range m.Files {
		missing[f.Name] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read payload: %w", err)
	}
	for _, e := range entries {
		if !missing[e.Name()] {
			return action.Reject(fmt.Errorf("%s is not in the manifest; a payload holds the listed files and nothing else", e.Name()))
		}
		delete(missing, e.Name())
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		return action.Reject(fmt.Errorf("%s is missing in the payload", name))
	}
	return nil
}

// copyFile copies a listed file and refuses bytes that are not the listed ones.
func copyFile(from, to string, f manifest.File) error {
	r, err := openRegular(from)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	return action.WriteFile(to, 0o644, func(w io.Writer) error {
		n, err := io.Copy(io.MultiWriter(w, h), io.LimitReader(r, f.Size+1))
		if err != nil {
			return fmt.Errorf("copy %s: %w", f.Name, err)
		}
		if n != f.Size || !bytes.Equal(h.Sum(nil), f.SHA256[:]) {
			return action.Reject(fmt.Errorf("%s is not the file that the manifest lists: its size or digest differs", f.Name))
		}
		return nil
	})
}

// checkProvenance wants a statement about exactly the manifest's files; it returns the list of source files.
func checkProvenance(text []byte, m *manifest.Manifest) ([]byte, error) {
	canonical, err := jcs.Transform(text)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(append(canonical, '\n'), text) {
		return nil, errors.New("it is not canonical JSON and a newline")
	}
	var s provenance.Statement
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	if s.Type != provenance.StatementType || s.PredicateType != provenance.PredicateType || s.Predicate.BuildDefinition.BuildType != provenance.BuildType {
		return nil, errors.New("it is no provenance of this build type")
	}
	if p := s.Predicate.BuildDefinition.ExternalParameters; p.Version != m.Version {
		return nil, fmt.Errorf("it is about version %q, the manifest about %q", p.Version, m.Version)
	}
	if len(s.Subject) != len(m.Files) {
		return nil, fmt.Errorf("it has %d subjects, the manifest %d files", len(s.Subject), len(m.Files))
	}
	for i, f := range m.Files {
		if d := s.Subject[i]; d.Name != f.Name || len(d.Digest) != 1 || d.Digest[provenance.SHA256] != hex.EncodeToString(f.SHA256[:]) {
			return nil, fmt.Errorf("subject %d is not %s as the manifest lists it", i+1, f.Name)
		}
	}
	for _, r := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if sum := sha256.Sum256(r.Content); r.Name == provenance.SourceName && r.Digest[provenance.SHA256] == hex.EncodeToString(sum[:]) {
			return r.Content, nil
		}
	}
	return nil, errors.New("it has no list of source files with its digest")
}

func openRegular(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = action.Reject(fmt.Errorf("read %s: not a regular file", name))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readText reads a file of the payload. One that is missing is the verdict of a check.
func readText(name string) ([]byte, error) {
	text, err := readLimited(name, maxText)
	if errors.Is(err, fs.ErrNotExist) {
		err = action.Reject(fmt.Errorf("%s is missing in the payload", filepath.Base(name)))
	}
	return text, err
}

func readLimited(name string, limit int64) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = action.Reject(fmt.Errorf("read %s: larger than %d bytes", name, limit))
	}
	return text, err
}

func writeText(name string, text []byte) error {
	return action.WriteFile(name, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}
