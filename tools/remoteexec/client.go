// SPDX-License-Identifier: MIT

package remoteexec

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/remoteexec/reapi"
)

// Client makes a client of the server whose folder is dir. Token is the name of one of its tokens; without one the client
// is anybody, and calls the instance that everybody reads.
func Client(dir, token string) (*reapi.Client, error) {
	trusted, err := os.ReadFile(filepath.Join(dir, "tls/server.crt"))
	if err != nil {
		return nil, fmt.Errorf("read server's certificate: %w", err)
	}
	url, err := os.ReadFile(filepath.Join(dir, "url"))
	if err != nil {
		return nil, fmt.Errorf("read server's address: %w", err)
	}
	instance := publicInstance
	var secret []byte
	if token != "" {
		instance = mainInstance
		if secret, err = os.ReadFile(filepath.Join(dir, "token", token)); err != nil {
			return nil, fmt.Errorf("read token: %w", err)
		}
	}
	return reapi.New(strings.TrimSpace(string(url)), instance, string(secret), trusted)
}

// Blobs lists what the server whose folder is dir has stored: files named DIR/cas/cas/objects/HH/REST, where HH and REST
// make the SHA-256.
func Blobs(dir string) ([]reapi.Digest, error) {
	var all []reapi.Digest
	objects := filepath.Join(dir, "cas/cas/objects")
	err := filepath.WalkDir(objects, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		all = append(all, reapi.Digest{Hash: filepath.Base(filepath.Dir(path)) + entry.Name(), Size: info.Size()})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list blobs: %w", err)
	}
	return all, nil
}
