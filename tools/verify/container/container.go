// SPDX-License-Identifier: MIT

// Package container reads the archives of a release as a stream, and lists everything in them that could make two
// programs unpack different things, or write outside of the folder that a user unpacks into.
//
// It accepts little: tar in USTAR form inside of one gzip member, and zip without extra fields, comments, zip64 or
// encryption, whose local headers agree with the central directory and leave no gap. Entries are regular files.
package container

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Limits of an archive.
const (
	MaxEntries  = 10_000
	MaxUnpacked = 8 << 30  // bytes of all entries
	freeBytes   = 64 << 20 // up to here any ratio will do
	maxRatio    = 100      // unpacked to packed bytes, beyond freeBytes
	maxName     = 255      // bytes
	HeadSize    = 64 << 10 // bytes of each program that Walk hands out
	maxHeads    = 32       // programs
)

// A Check is one question about an archive. Each is a rule of the verifier.
type Check string

// The checks.
const (
	CheckForm   Check = "archive-form"
	CheckNames  Check = "archive-names"
	CheckTypes  Check = "archive-types"
	CheckModes  Check = "archive-modes"
	CheckLimits Check = "archive-limits"
)

// A Fault is a question that was answered with no.
type Fault struct {
	Check  Check
	Class  string
	Detail string
}

// An Entry is a regular file in an archive.
type Entry struct {
	Name   string
	Mode   fs.FileMode
	Size   int64
	SHA256 [32]byte
	SHA512 [64]byte
	Head   []byte // the first HeadSize bytes of a program, otherwise nil
}

// An Archive is one that lies in a file.
type Archive struct {
	file   io.ReaderAt
	size   int64
	format format
}

// A format walks over an archive of its kind.
type format func(w *walk) error

var formats = []struct {
	suffix string
	format format
}{{".tar.gz", walkTar}, {".zip", walkZip}}

// Open names the archive that lies in file; the format goes by the end of its name.
func Open(file io.ReaderAt, size int64, name string) (*Archive, error) {
	for _, f := range formats {
		if strings.HasSuffix(name, f.suffix) {
			return &Archive{file, size, f.format}, nil
		}
	}
	return nil, fmt.Errorf("open archive %s: the name ends in neither .tar.gz nor .zip", name)
}

// Walk reads the whole archive once. The faults are all that it found; after one that leaves no way to go on, the rest of
// the archive is unread. The error is one of reading the file.
func (a *Archive) Walk() (entries []Entry, faults []Fault, err error) {
	w := &walk{archive: a, names: map[string]bool{}}
	heads := 0
	w.visit = func(e Entry, r io.Reader) error {
		short, long := sha256.New(), sha512.New()
		h := io.MultiWriter(short, long)
		e.Head = make([]byte, min(HeadSize, max(e.Size, 0)))
		n, err := io.ReadFull(r, e.Head)
		e.Head = e.Head[:n]
		h.Write(e.Head)
		var more int64
		if err == nil {
			more, err = io.Copy(h, r)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if got := int64(n) + more; got != e.Size {
			return fmt.Errorf("%q holds %d bytes, and its header says %d", e.Name, got, e.Size)
		}
		short.Sum(e.SHA256[:0])
		long.Sum(e.SHA512[:0])
		if heads < maxHeads && isProgram(e.Head) {
			heads++
		} else {
			e.Head = nil
		}
		entries = append(entries, e)
		return nil
	}
	err = w.run()
	return entries, w.faults, err
}

// isProgram tells programs, as package image reads them, by their first bytes.
func isProgram(head []byte) bool {
	for _, magic := range []string{"\x7fELF", "MZ", "\xcf\xfa\xed\xfe"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// ErrNotFound reports an entry that is not there.
var ErrNotFound = errors.New("the archive has no such entry")

// Read hands the contents of the first entry of a name to use.
func (a *Archive) Read(name string, use func(io.Reader) error) error {
	err := fmt.Errorf("%s: %w", name, ErrNotFound)
	w := &walk{archive: a, names: map[string]bool{}}
	w.visit = func(e Entry, r io.Reader) error {
		if e.Name != name {
			return nil
		}
		err = use(r) // kept apart: what use says is no fault of the archive
		return errDone
	}
	if failure := w.run(); failure != nil && !errors.Is(failure, errDone) {
		return failure
	}
	return err
}

// Each reads the whole archive once and hands every regular entry to use, which writes it somewhere. It stops at the
// first error of use, which is returned as it is. Only when there are no faults, what was written is the archive's.
func (a *Archive) Each(use func(Entry, io.Reader) error) (faults []Fault, err error) {
	w := &walk{archive: a, names: map[string]bool{}}
	var failed error
	w.visit = func(e Entry, r io.Reader) error {
		if failed = use(e, r); failed != nil {
			return errDone
		}
		return nil
	}
	if err = w.run(); failed != nil {
		err = failed
	}
	return w.faults, err
}

var (
	errDone  = errors.New("done")
	errLimit = errors.New("over the limit")
)

// A walk goes over an archive once.
type walk struct {
	archive *Archive
	visit   func(Entry, io.Reader) error
	faults  []Fault
	names   map[string]bool // folded
	entries int
	packed  int64 // bytes read of the file
	plain   int64 // bytes unpacked
}

func (w *walk) run() error {
	err := w.archive.format(w)
	var bad *formError
	switch {
	case errors.As(err, &bad):
		w.fault(CheckForm, "archive-malformed", "%s", bad.text)
		return nil
	case errors.Is(err, errLimit):
		return nil // a fault says so
	}
	return err
}

// A formError is a reason to stop that lies in the archive.
type formError struct{ text string }

func (e *formError) Error() string { return e.text }

func malformed(format string, args ...any) error { return &formError{fmt.Sprintf(format, args...)} }

func (w *walk) fault(check Check, class, format string, args ...any) {
	// By check: one that some files are excused from must not hide the others.
	count := 0
	for _, f := range w.faults {
		if f.Check == check {
			count++
		}
	}
	if count < 32 {
		w.faults = append(w.faults, Fault{check, class, fmt.Sprintf(format, args...)})
	}
}

// header judges what an entry's header says. It reports whether the entry is a regular file with contents to read.
func (w *walk) header(name string, mode fs.FileMode) (regular bool, err error) {
	w.entries++
	if w.entries > MaxEntries {
		w.fault(CheckLimits, "archive-bomb", "more than %d entries", MaxEntries)
		return false, errLimit
	}
	if why := badName(name); why != "" {
		w.fault(CheckNames, "archive-unsafe", "entry %.100q: %s", name, why)
	}
	if len(name) > maxName {
		return false, errLimit // names are kept
	}
	if folded := strings.ToLower(name); w.names[folded] {
		w.fault(CheckNames, "archive-duplicate", "entry %.100q stands twice, where case does not count", name)
	} else {
		w.names[folded] = true
	}
	if !mode.IsRegular() {
		w.fault(CheckTypes, "archive-unsafe", "entry %.100q is no regular file (%s)", name, mode.Type())
		return false, nil
	}
	if perm := mode.Perm(); mode&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) != 0 || perm&0o022 != 0 || perm&0o400 == 0 {
		w.fault(CheckModes, "archive-unsafe", "entry %.100q has the mode %v", name, mode)
	}
	return true, nil
}

// badName says what is wrong with the name of an entry.
func badName(name string) string {
	switch {
	case name == "" || len(name) > maxName:
		return "its length"
	case strings.ContainsAny(name, "\\:*?\"<>|") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r >= 0x7f }):
		return "a byte that some system takes for something else"
	case path.IsAbs(name) || path.Clean(name) != name || name == ".." || strings.HasPrefix(name, "../"):
		return "it leads elsewhere"
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || reserved(part) {
			return "Windows reads it as another name"
		}
	}
	return ""
}

// reserved tells names that Windows takes for devices, whatever follows after a full stop.
func reserved(part string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(part), ".")
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT"))
}

// limited counts what is unpacked, and stops at a bomb.
type limited struct {
	w *walk
	r io.Reader
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.w.plain += int64(n)
	if l.w.plain > MaxUnpacked || l.w.plain > freeBytes && l.w.plain/maxRatio > max(l.w.packed, 1) {
		l.w.fault(CheckLimits, "archive-bomb", "%d bytes unpacked from %d", l.w.plain, l.w.packed)
		return n, errLimit
	}
	return n, err
}

// counted counts what is read of the file.
type counted struct {
	w *walk
	r io.Reader
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.w.packed += int64(n)
	return n, err
}
