// SPDX-License-Identifier: MIT

package rekor

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// leafHash is RFC 6962's hash of an entry.
func leafHash(entry []byte) [32]byte {
	return sha256.Sum256(append([]byte{0}, entry...))
}

func nodeHash(left, right [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// rootOf is the root of a tree of size entries, of which the one at index has this leaf hash, by an inclusion proof. See
// RFC 9162 section 2.1.3.2.
func rootOf(leaf [32]byte, index, size uint64, proof [][]byte) ([32]byte, error) {
	if index >= size {
		return leaf, fmt.Errorf("entry %d is beyond the %d that the log signed", index, size)
	}
	if len(proof) > 64 {
		return leaf, fmt.Errorf("an inclusion proof of %d hashes", len(proof))
	}
	hash := leaf
	at, last := index, size-1
	for _, p := range proof {
		if len(p) != sha256.Size || last == 0 {
			return leaf, errors.New("the inclusion proof is too long, or holds what is no hash")
		}
		if at&1 == 1 || at == last {
			hash = nodeHash([32]byte(p), hash)
			if at&1 == 0 { // the last entry of a level that is not full has no neighbour there
				n := bits.TrailingZeros64(at)
				at, last = at>>n, last>>n
			}
		} else {
			hash = nodeHash(hash, [32]byte(p))
		}
		at, last = at>>1, last>>1
	}
	if last != 0 {
		return leaf, errors.New("the inclusion proof is too short")
	}
	return hash, nil
}

// A checkpoint is what a log signs.
type checkpoint struct {
	size uint64
	root []byte
}

// checkpoint reads a signed note that holds a checkpoint, and wants a signature of the log's key on it.
func (l *Log) checkpoint(note string) (*checkpoint, error) {
	text, signatures, ok := strings.Cut(note, "\n\n")
	text += "\n"
	lines := strings.Split(text, "\n")
	if !ok || len(lines) < 4 || lines[0] == "" {
		return nil, errors.New("the checkpoint is no signed note of an origin, a size and a root")
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint's size is %.30q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != sha256.Size {
		return nil, fmt.Errorf("the checkpoint's root is %.60q", lines[2])
	}
	for line := range strings.Lines(signatures) {
		rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "— "+lines[0]+" ")
		if !ok {
			continue // of a witness
		}
		signature, err := base64.StdEncoding.DecodeString(rest)
		if err == nil && len(signature) > 4 && l.signed(text, signature[4:]) { // after the hash that names the key
			return &checkpoint{size, root}, nil
		}
	}
	return nil, errors.New("the checkpoint has no signature of the log's key")
}

func (l *Log) signed(text string, signature []byte) bool {
	switch key := l.Key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(key, []byte(text), signature)
	case *ecdsa.PublicKey:
		sum := sha256.Sum256([]byte(text))
		return ecdsa.VerifyASN1(key, sum[:], signature)
	}
	return false
}
