// SPDX-License-Identifier: MIT

package remoteexec

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/remotecache/certificate"
)

var (
	//go:embed buildgrid.yml.tmpl
	configText string
	//go:embed acl.yml
	accessText string

	configTemplate = template.Must(template.New("buildgrid.yml").Parse(configText))
)

// config is BuildGrid's configuration.
func (s *Server) config() (string, error) {
	var text strings.Builder
	err := configTemplate.Execute(&text, struct {
		Address, Dir, Audience, Database string
		RedisPort                        int
	}{s.address.String(), s.Dir, Audience, s.database(), s.redis})
	if err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	return text.String(), nil
}

// writeFiles writes what the processes and Bazel read.
func (s *Server) writeFiles() error {
	config, err := s.config()
	if err != nil {
		return err
	}
	ip := net.IP(s.address.Addr().AsSlice())
	cert, key, err := certificate.Make("gosqlite build server", ip, s.options.Now(), s.options.Random)
	if err != nil {
		return err
	}
	s.trusted = cert
	password := make([]byte, 32)
	if _, err := io.ReadFull(s.options.Random, password); err != nil {
		return fmt.Errorf("make password: %w", err)
	}
	s.redisPassword = hex.EncodeToString(password)
	files := map[string]string{
		"buildgrid.yml":      config,
		"acl.yml":            accessText,
		"redis.conf":         s.redisConfig(),
		"tls/server.crt":     string(cert),
		"tls/server.key":     string(key),
		"tls/redis.password": s.redisPassword,
	}
	if err := s.tokens(files); err != nil {
		return err
	}
	s.settings(files)
	files["url"] = s.URL + "\n"
	files["bin/bwrap"] = bwrap(s.options.Self, filepath.Join(s.options.Programs, "debian/usr/bin/bwrap"))
	for name, text := range files {
		path := filepath.Join(s.Dir, name)
		if err := action.WriteText(path, text, 0o600); err != nil {
			return err
		}
		// These are programs.
		if dir := filepath.Dir(name); dir == "credential" || dir == "bin" {
			if err := os.Chmod(path, 0o700); err != nil {
				return fmt.Errorf("write %s: %w", path, err)
			}
		}
	}
	return nil
}

// tokens adds the tokens, and the key that verifies them. The key that signs is kept nowhere.
func (s *Server) tokens(files map[string]string) error {
	signer, err := newSigner(s.options.Random)
	if err != nil {
		return err
	}
	public, err := signer.publicKey()
	if err != nil {
		return err
	}
	files["tls/token.pub"] = string(public)
	now := s.options.Now()
	for _, t := range []struct {
		name, subject string
		from, until   time.Time
	}{
		{SubjectCI, SubjectCI, now, now.Add(tokenValidity)},
		{SubjectReader, SubjectReader, now, now.Add(tokenValidity)},
		{SubjectWorker, SubjectWorker, now, now.Add(tokenValidity)},
		{"expired", SubjectCI, now.Add(-2 * time.Hour), now.Add(-time.Hour)},
	} {
		if files["token/"+t.name], err = signer.token(t.subject, t.from, t.until); err != nil {
			return err
		}
	}
	return nil
}
