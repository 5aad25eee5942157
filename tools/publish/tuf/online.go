// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

// OnlineSchema identifies the file that names the online keys.
const OnlineSchema = "gosqlite-tuf-online/1"

// Online is who signs snapshot and timestamp. It is read from
//
//	{"schema": "gosqlite-tuf-online/1",
//	 "snapshot":  {"key": "snapshot.pem", "secret": "file:snapshot.pass", "days": 14},
//	 "timestamp": {"key": "timestamp.pem", "secret": "fd:3"}}
//
// key, secret and plugin are as in the signer's configuration, and names of files are relative to the file's folder. days
// has the default of Days where it is left out.
type Online struct {
	Days Days
	Open func(ctx context.Context, role string) (key.Key, error)
}

// Asking are surroundings in which secrets that no file or descriptor has are asked for at the terminal.
func Asking(stderr io.Writer) key.Surroundings {
	return key.Surroundings{Secrets: &secret.Reader{Prompt: secret.Terminal}, Stderr: stderr}
}

type onlineKey struct {
	Key    string `json:"key"`
	Secret string `json:"secret"`
	Plugin string `json:"plugin"`
	Days   *int   `json:"days"`
}

// ParseOnline reads the file that names the online keys; none is opened yet.
func ParseOnline(text []byte, dir string, s key.Surroundings) (*Online, error) {
	var file struct {
		Schema    string     `json:"schema"`
		Snapshot  *onlineKey `json:"snapshot"`
		Timestamp *onlineKey `json:"timestamp"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("read online keys: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || file.Schema != OnlineSchema || file.Snapshot == nil || file.Timestamp == nil {
		return nil, fmt.Errorf("read online keys: it is no object with schema %s, snapshot and timestamp", OnlineSchema)
	}
	days, references := Days{}, map[string]key.Reference{}
	for role, k := range map[string]*onlineKey{metadata.SNAPSHOT: file.Snapshot, metadata.TIMESTAMP: file.Timestamp} {
		ref := key.Reference{Name: k.Key, Secret: k.Secret, Plugin: k.Plugin}
		if k.Days != nil {
			days[role] = *k.Days
		}
		if err := ref.Check(); err != nil {
			return nil, fmt.Errorf("read online keys: %s: %w", role, err)
		}
		if !ref.InPlugin() && !filepath.IsAbs(ref.Name) {
			ref.Name = filepath.Join(dir, ref.Name)
		}
		if name, ok := strings.CutPrefix(ref.Secret, "file:"); ok && !filepath.IsAbs(name) {
			ref.Secret = "file:" + filepath.Join(dir, name)
		}
		references[role] = ref
	}
	if err := days.Check(); err != nil {
		return nil, fmt.Errorf("read online keys: %w", err)
	}
	return &Online{days, func(ctx context.Context, role string) (key.Key, error) { return references[role].Open(ctx, s) }}, nil
}
