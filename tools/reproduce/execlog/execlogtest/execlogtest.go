// SPDX-License-Identifier: MIT

// Package execlogtest writes compact execution logs for tests. Nothing else imports it.
package execlogtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protowire"
)

// Spawn is one command; files are maps from path to content.
type Spawn struct {
	Mnemonic, Label string
	Args            []string
	Env             map[string]string
	Inputs, Outputs map[string]string
	Runner, Status  string
	CacheHit        bool
	Missing         string
}

// Writer collects entries. Old writes the field numbers of Bazel 7.1 for sets and outputs.
type Writer struct {
	Old  bool
	body []byte
	id   uint32
}

// Log encodes spawns.
func Log(spawns ...Spawn) []byte {
	w := &Writer{}
	w.Start("SHA-256")
	for _, s := range spawns {
		w.Spawn(s)
	}
	return w.Bytes()
}

// Bytes gives the compressed log.
func (w *Writer) Bytes() []byte {
	b := new(bytes.Buffer)
	z, err := zstd.NewWriter(b, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	_, _ = z.Write(w.body)
	_ = z.Close()
	return b.Bytes()
}

// Raw adds an entry as it is.
func (w *Writer) Raw(entry []byte) {
	w.body = append(protowire.AppendVarint(w.body, uint64(len(entry))), entry...)
}

// Start adds the invocation entry.
func (w *Writer) Start(hash string) { w.Raw(Field(nil, 2, Field(nil, 1, []byte(hash)))) }

// Entry adds an entry that others refer to, and gives its number.
func (w *Writer) Entry(kind protowire.Number, body []byte) uint32 {
	w.id++
	w.Raw(Field(Number(nil, 1, uint64(w.id)), kind, body))
	return w.id
}

// File adds a file and gives its number.
func (w *Writer) File(path, content string) uint32 {
	return w.Entry(3, FileBody(path, content))
}

// FileBody encodes a File message.
func FileBody(path, content string) []byte {
	sum := sha256.Sum256([]byte(content))
	digest := Number(Field(nil, 1, []byte(hex.EncodeToString(sum[:]))), 2, uint64(len(content)))
	return Field(Field(nil, 1, []byte(path)), 2, digest)
}

// Set adds an input set: members packed, as Bazel writes them.
func (w *Writer) Set(direct, sets []uint32) uint32 {
	field := protowire.Number(5)
	if w.Old {
		field = 1
	}
	return w.Entry(6, Field(Field(nil, field, packed(direct)), 4, packed(sets)))
}

// Spawn adds a command with its files.
func (w *Writer) Spawn(s Spawn) {
	var b []byte
	for _, a := range s.Args {
		b = Field(b, 1, []byte(a))
	}
	for k, v := range s.Env {
		b = Field(b, 2, Field(Field(nil, 1, []byte(k)), 2, []byte(v)))
	}
	var in []uint32
	for p, c := range s.Inputs {
		in = append(in, w.File(p, c))
	}
	if len(in) > 0 {
		b = Number(b, 4, uint64(w.Set(nil, []uint32{w.Set(in, nil)})))
	}
	field := protowire.Number(5)
	if w.Old {
		field = 1
	}
	for p, c := range s.Outputs {
		b = Field(b, 6, Number(nil, field, uint64(w.File(p, c))))
	}
	if s.Missing != "" {
		b = Field(b, 6, Field(nil, 4, []byte(s.Missing)))
	}
	b = Field(Field(b, 7, []byte(s.Label)), 8, []byte(s.Mnemonic))
	b = Field(Field(b, 10, []byte(s.Status)), 11, []byte(s.Runner))
	if s.CacheHit {
		b = Number(b, 12, 1)
	}
	w.Raw(Field(nil, 7, b))
}

// Field appends a field of bytes.
func Field(b []byte, n protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
}

// Number appends a field that is a number.
func Number(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}

func packed(ids []uint32) []byte {
	var b []byte
	for _, id := range ids {
		b = protowire.AppendVarint(b, uint64(id))
	}
	return b
}
