// SPDX-License-Identifier: MIT

// Package execlog reads Bazel's compact execution log, as --execution_log_compact_file writes it: a zstd stream of
// ExecLogEntry messages, each after its length as a varint. The messages are those of
// https://github.com/bazelbuild/bazel/blob/7.7.1/src/main/protobuf/spawn.proto; fields of later versions (8, 9) are
// read too. Fields that say nothing about what an action did, such as metrics, are skipped.
package execlog

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/klauspost/compress/zstd"
)

// Limits on what a log may hold.
const (
	maxEntry   = 256 << 20 // bytes of one message
	maxEntries = 1 << 24
	maxLog     = 4 << 30   // bytes of all messages
	maxMemory  = 128 << 20 // window of the zstd stream
)

// File is a path below the execution root with the digest of its content.
type File struct {
	Path    string
	Hash    string // lower-case hexadecimal; empty for an empty file
	Size    int64
	Symlink string // target of a symbolic link that is an artifact itself
}

// Same tells whether two files have equal content, whatever their paths.
func (f File) Same(g File) bool {
	return f.Hash == g.Hash && f.Size == g.Size && f.Symlink == g.Symlink
}

// Spawn is one executed command.
type Spawn struct {
	Mnemonic, Label string
	Args            []string
	Env             []string // NAME=VALUE, in the order of the log
	Outputs         []File   // files of output folders one by one; sorted by path
	Missing         []string // declared outputs that were not made
	Runner          string   // such as linux-sandbox; "disk cache hit" if it did not run
	CacheHit        bool
	ExitCode        int32
	Status          string // empty if it succeeded

	inputs uint32
}

// Primary is the path of the first output, which names an action together with its mnemonic and label.
func (s *Spawn) Primary() string {
	if len(s.Outputs) > 0 {
		return s.Outputs[0].Path
	}
	if len(s.Missing) > 0 {
		return s.Missing[0]
	}
	return ""
}

// Log is a read log. Spawns are in the order in which they ended.
type Log struct {
	HashFunction string
	Spawns       []*Spawn
	// Symlinks maps the output of each symlink action, which runs no command, to what it points to.
	Symlinks map[string]string

	entries map[uint32]entry
}

// entry is what other entries refer to by number.
type entry struct {
	files  []File   // a file, a folder's files, or a link
	direct []uint32 // members of a set
	sets   []uint32 // sets within a set
	print  [32]byte // digest of all that the entry holds, directly or not
}

// Read reads a whole log.
func Read(r io.Reader) (*Log, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(maxMemory), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("read execution log: %w", err)
	}
	defer z.Close()
	whole := &io.LimitedReader{R: z, N: maxLog}
	in := bufio.NewReaderSize(whole, 1<<16)
	log := &Log{Symlinks: map[string]string{}, entries: map[uint32]entry{}}
	for n := 0; ; n++ {
		size, err := binary.ReadUvarint(in)
		if whole.N == 0 {
			return nil, fmt.Errorf("read execution log: more than %d bytes unpacked", int64(maxLog))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read execution log: entry %d: %w", n, err)
		}
		if size > maxEntry || n >= maxEntries {
			return nil, fmt.Errorf("read execution log: entry %d has %d bytes; at most %d entries of %d bytes are read", n, size, maxEntries, maxEntry)
		}
		message, err := readMessage(in, int64(size))
		if err != nil {
			return nil, fmt.Errorf("read execution log: entry %d: %w", n, err)
		}
		if err := log.add(message); err != nil {
			return nil, fmt.Errorf("read execution log: entry %d: %w", n, err)
		}
	}
	return log, nil
}

// readMessage takes memory as the bytes arrive, not by what the length claims.
func readMessage(in io.Reader, size int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, size))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) < size {
		return nil, errors.New("the log ends in the middle of an entry; the build was killed, or the file was not copied whole")
	}
	return b, nil
}

// Inputs gives the inputs of a spawn, sorted by path.
func (l *Log) Inputs(s *Spawn) ([]File, error) {
	found := map[string]File{}
	seen := map[uint32]bool{}
	todo := []uint32{s.inputs}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if id == 0 || seen[id] {
			continue
		}
		seen[id] = true
		e, ok := l.entries[id]
		if !ok {
			return nil, fmt.Errorf("list inputs of %s %s: entry %d is not in the log", s.Mnemonic, s.Label, id)
		}
		for _, f := range e.files {
			found[f.Path] = f
		}
		todo = append(append(todo, e.direct...), e.sets...)
	}
	out := make([]File, 0, len(found))
	for _, f := range found {
		out = append(out, f)
	}
	sortFiles(out)
	return out, nil
}

// fingerprint digests an entry and, through their fingerprints, all entries it refers to. A log holds what an entry
// refers to before it, so that a reference that leads nowhere yet is an error, and no circle can arise.
func (l *Log) fingerprint(e entry) ([32]byte, error) {
	h := sha256.New()
	for _, f := range e.files {
		fmt.Fprintf(h, "file %q %q %d %q\n", f.Path, f.Hash, f.Size, f.Symlink)
	}
	for _, ids := range [][]uint32{e.direct, e.sets} {
		for _, id := range ids {
			if id == 0 {
				continue // no entry: runfiles without links
			}
			sub, ok := l.entries[id]
			if !ok {
				return [32]byte{}, fmt.Errorf("it refers to entry %d, which is not in the log before it", id)
			}
			h.Write(sub.print[:])
		}
		h.Write([]byte{'\n'})
	}
	return [32]byte(h.Sum(nil)), nil
}

// SameInputs tells without listing them that the inputs of two spawns are equal. False says nothing: equal files may
// be grouped in two ways.
func SameInputs(a *Log, s *Spawn, b *Log, t *Spawn) bool {
	x, okA := a.entries[s.inputs]
	y, okB := b.entries[t.inputs]
	return okA && okB && x.print == y.print || s.inputs == 0 && t.inputs == 0
}

func sortFiles(files []File) {
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
}
