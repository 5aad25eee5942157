// SPDX-License-Identifier: MIT

package ledger

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

// StatementType is the predicate type of a statement whose predicate is a ledger, and StatementName its name in a release.
const (
	StatementType = "https://github.com/gosqlite/gosqlite/blob/main/docs/reproducing.md#ledger-1"
	StatementName = "ledger.intoto.json"
)

// maxStatement bounds a statement, in bytes: verifiers read bundles of 4 MiB, in which it stands as base64.
const maxStatement = 3 << 20

// Statement is the in-toto statement that binds the ledger to the release whose manifest.json is among its files: the
// subjects are the manifest and all that it lists. The text is canonical JSON and a newline. A release whose files are not
// those of the ledger is an error.
func (l *Ledger) Statement(manifestText []byte) ([]byte, error) {
	subjects, err := Subjects(manifestText)
	if err != nil {
		return nil, fmt.Errorf("state ledger: %w", err)
	}
	for _, s := range subjects {
		i := slices.IndexFunc(l.Build.Files, func(f File) bool { return f.Name == s.Name })
		if i < 0 || l.Build.Files[i].SHA256 != s.Digest[provenance.SHA256] {
			return nil, fmt.Errorf("state ledger: %s of the manifest is not the file of that name in the ledger", s.Name)
		}
	}
	folded, err := l.Fold()
	if err != nil {
		return nil, err
	}
	return Statement(subjects, StatementType, folded)
}

// Statement is an in-toto Statement v1 in canonical JSON and a newline.
func Statement(subjects []provenance.Subject, kind string, predicate any) ([]byte, error) {
	text, err := jcs.File(map[string]any{"_type": provenance.StatementType, "subject": subjects, "predicateType": kind, "predicate": predicate})
	if err != nil {
		return nil, fmt.Errorf("write statement: %w", err)
	}
	if len(text) > maxStatement {
		return nil, fmt.Errorf("write statement: %d bytes; at most %d can be verified", len(text), maxStatement)
	}
	return text, nil
}

// Subjects are a manifest and the files that it lists, ordered by name.
func Subjects(manifestText []byte) ([]provenance.Subject, error) {
	m, err := manifest.Parse(manifestText)
	if err != nil {
		return nil, err
	}
	out := []provenance.Subject{{Name: manifest.FileName, Digest: provenance.Digest{provenance.SHA256: sum(manifestText)}}}
	for _, f := range m.Files {
		out = append(out, provenance.Subject{Name: f.Name, Digest: provenance.Digest{provenance.SHA256: hex.EncodeToString(f.SHA256[:])}})
	}
	slices.SortFunc(out, func(a, b provenance.Subject) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// ReadManifest reads the text of a manifest from a file.
func ReadManifest(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w; a release has one", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, manifest.MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return text, nil
}
