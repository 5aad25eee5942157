// SPDX-License-Identifier: MIT

// Package secret gets passphrases and PINs from where nobody else sees them: a terminal without echo, a file that only its
// owner may read, or a file descriptor that the caller opened. Never from arguments, which every user of a machine can
// list, nor from the environment, which child processes and crash reports carry on.
package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// maxSecret bounds a secret, in bytes.
const maxSecret = 1024

// A Prompt asks a person and returns the answer, which was not shown.
type Prompt func(question string) ([]byte, error)

// Check reports a source that Read would not know.
func Check(source string) error {
	kind, value, ok := strings.Cut(source, ":")
	switch {
	case source == "":
		return nil
	case ok && kind == "file" && value != "":
		return nil
	case ok && kind == "fd":
		if n, err := strconv.Atoi(value); err == nil && n > 2 && n < 1024 {
			return nil
		}
	}
	// The value is not repeated: it may be the secret itself.
	return errors.New("the secret source is neither file:PATH nor fd:N, an open file descriptor above 2: leave it out to be asked")
}

// A Reader reads secrets. It keeps what a file descriptor held: that can be read once, then closed, and its number may be
// another file's; several keys can yet have the same source.
type Reader struct {
	Prompt Prompt
	kept   map[string][]byte // by source
}

// Read returns the secret for what, without the newline at its end. The caller may clear it.
//
//	""         asks the person at the terminal
//	file:PATH  a regular file with mode 0600 or stricter
//	fd:N       an open file descriptor above 2, read to its end the first time that it is named
func (r *Reader) Read(source, what string) ([]byte, error) {
	if err := Check(source); err != nil {
		return nil, err
	}
	kind, value, _ := strings.Cut(source, ":")
	var secret []byte
	var err error
	switch kind {
	case "":
		secret, err = r.Prompt("secret for " + what + ": ")
	case "file":
		secret, err = readFile(value)
	case "fd":
		secret, err = r.descriptor(source, value)
	}
	if err != nil {
		return nil, fmt.Errorf("read secret for %s: %w", what, err)
	}
	secret = bytes.TrimSuffix(bytes.TrimSuffix(secret, []byte("\n")), []byte("\r"))
	if len(secret) == 0 {
		return nil, fmt.Errorf("read secret for %s: it is empty", what)
	}
	return secret, nil
}

func (r *Reader) descriptor(source, number string) ([]byte, error) {
	if kept, ok := r.kept[source]; ok {
		return bytes.Clone(kept), nil
	}
	n, _ := strconv.Atoi(number)
	secret, err := readAll(os.NewFile(uintptr(n), source))
	if err != nil {
		return nil, err
	}
	if r.kept == nil {
		r.kept = map[string][]byte{}
	}
	r.kept[source] = bytes.Clone(secret)
	return secret, nil
}

// ReadNew reads a secret that is being chosen: a person is asked twice.
func (r *Reader) ReadNew(source, what string) ([]byte, error) {
	secret, err := r.Read(source, what)
	if err != nil || source != "" {
		return secret, err
	}
	again, err := r.Prompt("once more: ")
	if err != nil {
		return nil, fmt.Errorf("read secret for %s: %w", what, err)
	}
	defer clear(again)
	if !bytes.Equal(secret, bytes.TrimRight(again, "\r\n")) {
		clear(secret)
		return nil, fmt.Errorf("read secret for %s: the two answers differ", what)
	}
	return secret, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s is not a regular file", name)
	case info.Mode().Perm()&0o077 != 0:
		err = fmt.Errorf("%s has mode %04o: others may read it; run chmod 600 %s", name, info.Mode().Perm(), name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return readAll(f)
}

func readAll(f *os.File) ([]byte, error) {
	if f == nil {
		return nil, errors.New("the file descriptor is not open")
	}
	defer f.Close()
	secret, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err == nil && len(secret) > maxSecret {
		err = fmt.Errorf("it is longer than %d bytes", maxSecret)
	}
	return secret, err
}
