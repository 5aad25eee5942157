// SPDX-License-Identifier: MIT

package action

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ReadFile reads a file that has at most limit bytes. Of a larger one, or of one that grows, no more than that is taken.
func ReadFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("read %s: it is larger than %d bytes", name, limit)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Needed judges the error of a file that has to be there: one that is gone is rejected. What else keeps a file from being read, as
// a right that is lacking, is no verdict. Needed(nil) is nil.
func Needed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return Reject(err)
	}
	return err
}

// DigestOf is the SHA-256 of a text, in hexadecimal.
func DigestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of a file of any size, in hexadecimal.
func Digest(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
