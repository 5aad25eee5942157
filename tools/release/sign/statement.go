// SPDX-License-Identifier: MIT

package sign

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
)

// StatementSuffix ends the name of a file with a statement.
const StatementSuffix = ".intoto.json"

// Statement signs a statement that something else made, such as that a release was reproduced, and writes its bundle beside
// it. The file is an in-toto Statement v1 in canonical JSON, about files with their SHA-256; what it says is for its reader
// to judge.
func Statement(ctx context.Context, file string, w *bundle.Writer) error {
	if !strings.HasSuffix(file, StatementSuffix) {
		return action.UsageError("statement %s: its name has to end with %s", file, StatementSuffix)
	}
	text, err := readLimited(file, bundle.MaxStatement)
	if err != nil {
		return err
	}
	if err := checkStatement(text); err != nil {
		return action.Reject(fmt.Errorf("%s: %w", filepath.Base(file), err))
	}
	signed, err := w.Statement(ctx, text)
	if err != nil {
		return err
	}
	return writeText(BundleName(file, w.Identity), signed)
}

func checkStatement(text []byte) error {
	canonical, err := jcs.Transform(text)
	if err != nil {
		return err
	}
	if !bytes.Equal(append(canonical, '\n'), text) {
		return errors.New("it is not canonical JSON and a newline")
	}
	var s struct {
		Type          string               `json:"_type"`
		Subject       []provenance.Subject `json:"subject"`
		PredicateType string               `json:"predicateType"`
		Predicate     json.RawMessage      `json:"predicate"`
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Type != provenance.StatementType || s.PredicateType == "" || len(s.Predicate) == 0 || len(s.Subject) == 0 {
		return errors.New("it is no in-toto Statement v1 with a subject and a predicate")
	}
	for _, f := range s.Subject {
		if sum, err := hex.DecodeString(f.Digest[provenance.SHA256]); err != nil || len(sum) != 32 {
			return fmt.Errorf("subject %.80q has no SHA-256", f.Name)
		}
	}
	return nil
}

// NewWriter makes the bundles of an identity, which is checked as Release does it.
func (o *Options) NewWriter() (*bundle.Writer, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return &bundle.Writer{Identity: o.Release, Timestamps: o.Timestamps, Logs: o.Logs}, nil
}
