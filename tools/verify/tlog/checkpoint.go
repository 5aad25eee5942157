// SPDX-License-Identifier: MIT

package tlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Limits of a checkpoint.
const (
	maxCheckpoint = 64 << 10 // bytes
	maxSignatures = 32
)

// A checkpoint is the root that a log signs, with the signatures on it.
type checkpoint struct {
	text       string // that is signed
	origin     string
	size       int64
	root       [32]byte
	signatures []note
}

// A note is one signature: of the log itself, or of a witness.
type note struct {
	name string
	text []byte // after the four bytes that hint at the key
}

// parseCheckpoint reads
//
//	ORIGIN
//	SIZE
//	ROOT
//	[more lines]
//
//	— NAME BASE64
//
// in which SIZE is decimal and ROOT base64 of 32 bytes.
func parseCheckpoint(envelope string) (*checkpoint, error) {
	if len(envelope) > maxCheckpoint {
		return nil, fmt.Errorf("checkpoint: %d bytes, at most %d", len(envelope), maxCheckpoint)
	}
	at := strings.LastIndex(envelope, "\n\n")
	if at < 0 || !strings.HasSuffix(envelope, "\n") {
		return nil, errors.New("checkpoint: it is no signed note")
	}
	c := &checkpoint{text: envelope[:at+1]}
	lines := strings.Split(envelope[:at], "\n")
	if len(lines) < 3 || lines[0] == "" {
		return nil, errors.New("checkpoint: origin, size and root are needed")
	}
	var err error
	c.origin = lines[0]
	if c.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.size < 0 || strconv.FormatInt(c.size, 10) != lines[1] {
		return nil, fmt.Errorf("checkpoint: size %.30q", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(c.root) {
		return nil, fmt.Errorf("checkpoint: root %.60q", lines[2])
	}
	c.root = [32]byte(root)
	for line := range strings.Lines(envelope[at+2:]) {
		rest, dash := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "— ")
		name, text, ok := strings.Cut(rest, " ")
		raw, err := base64.StdEncoding.DecodeString(text)
		if !dash || !ok || err != nil || len(raw) < 5 || len(c.signatures) == maxSignatures {
			return nil, errors.New("checkpoint: a malformed signature, or too many")
		}
		c.signatures = append(c.signatures, note{name, raw[4:]})
	}
	return c, nil
}

// signedBy says whether a log signed under its own name.
func (c *checkpoint) signedBy(l *Log) bool {
	if c.origin != l.Origin {
		return false
	}
	for _, n := range c.signatures {
		if n.name == l.Origin && l.Key.VerifyText([]byte(c.text), n.text) == nil {
			return true
		}
	}
	return false
}
